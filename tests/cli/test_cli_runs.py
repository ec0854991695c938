"""`runs`, `compare` and `history` of the command line, on runs whose history was written by hand."""

import csv
import io
import json
from pathlib import Path

import pytest

from cnnstudio.cli import main
from cnnstudio.core import files
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.run import HISTORY, RUN
from cnnstudio.runs.store import create_run
from cnnstudio.runs.writer import HistoryWriter
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that differ in the batch, the first with a history, and a broken one."""
    root = tmp_path_factory.mktemp("project")
    dataset = open_dataset(data_spec(ShapesSource(per_class=4, side=32)), JobContext())
    graph = fit_architecture("lenet5-modern", (3, 32, 32), 8)
    for number, batch in ((1, 4), (2, 8)):
        create_run(root / "runs" / f"run-00{number}", dataset, graph, TrainConfig(batch=batch), f"Run {number}")
    history = HistoryWriter(root / "runs" / "run-001" / HISTORY)
    history.write(RunStarted(0, 0, 1, 2, "CPU", 1, 16, 8))
    history.write(StepsDone(1, (2.0, 1.5), (0.25, 0.5), 100.0, 9.0))
    history.write(EpochDone(1, 2, 1.75, 0.375, 1.6, 0.5, 105.0, True))
    files.write_text(root / "runs" / "run-003" / RUN, "no json")
    return root


def said(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    code = main.run([str(arg) for arg in args])
    out, err = capsys.readouterr()
    assert (code, err) == (0, "")
    return out


def test_runs_of_a_project_are_listed_with_the_broken_one_among_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(said(capsys, "runs", folder, "--json"))
    assert [(run["name"], run["state"], run["accuracy"]) for run in found[:2]] == [
        ("Run 1", "created", 0.5),
        ("Run 2", "created", None),
    ]
    assert found[2]["state"] == "broken"
    assert "not valid JSON" in found[2]["problem"]
    table = said(capsys, "runs", folder / "runs")
    assert "50.00%" in table
    assert len(table.splitlines()) == 4


def test_a_folder_without_runs_is_no_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["runs", str(tmp_path)]) == 6
    assert main.run(["runs", str(tmp_path / "none")]) == 8


def test_compare_names_the_setting_and_both_values(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair = (folder / "runs" / "run-001", folder / "runs" / "run-002")
    found = json.loads(said(capsys, "compare", *pair, "--json"))
    assert found["differences"] == [
        {"part": "recipe", "key": "batch", "title": "Batch", "values": ["4 images", "8 images"]}
    ]
    assert "recipe: Batch" in said(capsys, "compare", *pair)
    assert said(capsys, "compare", pair[0], pair[0]) == "They don't differ in any setting.\n"


def test_history_is_printed_or_written(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder / "runs" / "run-001"
    rows = list(csv.DictReader(io.StringIO(said(capsys, "history", run, "--rows", "steps"))))
    assert [(row["step"], row["loss"]) for row in rows] == [("1", "2.0"), ("2", "1.5")]
    said(capsys, "history", run, "--format", "json", "--out", tmp_path / "h.json")
    assert json.loads((tmp_path / "h.json").read_text())[0]["val_loss"] == 1.6


def test_history_as_event_files(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorboard")
    out = said(capsys, "history", folder / "runs" / "run-001", "--format", "tensorboard", "--out", tmp_path / "events")
    assert out == f"{tmp_path / 'events'}\n"
    assert len(list((tmp_path / "events").glob("events.out.tfevents.*"))) == 1


def test_every_command_that_is_declared_can_be_reached() -> None:
    from cnnstudio.cli.app import app

    assert [command.name for command in app.registered_commands] == list(main.COMMANDS)


@pytest.mark.slow
def test_a_repeated_run_is_the_same_to_the_last_bit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fixed = ["--set", "threads=1", "--set", "compile=off", "--set", "precision=fp32", "--set", "channels_last=off"]
    made = ["train", "--data", "digits", "--network", "lenet5", "--epochs", "1", "--out", str(tmp_path / "run"), *fixed]
    assert main.run(made) == 0
    capsys.readouterr()
    assert main.run(["repeat", str(tmp_path / "run"), "--out", str(tmp_path / "again"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == {"equal": True, "largest": 0.0, "changed": []}
