"""`cnnstudio train --augment`."""

import json
from pathlib import Path

import pytest

from cnnstudio.cli import main


def train(out: Path, *more: str) -> int:
    words = ["train", "--data", "digits", "--network", "lenet5", "--epochs", "1", "--set", "batch=256"]
    return main.run([*words, "--out", str(out), *more, "--json"])


def test_a_preset_is_written_into_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path / "run", "--augment", "Digits") == 0
    kept = json.loads((tmp_path / "run" / "data.json").read_text())["augment"]
    assert [one["kind"] for one in kept["operations"]][:2] == ["rotation", "shear"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["reason"] == "finished"


def test_a_file_is_read_and_its_mistakes_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"operations": [{"kind": "rotation", "strength": 500}]}')
    assert train(tmp_path / "run", "--augment", str(path)) == 3
    assert "500" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_an_unknown_name_tells_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path / "run", "--augment", "imagenet") == 3
    assert "alexnet" in capsys.readouterr().err
