"""The tab Augment: edits by hand, undo, the live preview, and the audit of a run."""

import importlib
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.preview import make_preview
from cnnstudio.evaluation.audit import Audit, AuditedOperation, Taken
from cnnstudio.gui.pages.auditing import PREVIEW_LANE, View, shown_places
from cnnstudio.gui.pages.augment import AugmentTab
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.audit_view import AuditView
from cnnstudio.gui.widgets.operation_list import OperationList
from cnnstudio.gui.widgets.operation_row import summary
from cnnstudio.gui.widgets.sample_sheet import sample_font

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000


@pytest.fixture
def dataset(small_dataset: Callable[..., Dataset]) -> Dataset:
    made = small_dataset()
    measured = made.spec.preprocess.replace(mean=(0.5,) * 3, std=(0.25,) * 3)
    return replace(made, spec=made.spec.replace(preprocess=measured))


@pytest.fixture
def tab(bare_session: Session, dataset: Dataset, qtbot: QtBot) -> AugmentTab:
    # The first preview would import it in its lane, for longer than a closing session waits.
    importlib.import_module("torch")
    bare_session.data_spec, bare_session.dataset = dataset.spec, dataset
    tab = AugmentTab(bare_session)
    qtbot.addWidget(tab)
    tab.resize(1200, 800)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


def kinds(tab: AugmentTab) -> list[str]:
    return [operation.kind for operation in tab.augment.operations]


def choose_preset(tab: AugmentTab, qtbot: QtBot, title: str) -> None:
    box = tab.parts.presets
    qtbot.keyClicks(box, title[:3])
    box.activated.emit(box.currentIndex())


def test_without_data_it_says_what_to_do_first(bare_session: Session, qtbot: QtBot) -> None:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.show()
    qtbot.mouseClick(page.tabs.button("augment"), LEFT)
    tab = page.augment
    assert tab is not None
    assert tab.currentWidget() is tab.empty
    qtbot.mouseClick(tab.empty.button, LEFT)
    assert page.tabs.current() == "pictures"
    assert not tab.isVisible()


def test_what_cannot_be_drawn_is_told_and_nothing_old_is_shown(tab: AugmentTab, dataset: Dataset, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: tab.parts.samples.count() == 6, timeout=TIMEOUT_MS)
    tab.session.dataset = replace(dataset, splits=np.ones(12, np.uint8))
    tab.session.dataset_changed.emit()
    qtbot.waitUntil(lambda: tab.parts.samples.count() == 0, timeout=TIMEOUT_MS)
    assert tab.parts.note.text().startswith("There are no training images.")


def test_a_preset_fills_the_list_and_undo_empties_it_again(tab: AugmentTab, qtbot: QtBot) -> None:
    assert tab.parts.operations.empty.isVisible()
    choose_preset(tab, qtbot, "CIFAR")
    assert kinds(tab) == ["mirror", "random_crop"]
    assert tab.session.dataset is not None
    assert tab.session.dataset.spec.augment == tab.augment
    qtbot.mouseClick(tab.parts.undo, LEFT)
    assert kinds(tab) == []
    assert not tab.parts.undo.isEnabled()
    qtbot.mouseClick(tab.parts.redo, LEFT)
    assert kinds(tab) == ["mirror", "random_crop"]
    assert tab.parts.presets.currentText() == "CIFAR"


