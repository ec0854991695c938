"""`cnnstudio check` and its learning-rate finder."""

import json

import pytest

from cnnstudio.cli import main

SHAPES = ["--data", "shapes", "--set", "data.source.per_class=16", "--set", "data.preprocess.side=32"]
CALL = ["check", *SHAPES, "--network", "lenet5-modern", "--set", "batch=16", "--set", "threads=1"]


def test_sound_training_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*CALL, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"memory", "first_loss"} <= {line["check"] for line in lines}
    assert all(set(line) == {"check", "level", "text", "hint", "fix"} for line in lines)
    assert "bad" not in {line["level"] for line in lines}


def test_hopeless_rate_ends_with_an_error_and_names_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*CALL, "--set", "optimizer.rate=100000"]) == 5
    told = capsys.readouterr()
    assert "BAD   At the rate 100000" in told.out.replace("1e+05", "100000")
    assert "would not learn" in told.err


def test_rate_is_found_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*CALL, "--find-rate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rates = [step["rate"] for step in found["tried"]]
    assert rates == sorted(rates)
    assert found["suggestion"] is None or 1e-6 <= found["suggestion"] <= 1.0
