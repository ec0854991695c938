"""Pictures relabelled and left out by hand: keys, menu, undo, and that no file is touched."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import run_inline
from cnnstudio.data.dataset import EXCLUDED, open_dataset
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SplitSpec
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.project import open_project

pytestmark = pytest.mark.slow
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(bare_session: Session, folder_of_images: Path, qtbot: QtBot) -> DataPage:
    """Eight pictures: 0 to 3 are cats, 4 to 7 are dogs."""
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    bare_session.new_project(FolderSource(path=str(folder_of_images)), "lenet5")
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=60_000)
    return page


@pytest.fixture
def small_pictures() -> list[bytes]:
    """Six more picture files."""
    rng = np.random.default_rng(9)
    made = []
    for _ in range(6):
        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(file, "PNG")
        made.append(file.getvalue())
    return made


def press(page: DataPage, qtbot: QtBot, number: int, key: Qt.Key) -> None:
    page.browser.gallery.choose(number)
    qtbot.keyClick(page.browser.gallery, key)


def test_a_number_key_puts_the_chosen_picture_into_that_class(page: DataPage, qtbot: QtBot) -> None:
    press(page, qtbot, 1, Qt.Key.Key_2)
    dataset = page.session.dataset
    assert dataset is not None
    assert dataset.labels.tolist() == [0, 1, 0, 0, 1, 1, 1, 1]
    assert page.session.data_spec.edits.labels == {"cats/1.png": "dogs"}
    assert page.browser.gallery.caption(1) == "dogs"
    assert page.browser.gallery.current() == 1
    badge = page.browser._badge(1)
    assert badge is not None
    assert badge.text == "was cats"
    qtbot.waitUntil(lambda: page.side.counts.total(1) == 5)


def test_keys_without_a_class_do_nothing(page: DataPage, qtbot: QtBot) -> None:
    press(page, qtbot, 0, Qt.Key.Key_3)
    assert not page.session.data_spec.edits


def test_delete_leaves_out_and_takes_back_in(page: DataPage, qtbot: QtBot) -> None:
    press(page, qtbot, 4, Qt.Key.Key_Delete)
    dataset = page.session.dataset
    assert dataset.splits[4] == EXCLUDED
    assert 4 not in dataset.indices("all")
    assert page.browser.gallery.count() == 8
    qtbot.mouseClick(page.browser.filters.parts.button("left_out"), Qt.MouseButton.LeftButton)
    assert page.browser.shown().tolist() == [4]
    press(page, qtbot, 4, Qt.Key.Key_Backspace)
    assert page.session.dataset.splits[4] != EXCLUDED


def test_undo_and_redo_by_keys_and_buttons_name_the_edit(page: DataPage, qtbot: QtBot) -> None:
    before = page.session.dataset.digest
    press(page, qtbot, 1, Qt.Key.Key_2)
    press(page, qtbot, 6, Qt.Key.Key_Delete)
    assert page.side.edits.isVisible()
    assert page.side.edits.undo_button.toolTip() == "Take back: leave out 1 picture (Ctrl+Z)."
    qtbot.keyClick(page.browser.gallery, Qt.Key.Key_Z, CTRL)
    assert page.session.data_spec.edits.excluded == ()
    qtbot.mouseClick(page.side.edits.undo_button, Qt.MouseButton.LeftButton)
    assert not page.session.data_spec.edits
    assert page.session.dataset.digest == before
    qtbot.keyClick(page.browser.gallery, Qt.Key.Key_Y, CTRL)
    assert page.session.data_spec.edits.labels == {"cats/1.png": "dogs"}


def test_several_pictures_at_once_by_the_menu(page: DataPage, qtbot: QtBot) -> None:
    page.browser.gallery.choose(0)
    qtbot.keyClick(page.browser.gallery, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(page.browser.gallery, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    menu = page.browser.make_menu()
    leave, classes = menu.actions()
    assert leave.text() == "Leave these 3 pictures out"
    assert [action.text() for action in classes.menu().actions()] == ["cats", "dogs"]
    classes.menu().actions()[1].trigger()
    assert page.session.dataset.labels.tolist() == [1, 1, 1, 0, 1, 1, 1, 1]


def test_edits_are_in_the_project_and_in_a_fresh_opening(page: DataPage, qtbot: QtBot) -> None:
    press(page, qtbot, 1, Qt.Key.Key_2)
    press(page, qtbot, 6, Qt.Key.Key_Delete)
    session = page.session
    qtbot.waitUntil(lambda: session.dataset.counts() == {"cats": 3, "dogs": 4})
    session.save()
    path, digest = session.project.path, session.dataset.digest
    session.leave_project()
    project = open_project(path)
    spec = project.spec.data
    project.close()
    assert spec.edits.labels == {"cats/1.png": "dogs"}
    assert run_inline(lambda ctx: open_dataset(spec, ctx)).digest == digest


def test_no_file_is_touched(page: DataPage, qtbot: QtBot, folder_of_images: Path) -> None:
    before = {file: file.read_bytes() for file in folder_of_images.rglob("*.png")}
    press(page, qtbot, 1, Qt.Key.Key_2)
    press(page, qtbot, 6, Qt.Key.Key_Delete)
    assert {file: file.read_bytes() for file in folder_of_images.rglob("*.png")} == before


def test_a_cleaned_copy_holds_what_is_in_use_in_its_classes(page: DataPage, qtbot: QtBot, tmp_path: Path) -> None:
    press(page, qtbot, 1, Qt.Key.Key_2)
    press(page, qtbot, 6, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.session.notice, timeout=20_000):
        page.edits.copy_to(page.session.dataset, tmp_path / "copy")
    copied = run_inline(
        lambda ctx: open_dataset(
            DataSpec(source=FolderSource(path=str(tmp_path / "copy")), preprocess=PreprocessSpec(side=32)), ctx
        )
    )
    assert copied.counts() == {"cats": 3, "dogs": 4}
    # The second cat is a dog now, and its name was taken there.
    assert any(name.endswith("dogs/1 2.png") for name in copied.names)
    assert not (tmp_path / "copy").joinpath("cats").exists()


def test_the_report_as_a_table_keeps_formulas_asleep(page: DataPage, tmp_path: Path, folder_of_images: Path) -> None:
    from cnnstudio.data.report import save_report

    (folder_of_images / "cats" / "0.png").rename(folder_of_images / "cats" / "=1+1.png")
    (folder_of_images / "=cmd").mkdir()
    (folder_of_images / "cats" / "2.png").rename(folder_of_images / "=cmd" / "a.png")
    spec = DataSpec(
        source=FolderSource(path=str(folder_of_images)), preprocess=PreprocessSpec(side=32), split=SplitSpec()
    )
    dataset = run_inline(lambda ctx: open_dataset(spec, ctx))
    save_report(dataset, tmp_path / "report.csv")
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["finding", "stops training", "file"]
    kinds = {row[0]: row for row in rows[1:]}
    assert kinds["tiny_class"][1:3] == ["yes", "'=cmd"]
    assert kinds["empty"][2] == "cats/notes.png"
    assert [row[3] for row in rows if row[0] == "class"] == ["'=cmd", "cats", "dogs"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_a_link_leaves_out_all_copies_but_one_and_can_be_undone(
    page: DataPage, qtbot: QtBot, folder_of_images: Path
) -> None:
    for number in range(3):
        copy = folder_of_images / "dogs" / f"copy-{number}.png"
        copy.write_bytes((folder_of_images / "dogs" / "0.png").read_bytes())
    session = page.session
    session.open_source(FolderSource(path=str(folder_of_images)))
    qtbot.waitUntil(lambda: session.dataset is not None and len(session.dataset) == 11, timeout=60_000)
    found = [problem.kind for problem in session.dataset.problems]
    assert "duplicates" in found
    page.side.findings.fix_wanted.emit("duplicates")
    assert len(session.data_spec.edits.excluded) == 3
    qtbot.waitUntil(lambda: "duplicates" not in [p.kind for p in session.dataset.problems])
    assert session.undo_edit_text == "leave out 3 pictures"


def test_the_report_is_saved_beside_the_window(page: DataPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.edits.report_to(page.session.dataset, tmp_path / "report.csv")
    qtbot.waitUntil((tmp_path / "report.csv").exists, timeout=20_000)
    assert (tmp_path / "report.csv").read_text("utf-8-sig").startswith("finding,stops training,file,")


def test_likeness_sorts_by_the_chosen_picture(page: DataPage) -> None:
    page.browser.gallery.choose(5)
    filters = page.browser.filters
    filters.sort.setCurrentIndex(filters.sort.findData("like"))
    shown = page.browser.shown()
    prints = page.session.dataset.raw.prints.astype(int)
    distances = np.abs(prints[shown] - prints[5]).sum(axis=1)
    assert shown[0] == 5
    assert (np.diff(distances) >= 0).all()


def test_files_added_to_the_folder_of_a_project_move_none_of_the_others(
    page: DataPage, qtbot: QtBot, folder_of_images: Path, small_pictures: list[bytes]
) -> None:
    session = page.session
    before = dict(zip(session.dataset.names, session.dataset.splits.tolist(), strict=True))
    path = session.project.path
    session.leave_project()
    for number, content in enumerate(small_pictures):
        (folder_of_images / "cats" / f"0 new {number}.png").write_bytes(content)
    session.open_project(path)
    qtbot.waitUntil(lambda: session.dataset is not None and len(session.dataset) == 14, timeout=60_000)
    after = dict(zip(session.dataset.names, session.dataset.splits.tolist(), strict=True))
    assert {name: after[name] for name in before} == before
    shown = [label.text() for label in page.side.findings.findChildren(Label)]
    assert any(text.startswith("6 new pictures: ") for text in shown)