def test_ctrl_z_means_the_augmentation_here(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "Photos")
    row = tab.parts.operations.rows()[0]
    row.title.setFocus()
    qtbot.keyClick(row.title, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert kinds(tab) == []
    qtbot.keyClick(tab, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert kinds(tab)[0] == "mirror"


def test_the_data_stay_open_when_the_augmentation_changes(tab: AugmentTab, qtbot: QtBot) -> None:
    changes: list[int] = []
    tab.session.dataset_changed.connect(lambda: changes.append(1))
    before = tab.session.dataset
    assert before is not None
    choose_preset(tab, qtbot, "CIFAR")
    after = tab.session.dataset
    assert after is not None
    assert after.pixels is before.pixels
    assert tab.session.data_job is None
    assert changes == []


def test_the_switch_keeps_the_settings(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "CIFAR")
    row = tab.parts.operations.rows()[1]
    qtbot.mouseClick(row.switch, LEFT)
    crop = tab.augment.operations[1]
    assert not crop.is_on
    assert crop.strength == 4  # type: ignore[attr-defined]
    assert [operation.kind for operation in tab.augment.active] == ["mirror"]
    assert tab.parts.presets.currentText() == "Custom"


def test_a_click_on_the_title_shows_the_settings_and_they_count(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "CIFAR")
    row = tab.parts.operations.rows()[1]
    assert not row.is_open()
    qtbot.mouseClick(row.title, LEFT)
    assert row.is_open()
    field = row.form.editor("strength")
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert tab.augment.operations[1].strength == 5  # type: ignore[attr-defined]
    assert summary(tab.augment.operations[1]) == "5 px · in 100 %"
    assert row is tab.parts.operations.rows()[1]


def test_operations_are_added_from_the_menu_and_removed_by_their_cross(tab: AugmentTab, qtbot: QtBot) -> None:
    qtbot.mouseClick(tab.parts.add, LEFT)
    menu = tab.parts.add.menu_shown
    assert menu is not None
    groups = {action.text(): action.menu() for action in menu.actions()}
    assert list(groups) == ["Geometry", "Colour", "Detail", "Policies", "Mixing"]
    rotation = next(action for action in groups["Geometry"].actions() if action.text() == "Rotation")  # type: ignore[union-attr]
    assert rotation.toolTip().endswith(".")
    rotation.trigger()
    menu.close()
    assert kinds(tab) == ["rotation"]
    assert tab.parts.operations.rows()[0].is_open()
    qtbot.mouseClick(tab.parts.operations.rows()[0].remove_button, LEFT)
    assert kinds(tab) == []


def test_rows_are_ordered_by_dragging_their_handle(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "Photos")
    before = kinds(tab)
    first, third = tab.parts.operations.rows()[0], tab.parts.operations.rows()[2]
    handle = first.handle
    start = QPoint(9, 13)
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, start)
    target = handle.mapFromGlobal(third.mapToGlobal(QPoint(9, third.height() - 2)))
    for share in (0.3, 0.6, 1.0):
        moved = QPointF(start) + (QPointF(target) - QPointF(start)) * share
        handle.mouseMoveEvent(move_event(handle, moved))
    QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, start)
    assert kinds(tab) == [*before[1:3], before[0], *before[3:]]
    qtbot.mouseClick(tab.parts.undo, LEFT)
    assert kinds(tab) == before


def move_event(widget: object, place: QPointF) -> object:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    at = widget.mapToGlobal(place)  # type: ignore[attr-defined]
    return QMouseEvent(QEvent.Type.MouseMove, place, at, LEFT, LEFT, Qt.KeyboardModifier.NoModifier)


