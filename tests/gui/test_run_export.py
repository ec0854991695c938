"""Exporting a run in the window: a question, progress, and a verdict that can't be overlooked."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import JobContext
from cnnstudio.gui.actions import ACTIONS
from cnnstudio.gui.export_dialog import ExportDialog
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.session import Session
from cnnstudio.network.compile import compile_network
from cnnstudio.network.weights.file import read_weights
from cnnstudio.network.zoo import architectures
from cnnstudio.runs.export import check_export, export_run
from cnnstudio.runs.import_plan import plan_import
from cnnstudio.runs.imported import import_run
from cnnstudio.runs.run import Run

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 120_000


@pytest.fixture
def window(main_window: MainWindow, shapes_session: Session, tmp_path: Path) -> MainWindow:
    """A window whose project has one imported LeNet-5."""
    session = main_window.session
    assert session.project is not None
    torch.save(compile_network(architectures["lenet5"].build(), seed=4).state_dict(), tmp_path / "own.pt")
    plan = plan_import(architectures["lenet5"].build(), read_weights(tmp_path / "own.pt"))
    run = import_run(session.project.runs_dir / "run-001", plan.match, plan.file, plan.classes, plan.preprocess)
    session.choose_run(run)
    return main_window


def opened(window: MainWindow) -> ExportDialog:
    action = next(action for action in ACTIONS if action.id == "run.export")
    assert action.when(window.session)
    action.run(window.session)
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    return dialog


def chosen(window: MainWindow) -> Run:
    assert window.session.run is not None
    return window.session.run


def test_it_proposes_a_new_folder_beside_the_runs(window: MainWindow) -> None:
    dialog = opened(window)
    folder = Path(dialog.field.text())
    assert folder.parent == chosen(window).path.parent.parent / "exports"
    assert not folder.exists()
    dialog.reject()


def test_without_a_run_there_is_nothing_to_export(bare_session: Session) -> None:
    action = next(action for action in ACTIONS if action.id == "run.export")
    assert "no run yet" in action.why_not(bare_session)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["source", "onnx", "safetensors"])
def test_an_export_is_written_checked_and_its_verdict_shown(
    window: MainWindow, form: str, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(window)
    dialog.forms.set_current(form)
    dialog.field.setText(str(tmp_path / "out"))
    qtbot.mouseClick(dialog.export_button, LEFT)
    assert dialog.shown() is dialog.busy
    qtbot.waitUntil(lambda: dialog.shown() is dialog.verdict, timeout=TIMEOUT_MS)

    assert dialog.verdict.verdict.text() == "It gives what the app gives"
    assert json.loads((tmp_path / "out" / "certificate.json").read_text())["passed"]
    assert [dialog.verdict.stages.text(row, 4) for row in range(4)] == ["equal"] * 4
    assert not dialog.export_button.isVisible()
    dialog.reject()


@pytest.mark.slow
def test_a_failed_check_is_said_in_red_with_its_stage(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    made = export_run(chosen(window), "source", tmp_path / "out", JobContext())
    settings = tmp_path / "out" / "preprocess.json"
    changed = json.loads(settings.read_text())
    changed["mean"] = [value + 0.1 for value in changed["mean"]]
    settings.write_text(json.dumps(changed))
    failed = check_export(chosen(window), tmp_path / "out", JobContext())
    assert made.certificate.passed
    assert not failed.certificate.passed

    dialog = opened(window)
    dialog.show_export(failed)
    assert dialog.verdict.verdict.text() == "The check failed: don't use this export"
    verdicts = {dialog.verdict.stages.text(row, 0): dialog.verdict.stages.text(row, 4) for row in range(4)}
    assert verdicts == {"decode": "equal", "resize": "equal", "normalise": "different", "net": "different"}
    dialog.show_export(replace(failed, certificate=made.certificate))
    assert dialog.verdict.verdict.text() == "It gives what the app gives"
    dialog.reject()


def test_a_folder_that_is_a_file_is_said_and_can_be_mended(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "taken").write_text("")
    dialog = opened(window)
    dialog.field.setText(str(tmp_path / "taken"))
    qtbot.mouseClick(dialog.export_button, LEFT)
    qtbot.waitUntil(lambda: dialog.shown() is dialog.error, timeout=TIMEOUT_MS)
    assert dialog.error.isVisible()
    dialog.show_question()
    assert dialog.export_button.isVisible()
    dialog.reject()
