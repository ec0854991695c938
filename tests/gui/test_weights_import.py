"""Weights from elsewhere in the window: a drop, a table, and only then a run."""

from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from safetensors.torch import save_file

from cnnstudio.gui.drop_target import take_drop
from cnnstudio.gui.drops import DropKind, meaning
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.evaluate import EvaluatePage
from cnnstudio.gui.session import Session
from cnnstudio.gui.weights_dialog import WeightsDialog
from cnnstudio.gui.widgets.evaluation_texts import ready_text
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.loaded import load_run_network

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


@pytest.fixture
def project(main_window: MainWindow, bare_session: Session, shapes_session: Session) -> MainWindow:
    """A window with scenes of eight shapes and a LeNet-5."""
    shapes_session.use_architecture("lenet5-modern")
    return main_window


def weights_of(name: str, classes: int, path: Path) -> Path:
    state = compile_network(fit_architecture(name, (3, 32, 32), classes), seed=5).state_dict()
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


def dropped(window: MainWindow, path: Path, qtbot: QtBot) -> WeightsDialog:
    """Drop a file on the window and wait for the table or an error."""
    take_drop(window.session, meaning([path]))
    dialog = window.findChild(WeightsDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.shows_plan() or dialog.error.isVisible(), timeout=TIMEOUT_MS)
    return dialog


def settled(dialog: WeightsDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.shows_plan, timeout=TIMEOUT_MS)


def test_a_dropped_weights_file_is_meant_for_import(tmp_path: Path) -> None:
    drop = meaning([tmp_path / "a.PTH"])
    assert (drop.kind, drop.text) == (DropKind.WEIGHTS, "Import the weights in a.PTH: shows first what fits")


def test_the_table_comes_before_anything_happens(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dropped(project, weights_of("lenet5-modern", 8, tmp_path / "own.safetensors"), qtbot)

    assert project.session.run is None
    assert {row.state for row in dialog.rows.shown()} == {"taken"}
    assert dialog.import_button.isEnabled()
    dialog.reject()
    assert project.session.run is None


def test_the_run_gives_the_files_answers(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dropped(project, weights_of("lenet5-modern", 8, tmp_path / "own.pt"), qtbot)
    qtbot.mouseClick(dialog.import_button, LEFT)
    qtbot.waitUntil(lambda: project.session.run is not None, timeout=TIMEOUT_MS)

    assert project.session.run is not None
    assert project.session.run.is_imported
    assert project.current_page == "inspect"
    loaded = load_run_network(project.session.run)
    expected = compile_network(fit_architecture("lenet5-modern", (3, 32, 32), 8), seed=5).eval()
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(loaded.network(x), expected(x))


def test_another_number_of_classes_begins_a_new_head(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dropped(project, weights_of("lenet5-modern", 5, tmp_path / "five.safetensors"), qtbot)
    dialog.form.classes.picked.emit("data")
    settled(dialog, qtbot)

    new = [row for row in dialog.rows.shown() if row.state == "new"]
    assert [(row.our_shape, row.their_shape) for row in new] == [((8, 84), (5, 84)), ((8,), (5,))]
    assert dialog.import_button.text() == "Make a run of it"


def test_what_does_not_fit_is_taken_only_in_part_and_says_so(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dropped(project, weights_of("lenet5-modern", 8, tmp_path / "own.safetensors"), qtbot)
    dialog.form.network.picked.emit("resnet20")
    settled(dialog, qtbot)

    assert {"missing", "unused"} <= {row.state for row in dialog.rows.shown()}
    assert not dialog.import_button.isEnabled() or dialog.import_button.text() == "Take what fits"


def test_a_file_that_is_no_weights_file_is_refused_with_the_reason(
    project: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "evil.pt"
    path.write_bytes(b"\x80\x04cos\nsystem\n")
    dialog = dropped(project, path, qtbot)

    assert dialog.error.isVisible()
    assert not dialog.import_button.isEnabled()
    assert "could contain program code" in dialog.import_button.toolTip()
    dialog.reject()


def test_mean_and_spread_that_are_no_numbers_are_named(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    dialog = dropped(project, weights_of("lenet5-modern", 8, tmp_path / "own.safetensors"), qtbot)
    dialog.form.mean.setText("half")
    dialog.form.mean.editingFinished.emit()
    assert "'half' is no list of numbers" in dialog.form.problem.text()

    dialog.form.mean.setText("0.5, 0.5, 0.5")
    dialog.form.mean.editingFinished.emit()
    settled(dialog, qtbot)
    assert dialog.form.choice().mean == (0.5, 0.5, 0.5)
    dialog.reject()


def test_without_a_project_weights_are_refused(main_window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(main_window.session.notice) as told:
        take_drop(main_window.session, meaning([tmp_path / "own.pt"]))
    assert "none is open" in told.args[1]


def test_a_dropped_network_replaces_the_graph_and_can_be_undone(
    project: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    from cnnstudio.core.files import write_json

    before = project.session.graph
    path = tmp_path / "net.json"
    write_json(path, fit_architecture("resnet20", (3, 32, 32), 8).to_json())
    with qtbot.waitSignal(project.session.graph_changed, timeout=TIMEOUT_MS):
        take_drop(project.session, meaning([path]))

    assert project.session.graph == fit_architecture("resnet20", (3, 32, 32), 8)
    assert project.current_page == "network"
    project.session.undo()
    assert project.session.graph == before


def test_a_damaged_network_leaves_the_graph_as_it_was(project: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    before = project.session.graph
    path = tmp_path / "net.json"
    path.write_text('{"version": 1, "nodes": [{"id": "a"')
    with qtbot.waitSignal(project.session.notice, timeout=TIMEOUT_MS) as told:
        take_drop(project.session, meaning([path]))
    assert told.args[0] == "bad"
    assert project.session.graph == before


def test_an_imported_run_is_judged_on_the_open_data_and_looked_into(
    project: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    session = project.session
    dialog = dropped(project, weights_of("lenet5-modern", 8, tmp_path / "own.safetensors"), qtbot)
    dialog.form.classes.picked.emit("data")
    settled(dialog, qtbot)
    qtbot.mouseClick(dialog.import_button, LEFT)
    qtbot.waitUntil(lambda: session.run is not None, timeout=TIMEOUT_MS)
    assert session.run is not None
    assert session.dataset is not None
    assert session.run.classes == session.dataset.classes

    session.page_requested.emit("evaluate")
    page = project.page("evaluate")
    assert isinstance(page, EvaluatePage)
    page.splits.set_current("train")
    page._refresh()
    qtbot.mouseClick(page.ready.button, LEFT)
    qtbot.waitUntil(lambda: page.current_state() is page.view, timeout=TIMEOUT_MS)
    session.page_requested.emit("runs")
    runs = project.page("runs")
    assert runs is not None
    qtbot.waitUntil(lambda: runs.open_button.isEnabled(), timeout=TIMEOUT_MS)  # type: ignore[attr-defined]


def test_without_open_data_an_imported_run_says_what_it_needs() -> None:
    assert "open data with the same classes" in ready_text(0, "test", is_imported=True)
    assert "3 test images of the open data" in ready_text(3, "test", is_imported=True)