def test_rows_are_ordered_by_the_keyboard_too(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "CIFAR")
    row = tab.parts.operations.rows()[0]
    tab.activateWindow()
    row.title.setFocus()
    qtbot.keyClick(row.title, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert kinds(tab) == ["random_crop", "mirror"]
    assert row.title.hasFocus()
    qtbot.keyClick(row.title, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kinds(tab) == ["mirror", "random_crop"]
    tab.parts.operations.rows()[0].title.setFocus()
    qtbot.keyClick(tab.parts.operations.rows()[0].title, Qt.Key.Key_Delete)
    assert kinds(tab) == ["random_crop"]


def test_the_preview_shows_exactly_what_the_training_gets(tab: AugmentTab, dataset: Dataset, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "Photos")
    sheet = tab.parts.samples
    qtbot.waitUntil(lambda: sheet.count() == 6 and any(words for words in sheet._words), timeout=TIMEOUT_MS)
    places = shown_places(dataset, View())
    expected = make_preview(dataset, tab.augment, tab.session.config.seed, places, [0] * 6)
    assert sheet._words == expected.words
    shown = sheet._images[2]
    assert shown.pixelColor(5, 7).getRgb()[:3] == tuple(expected.pictures[2, 7, 5].tolist())  # type: ignore[index]


def test_one_picture_is_shown_in_24_epochs_and_in_the_next_ones(tab: AugmentTab, qtbot: QtBot) -> None:
    choose_preset(tab, qtbot, "Photos")
    qtbot.mouseClick(tab.parts.views.button("one"), LEFT)
    sheet = tab.parts.samples
    qtbot.waitUntil(lambda: sheet.count() == 24, timeout=TIMEOUT_MS)
    assert sheet.describe(0).startswith("epoch 1 · cat")
    qtbot.mouseClick(tab.parts.again, LEFT)
    qtbot.waitUntil(lambda: sheet.describe(0).startswith("epoch 25 · cat"), timeout=TIMEOUT_MS)
    qtbot.mouseClick(tab.parts.other, LEFT)
    qtbot.waitUntil(lambda: sheet.describe(0).startswith("epoch 25 · dog"), timeout=TIMEOUT_MS)


def test_pictures_come_from_all_classes_in_turn(dataset: Dataset) -> None:
    assert dataset.labels[shown_places(dataset, View())].tolist() == [0, 1, 2, 0, 1, 2]


def test_a_new_order_of_the_same_operations_keeps_each_row(qtbot: QtBot) -> None:
    spec = AugmentSpec.model_validate({"operations": [{"kind": "mirror"}, {"kind": "noise"}]})
    shown = OperationList()
    qtbot.addWidget(shown)
    shown.set_operations(spec.operations)
    mirror, noise = shown.rows()
    shown.set_operations(spec.operations[::-1])
    assert shown.rows() == (noise, mirror)


# Audit --------------------------------------------------------------------------------------------------------------


def texts(widget: object) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]  # type: ignore[attr-defined]


def test_the_audit_says_what_is_missing(tab: AugmentTab, qtbot: QtBot) -> None:
    qtbot.mouseClick(tab.parts.tabs.button("audit"), LEFT)
    assert tab.parts.audit_stack.currentWidget() is tab.parts.ready
    assert "Train a network first" in texts(tab.parts.ready)
    assert tab.parts.ready.button.isHidden()


def test_what_an_audit_found_is_told_worst_first(qtbot: QtBot) -> None:
    levels = (0.0, 0.5, 1.0)
    harmless = AuditedOperation("Rotation", levels, (0, 5, 10), (0.98, 0.97, 0.96), ())
    harmful = AuditedOperation("Vertical flip", (0.0, 1.0), (), (0.98, 0.4), (Taken(0, 1, 0.625),))
    view = AuditView()
    qtbot.addWidget(view)
    view.set_audit(Audit((harmless, harmful), 100, "val"), "Run 1", ("6", "9"))
    said = view.findings.texts()
    assert said == [
        "Vertical flip",
        "98.0 % → 40.0 %",
        "'6' is taken for '9' in 62 % of its pictures: it may destroy this class.",
        "Rotation",
        "98.0 % → 96.0 %",
    ]
    lines = view.plot.getPlotItem().listDataItems()
    assert [line.getData()[1].tolist() for line in lines] == [[98.0, 97.0, 96.0], [98.0, 40.0]]


@pytest.mark.slow
def test_a_trained_run_is_audited_beside_the_window(bare_session: Session, qtbot: QtBot) -> None:
    from cnnstudio.data.sources.shapes import ShapesSource

    session = bare_session
    session.new_project(ShapesSource(per_class=12, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=TIMEOUT_MS)
    session.set_config(session.config.replace(epochs=2))
    page = DataPage(session)
    qtbot.addWidget(page)
    page.show()
    qtbot.mouseClick(page.tabs.button("augment"), LEFT)
    assert page.augment is not None
    tab = page.augment
    choose_preset(tab, qtbot, "Photos")
    session.training.start()
    qtbot.waitUntil(lambda: not session.training.is_active, timeout=TIMEOUT_MS)
    assert session.run is not None
    assert [one.kind for one in session.run.data.augment.operations] == kinds(tab)
    qtbot.mouseClick(tab.parts.tabs.button("audit"), LEFT)
    qtbot.mouseClick(tab.parts.ready.button, LEFT)
    assert tab.parts.audit_stack.currentWidget() is tab.parts.busy
    qtbot.waitUntil(lambda: tab.parts.audit_stack.currentWidget() is tab.parts.audited, timeout=TIMEOUT_MS)
    assert "Resized crop" in tab.parts.audit.findings.texts()
    assert tab.parts.audit_button.text() == "Audit again"
    qtbot.mouseClick(tab.parts.operations.rows()[0].switch, LEFT)
    assert tab.parts.audit_button.text() == "Audit the changed operations"


def test_a_run_of_other_data_is_not_audited(tab: AugmentTab, dataset: Dataset) -> None:
    from types import SimpleNamespace

    from cnnstudio.core.errors import DataError
    from cnnstudio.gui.pages.auditing import audit_run
    from cnnstudio.gui.pages.lane_network import LaneNetwork

    other = SimpleNamespace(name="Run 9", info=SimpleNamespace(data_digest="another"))
    with pytest.raises(DataError, match="Run 9 was trained on other data"):
        audit_run(JobContext(), LaneNetwork(), other, dataset, AugmentSpec())  # type: ignore[arg-type]


def test_tiles_fit_into_the_room(tab: AugmentTab, qtbot: QtBot) -> None:
    sheet = tab.parts.samples
    sheet.set_samples(np.zeros((24, 8, 8, 3), np.uint8), ("a",) * 24, ((),) * 24)
    assert sheet.canvas().height() <= sheet.viewport().height()
    assert sheet.canvas().width() <= sheet.viewport().width()


@pytest.mark.parametrize("width_px", [420, 560, 790])
def test_all_that_was_drawn_is_told_below_a_picture(tab: AugmentTab, qtbot: QtBot, width_px: int) -> None:
    words = ("turned 12° right", "slanted 10° right", "size 104 × 103 %", "moved ←2 ↓1 px", "brightness 137 %")
    sheet = tab.parts.samples
    sheet.resize(width_px, 500)
    sheet.set_samples(np.zeros((24, 8, 8, 3), np.uint8), ("a",) * 24, (words,) * 24)
    tile = sheet.tile_rect(0)
    metrics = QFontMetricsF(sample_font())
    assert " ".join(sheet.lines(0)) == " ".join(words)
    assert max(metrics.horizontalAdvance(line) for line in sheet.lines(0)) <= tile.width()
    assert tile.height() >= sheet.side() + 15 * (1 + len(sheet.lines(0)))


@pytest.mark.parametrize("room", [(520, 380), (760, 500), (912, 590), (1400, 800), (2400, 1200)])
def test_the_pictures_use_the_whole_width(tab: AugmentTab, room: tuple[int, int]) -> None:
    words = ("turned 12° right", "slanted 10° right", "size 104 × 103 %", "moved ←2 ↓1 px", "warped 0.7 px")
    sheet = tab.parts.samples
    sheet.resize(*room)
    sheet.set_samples(np.zeros((24, 8, 8, 3), np.uint8), ("a",) * 24, (words,) * 24)
    columns = len({sheet.tile_rect(index).left() for index in range(24)})
    # What is left over is less than a pixel a column; the ring of the chosen tile wants 2 px at each side.
    assert 0 <= sheet.viewport().width() - sheet.canvas().width() < columns
    assert 84 <= sheet.side() <= sheet.tile_rect(0).width()


def test_no_other_number_of_columns_would_show_larger_pictures(tab: AugmentTab) -> None:
    sheet = tab.parts.samples
    sheet.resize(1400, 800)
    sheet.set_samples(np.zeros((24, 8, 8, 3), np.uint8), ("a",) * 24, ((),) * 24)
    width_px, height_px = sheet.viewport().width() - 4, sheet.viewport().height() - 4
    # Two lines of 15 px and 4 px of air below each picture, 10 px between two tiles.
    fitting = [min((width_px + 10) // n - 10, (height_px + 10) // -(-24 // n) - 10 - 34, 200) for n in range(1, 25)]
    assert sheet.side() == max(fitting)


def test_what_the_preview_waits_for_is_told_over_the_pictures_of_before(tab: AugmentTab, qtbot: QtBot) -> None:
    sheet, jobs = tab.parts.samples, tab.session.jobs
    qtbot.waitUntil(lambda: sheet.count() == 6 and not sheet.waiting(), timeout=TIMEOUT_MS)
    release = threading.Event()
    # It doesn't look whether it was cancelled: what computes in one piece can't either.
    jobs.start("Grad-CAM of conv2", PREVIEW_LANE, lambda ctx: release.wait(30))
    qtbot.mouseClick(tab.parts.again, LEFT)
    qtbot.waitUntil(lambda: sheet.waiting() == "Waiting for: Grad-CAM of conv2…", timeout=TIMEOUT_MS)
    assert sheet.count() == 6
    release.set()
    qtbot.waitUntil(lambda: not sheet.waiting(), timeout=TIMEOUT_MS)


def test_the_first_preview_says_at_once_that_it_is_drawn(tab: AugmentTab, qtbot: QtBot) -> None:
    sheet = tab.parts.samples
    sheet.set_count(0)
    release = threading.Event()
    tab.session.jobs.start("Loading pages", PREVIEW_LANE, lambda ctx: release.wait(30))
    tab.refresh()
    qtbot.waitUntil(lambda: sheet.waiting() == "Waiting for: Loading pages…", timeout=TIMEOUT_MS)
    release.set()
    qtbot.waitUntil(lambda: sheet.count() == 6 and not sheet.waiting(), timeout=TIMEOUT_MS)


def test_a_preset_keeps_how_often_classes_come(tab: AugmentTab, qtbot: QtBot) -> None:
    box = tab.parts.settings.editor("sampling")
    qtbot.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(1)  # type: ignore[attr-defined]
    assert tab.augment.sampling == "balanced"
    choose_preset(tab, qtbot, "CIFAR")
    assert tab.augment.sampling == "balanced"
    assert tab.parts.presets.currentText() == "CIFAR"
