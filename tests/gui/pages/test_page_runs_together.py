"""The page Runs with several runs: filter, overlay, differences, labels, settings taken over, runs from elsewhere."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from cnnstudio.core import files
from cnnstudio.core.files import TEMP_SUFFIX
from cnnstudio.gui.other_runs import open_run_folder
from cnnstudio.gui.pages.run_rows import NAME
from cnnstudio.gui.pages.runs import RunsPage
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.line_looks import LOOKS, free_look
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.labels import label_run
from cnnstudio.runs.run import HISTORY, RUN, Run, open_run
from cnnstudio.runs.store import create_run
from cnnstudio.runs.writer import HistoryWriter
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone

TIMEOUT_MS = 20_000
ACCURACIES = {1: (0.2, 0.4), 2: (0.3, 0.6), 3: (0.5,)}


def write_history(run: Run, accuracies: tuple[float, ...]) -> None:
    history = HistoryWriter(run.path / HISTORY)
    history.write(RunStarted(0, 0, len(accuracies), 1, "CPU", 1, 10, 3))
    for epoch, accuracy in enumerate(accuracies, 1):
        history.write(StepsDone(epoch, (1 / epoch,), (accuracy,), 100.0, 1.0))
        history.write(EpochDone(epoch, epoch, 1 / epoch, accuracy, 1 / epoch, accuracy, 100.0, True))


@pytest.fixture
def page(shapes_session: Session, qtbot: QtBot) -> RunsPage:
    """Three runs with histories; the third has another network and batch."""
    session = shapes_session
    session.save()
    assert session.project is not None
    assert session.dataset is not None
    assert session.graph is not None
    other = fit_architecture("lenet5", (3, 32, 32), 8)
    for number, accuracies in ACCURACIES.items():
        config = session.config.replace(batch=2 if number < 3 else 4)
        path = session.project.runs_dir / f"run-00{number}"
        graph = session.graph if number < 3 else other
        write_history(create_run(path, session.dataset, graph, config, f"Run {number}"), accuracies)
    page = RunsPage(session)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    session.refresh_runs()
    qtbot.waitUntil(lambda: page.table.model().rowCount() == 3, timeout=TIMEOUT_MS)
    return page


def place_of(page: RunsPage, name: str) -> int:
    return next(place for place, row in enumerate(page._rows) if row.name == name)


def click(
    page: RunsPage, qtbot: QtBot, name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    model = page.table.model()
    row = next(row for row in range(model.rowCount()) if page.table.text(row, 0) == name)
    place = page.table.visualRect(model.index(row, 1)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def names(page: RunsPage) -> list[str]:
    return [page.table.text(row, 0) for row in range(page.table.model().rowCount())]


def test_runs_chosen_with_ctrl_are_overlaid_each_with_a_look_of_its_own(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    for name in ("Run 2", "Run 3"):
        click(page, qtbot, name, Qt.KeyboardModifier.ControlModifier)
    plot = page.view.overlay.plot
    qtbot.waitUntil(lambda: len(plot.keys()) == 3, timeout=TIMEOUT_MS)
    looks = page.panels.looks()
    assert len(set(looks.values())) == 3
    assert sorted(plot.values_at(1.0).values()) == pytest.approx([20.0, 30.0, 50.0])
    legend = [(row.name, row.value) for row in page.view.overlay.legend.rows()]
    assert legend == [("Run 1", "40.0 %"), ("Run 2", "60.0 %"), ("Run 3", "50.0 %")]


def test_looks_are_all_used_before_one_comes_twice() -> None:
    taken: list[int] = []
    for _ in range(2 * LOOKS):
        taken.append(free_look(taken))
    assert sorted(taken[:LOOKS]) == sorted(taken[LOOKS:]) == list(range(LOOKS))


def test_a_run_keeps_its_look_when_others_leave(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    click(page, qtbot, "Run 2", Qt.KeyboardModifier.ControlModifier)
    look = page.panels.looks()[page._rows[place_of(page, "Run 2")].path]
    click(page, qtbot, "Run 1", Qt.KeyboardModifier.ControlModifier)
    assert list(page.panels.looks().values()) == [look]


def test_the_chosen_ones_stay_chosen_when_the_list_is_read_again(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    click(page, qtbot, "Run 2", Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(page.session.runs_changed, timeout=TIMEOUT_MS):
        page.session.refresh_runs(is_quiet=True)
    assert [row.name for row in page._picked_rows()] == ["Run 1", "Run 2"]
    assert len(page.table.picked_rows()) == 2


def test_a_quiet_look_at_the_disk_does_not_let_the_other_pages_begin_anew(page: RunsPage, qtbot: QtBot) -> None:
    told = []
    page.session.run_changed.connect(lambda: told.append(1))
    with qtbot.waitSignal(page.session.runs_changed, timeout=TIMEOUT_MS):
        page.session.refresh_runs(is_quiet=True)
    assert told == []


def test_only_what_differs_between_the_chosen_runs_is_listed(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 2")
    click(page, qtbot, "Run 3", Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(page.view.tabs.button("settings"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.view.differences.table is not None, timeout=TIMEOUT_MS)
    table = page.view.differences.table
    assert table is not None
    rows = {table.text(row, 1): (table.text(row, 2), table.text(row, 3)) for row in range(table.model().rowCount())}
    assert rows["Batch"] == ("2 images", "4 images")
    assert rows["Name"] == ("LeNet-5 modern", "LeNet-5")
    assert "Seed" not in rows
    click(page, qtbot, "Run 1")
    assert page.view.differences.table is None


def test_words_state_and_tag_filter_the_table(page: RunsPage, qtbot: QtBot) -> None:
    label_run(page._rows[place_of(page, "Run 2")].run, tags=("Night",))  # type: ignore[arg-type]
    with qtbot.waitSignal(page.session.runs_changed, timeout=TIMEOUT_MS):
        page.session.refresh_runs()
    chosen = page.view.filter
    QTest.keyClicks(chosen.search, "modern run")
    qtbot.waitUntil(lambda: names(page) == ["Run 2", "Run 1"], timeout=TIMEOUT_MS)
    QTest.keyClicks(chosen.search, " night")
    qtbot.waitUntil(lambda: names(page) == ["Run 2"], timeout=TIMEOUT_MS)
    QTest.keyClicks(chosen.search, " never")
    qtbot.waitUntil(lambda: names(page) == [], timeout=TIMEOUT_MS)
    assert page.view.nothing_kept.isVisible()
    chosen.clear()
    assert len(names(page)) == 3
    assert chosen.tags.itemData(1) == "Night"


def test_a_name_typed_into_the_table_is_kept_in_the_file(page: RunsPage, qtbot: QtBot) -> None:
    place = place_of(page, "Run 1")
    page.table.edit_cell(place, NAME)
    editor = page.table.findChild(QLineEdit)
    editor.setText("The first one")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "The first one" in names(page), timeout=TIMEOUT_MS)
    assert files.read_json(page._rows[place].path / RUN)["name"] == "The first one"


def test_notes_are_kept_when_their_field_is_left(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    qtbot.mouseClick(page.view.tabs.button("notes"), Qt.MouseButton.LeftButton)
    notes = page.view.notes
    notes.notes.setPlainText("Learns slowly.\n<b>Try more.</b>")
    notes.finish()
    path = page._rows[place_of(page, "Run 1")].path
    assert open_run(path).info.notes == "Learns slowly.\n<b>Try more.</b>"


def test_notes_typed_for_one_run_never_land_on_the_next(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    page.view.notes.notes.setPlainText("of the first")
    click(page, qtbot, "Run 2")
    folder = {row.name: row.path for row in page._rows}
    assert open_run(folder["Run 1"]).info.notes == "of the first"
    assert open_run(folder["Run 2"]).info.notes == ""


def test_the_settings_of_a_run_become_the_projects(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 3")
    session = page.session
    page.view.use_button.picked.emit("recipe")
    assert session.config.batch == 4
    assert session.graph is not None
    assert session.graph.name == "LeNet-5 modern"
    page.view.use_button.picked.emit("all")
    assert session.graph.name == "LeNet-5"
    session.undo()
    assert session.graph.name == "LeNet-5 modern"


@pytest.fixture
def guest(page: RunsPage, tmp_path: Path) -> Run:
    """A run that lies outside of the project."""
    assert page.session.dataset is not None
    assert page.session.graph is not None
    run = create_run(
        tmp_path / "abroad" / "guest",
        page.session.dataset,
        page.session.graph,
        page.session.config.replace(batch=2),
        "Guest",
    )
    write_history(run, (0.7,))
    return run


def test_a_run_from_anywhere_is_linked_listed_and_taken_off_again(page: RunsPage, qtbot: QtBot, guest: Run) -> None:
    open_run_folder(page.session, guest.path)
    qtbot.waitUntil(lambda: "Guest" in names(page), timeout=TIMEOUT_MS)
    project = page.session.project
    assert project is not None
    assert files.read_json(project.path / "project.json")["runs_elsewhere"] == [str(guest.path)]
    assert page.bin_button.text() == "Take off the list"
    qtbot.mouseClick(page.bin_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Guest" not in names(page), timeout=TIMEOUT_MS)
    assert open_run(guest.path).name == "Guest"


def test_a_linked_run_whose_place_is_gone_says_so_among_the_good_ones(page: RunsPage, qtbot: QtBot, guest: Run) -> None:
    open_run_folder(page.session, guest.path)
    qtbot.waitUntil(lambda: "Guest" in names(page), timeout=TIMEOUT_MS)
    guest.path.rename(guest.path.with_name("moved"))
    page.session.refresh_runs()
    qtbot.waitUntil(lambda: "guest" in names(page), timeout=TIMEOUT_MS)
    row = next(row for row in page._rows if row.run is None)
    assert "is not a run" in row.problem
    assert len(names(page)) == 4


def test_what_another_process_writes_is_followed(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 3")
    row = page._rows[place_of(page, "Run 3")]
    plot = page.view.overlay.plot
    qtbot.waitUntil(lambda: plot.keys() == (str(row.path),), timeout=TIMEOUT_MS)
    HistoryWriter(row.path / HISTORY).write(EpochDone(2, 2, 0.5, 0.5, 0.5, 0.9, 100.0, True))
    page.session.refresh_runs(is_quiet=True)
    qtbot.waitUntil(lambda: list(plot.values_at(2.0).values()) == pytest.approx([90.0]), timeout=TIMEOUT_MS)
    assert page._rows[place_of(page, "Run 3")].accuracy == 0.9


def test_several_runs_go_to_the_bin_together_and_come_back_together(page: RunsPage, qtbot: QtBot) -> None:
    click(page, qtbot, "Run 1")
    click(page, qtbot, "Run 2", Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(page.bin_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: names(page) == ["Run 3"], timeout=TIMEOUT_MS)
    assert page.undo_notice.text().startswith("2 runs are in the bin")
    qtbot.mouseClick(page.undo_notice.action_button(), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(names(page)) == 3, timeout=TIMEOUT_MS)


def test_curves_are_saved_as_the_user_names_them(
    page: RunsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(page, qtbot, "Run 2")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "out.csv"), ""))
    with qtbot.waitSignal(page.session.notice, timeout=TIMEOUT_MS) as caught:
        page.view.save_button.picked.emit("epochs.csv")
    assert caught.args[0] == "ok"
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,step,train_loss")
    assert len(lines) == 3


def test_below_the_notes_stands_how_large_each_checkpoint_is(page: RunsPage, qtbot: QtBot) -> None:
    path = page._rows[place_of(page, "Run 1")].path
    (path / "checkpoints" / "step-000000007").mkdir(parents=True)
    (path / "checkpoints" / "step-000000007" / "weights.safetensors").write_bytes(bytes(4_200))
    (path / "checkpoints" / f"step-000000008{TEMP_SUFFIX}").mkdir()
    click(page, qtbot, "Run 1")
    assert page.view.notes.about.text() == f"{path} · checkpoints: step-000000007 4.2 kB"
    click(page, qtbot, "Run 2")
    assert page.view.notes.about.text().endswith("run-002 · checkpoints: none")
