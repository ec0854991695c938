"""The page Data, with small data made by hand and with a real folder."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.dataset import Dataset, Problem
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import DataSpec, SplitSpec
from cnnstudio.gui.pages.data import DataPage
from cnnstudio.gui.pages.data_texts import findings
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.counts import ROW_PX
from cnnstudio.gui.widgets.option_cards import OptionCard
from cnnstudio.gui.widgets.split_form import SplitForm

LEFT = Qt.MouseButton.LeftButton
TIMEOUT_MS = 60_000
PROBLEMS = (
    Problem("cats/a.png", "empty", "'cats/a.png' is empty (0 bytes)."),
    Problem("cats/b.png", "empty", "'cats/b.png' is empty (0 bytes)."),
    Problem("", "one_class", "There is only one class.", hint="Add another.", is_blocking=True),
    Problem("img-03.png", "conflicting_labels", "The same picture is in 'cat' and 'dog'."),
)


@pytest.fixture
def page(bare_session: Session, small_dataset: Callable[..., Dataset], qtbot: QtBot) -> DataPage:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.resize(1300, 800)
    page.show()
    show(page, small_dataset(PROBLEMS))
    return page


def show(page: DataPage, dataset: Dataset) -> None:
    session = page.session
    session.data_spec, session.dataset, session.data_error = dataset.spec, dataset, None
    session.dataset_changed.emit()


def shown_texts(page: DataPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_without_data_the_page_says_what_to_do_first(bare_session: Session, qtbot: QtBot) -> None:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    assert not page.side.isVisible()
    assert not page.sources.main_button.isEnabled()
    assert page.sources.main_button.toolTip() == "The data is not open yet."


def test_all_pictures_are_shown_and_counted(page: DataPage) -> None:
    assert page.browser.gallery.count() == 12
    assert page.side.counts.total(0) == 4
    assert page.browser.gallery.caption(2) == "<b>owl</b>"


def test_the_class_filter_shows_one_class_and_marks_its_bar(page: DataPage, qtbot: QtBot) -> None:
    box = page.browser.filters.classes
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == "dog"
    assert page.browser.gallery.count() == 4
    assert page.side.counts._current == 1


def test_a_click_on_a_bar_filters_by_its_class(page: DataPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.side.counts, LEFT, pos=QPoint(20, 2 * ROW_PX + 4))
    assert page.browser.filters.classes.currentText() == "<b>owl</b>"
    assert page.browser.gallery.count() == 4


def test_the_part_filter_and_the_text_filter_work_together(page: DataPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.browser.filters.parts.button("val"), LEFT)
    assert page.browser.shown().tolist() == [6, 7, 8]
    qtbot.keyClicks(page.browser.filters.search, "-07")
    qtbot.waitUntil(lambda: page.browser.gallery.count() == 1)
    qtbot.keyClicks(page.browser.filters.search, "x")
    qtbot.waitUntil(lambda: page.browser.gallery.count() == 0)
    assert "No picture passes these filters." in page.browser.about.text()


def test_the_slider_zooms_the_gallery(page: DataPage) -> None:
    page.browser.zoom.setValue(128)
    assert page.browser.gallery.zoom() == 128


def test_problems_are_grouped_and_those_in_the_way_come_first() -> None:
    found = findings(PROBLEMS)
    assert [(finding.key, finding.count, finding.is_blocking) for finding in found] == [
        ("one_class", 1, True),
        ("empty", 2, False),
        ("conflicting_labels", 1, False),
    ]
    assert found[1].text == "2 files are empty."


def test_a_link_lists_the_files_with_their_reasons_and_the_way_back(page: DataPage, qtbot: QtBot) -> None:
    link = next(link for link in page.side.findings.links if link.property("key") == "empty")
    qtbot.mouseClick(link, LEFT)
    assert page.problem_card.isVisible()
    assert [page.problems.text(row, 0) for row in range(2)] == ["cats/a.png", "cats/b.png"]
    assert page.problems.text(0, 1) == "'cats/a.png' is empty (0 bytes)."


def test_a_problem_of_a_picture_that_is_there_leads_to_it(page: DataPage, qtbot: QtBot) -> None:
    link = next(link for link in page.side.findings.links if link.property("key") == "conflicting_labels")
    qtbot.mouseClick(link, LEFT)
    page.problems.activated_row.emit(0)
    assert page.browser.isVisible()
    assert page.browser.gallery.current() == 3


def test_what_stands_in_the_way_opens_the_setting_that_allows_it(
    page: DataPage, small_dataset: Callable[..., Dataset], tmp_path: Path
) -> None:
    from dataclasses import replace

    from cnnstudio.data.sources.folder import FolderSource

    folder = FolderSource(path=str(tmp_path))
    dataset = small_dataset(PROBLEMS)
    show(page, replace(dataset, spec=dataset.spec.replace(source=folder)))
    assert page.sources.settings.editor("accept_problems").isVisible()


def test_data_without_problems_says_so(page: DataPage, small_dataset: Callable[..., Dataset], qtbot: QtBot) -> None:
    show(page, small_dataset())
    qtbot.waitUntil(lambda: "Every picture could be read." in shown_texts(page))


def test_an_error_says_what_happened_what_is_safe_and_what_to_do(page: DataPage) -> None:
    page.session.dataset, page.session.data_error = None, DataError("There is no folder /x.", hint="Choose another.")
    page.session.dataset_changed.emit()
    texts = shown_texts(page)
    assert "There is no folder /x." in texts
    assert "Your files were not changed, and your runs are safe." in texts
    assert "Choose another." in texts


def test_opening_shows_progress_and_cancel_stops_it(page: DataPage, qtbot: QtBot) -> None:
    session = page.session

    def endless(ctx: JobContext) -> None:
        ctx.progress(30, 120, "Reading images")
        while True:
            ctx.check()

    session.dataset = None
    session.data_job = session.jobs.start("Opening", "io", endless)
    session.dataset_changed.emit()
    qtbot.waitUntil(page.busy.isVisible)
    qtbot.waitUntil(lambda: any(text.startswith("30 of 120") for text in shown_texts(page)))
    job = session.data_job
    qtbot.mouseClick(page.busy.button, LEFT)
    with qtbot.waitSignal(session.jobs.job_ended):
        pass
    assert job.state.is_over
    assert job.progress == Progress(30, 120, "Reading images", job.progress.seconds_left)


def test_a_real_cancel_of_opening_ends_in_a_sentence(bare_session: Session, qtbot: QtBot) -> None:
    from cnnstudio.data.sources.shapes import ShapesSource

    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.show()
    bare_session.new_project(ShapesSource(per_class=20_000, side=64))
    qtbot.waitUntil(page.busy.isVisible, timeout=TIMEOUT_MS)
    qtbot.mouseClick(page.busy.button, LEFT)
    qtbot.waitUntil(page.error.isVisible, timeout=TIMEOUT_MS)
    assert "Opening Shapes was cancelled." in shown_texts(page)


def test_the_split_is_dealt_anew_when_the_slider_is_let_go(
    page: DataPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(page.session, "set_data_spec", asked.append)
    slider = page.side.split.val
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert [spec.split for spec in asked] == [SplitSpec(val=0.16, group="copies")]


def test_a_split_that_leaves_nothing_to_train_on_is_not_told(qtbot: QtBot) -> None:
    form = SplitForm()
    qtbot.addWidget(form)
    seen: list[SplitSpec] = []
    form.changed.connect(seen.append)
    form.val.setValue(50)
    form.test.setValue(50)
    assert [round(spec.val + spec.test, 2) for spec in seen] == [0.65]
    assert form._rest.text() == "0 % of each class stay for training."


def test_what_the_network_sees_can_be_changed(page: DataPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(page.session, "set_data_spec", asked.append)
    box = page.side.preprocess.editor("channels")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "3, colour"
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert asked[0].preprocess.channels == 1


def test_a_click_on_another_source_opens_it(page: DataPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(page.session, "open_source", asked.append)
    qtbot.mouseClick(page.sources.cards.card("digits"), LEFT)
    qtbot.mouseClick(page.sources.cards.card("shapes"), LEFT)
    assert [source.kind for source in asked] == ["digits"]


def test_a_folder_that_is_called_off_leaves_the_source_marked(
    page: DataPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: "")
    qtbot.mouseClick(page.sources.cards.card("own"), LEFT)
    assert page.sources.cards.current() == "shapes"


@pytest.mark.slow
def test_a_real_folder_shows_its_pictures_and_names_what_could_not_be_read(
    bare_session: Session, qtbot: QtBot, folder_of_images: Path
) -> None:
    page = DataPage(bare_session)
    qtbot.addWidget(page)
    page.resize(1300, 800)
    page.show()
    page.sources.zone.dropped.emit([folder_of_images])
    qtbot.waitUntil(lambda: bare_session.dataset is not None, timeout=TIMEOUT_MS)
    assert page.browser.gallery.count() == 8
    assert page.sources.cards.current() == "own"
    link = next(link for link in page.side.findings.links if link.property("key") == "empty")
    qtbot.mouseClick(link, LEFT)
    assert page.problems.text(0, 0) == "cats/notes.png"
    assert np.asarray(bare_session.dataset.pixels).shape[0] == 8  # type: ignore[union-attr]  # it was waited for


def test_in_a_window_of_1024_by_700_no_text_is_cut(page: DataPage, qtbot: QtBot) -> None:
    page.resize(940, 618)
    qtbot.wait(20)
    side = page.side.widget()
    assert side.width() <= page.side.viewport().width()
    for card in page.sources.cards.findChildren(OptionCard):
        assert card.height() >= card.heightForWidth(card.width())
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width())
    for chip in page.browser.filters.parts.findChildren(Button):
        assert not chip.visibleRegion().isEmpty()


def test_what_is_known_of_other_data_is_not_shown_while_data_are_opened(page: DataPage, qtbot: QtBot) -> None:
    session = page.session
    assert page.side.isVisible()
    release = threading.Event()

    def spec(ctx: JobContext) -> DataSpec:
        release.wait(30)
        ctx.check()
        raise AssertionError("It was cancelled.")

    session.open_data("big", spec)
    qtbot.waitUntil(page.busy.isVisible, timeout=TIMEOUT_MS)
    assert not page.side.isVisible()
    page.busy.button.click()
    release.set()
    qtbot.waitUntil(lambda: session.data_job is None, timeout=TIMEOUT_MS)
    assert page.side.isVisible()
    assert page.browser.isVisible()


def test_other_data_are_shown_from_the_top_of_their_findings(
    page: DataPage, small_dataset: Callable[..., Dataset], qtbot: QtBot
) -> None:
    page.resize(1300, 400)
    qtbot.wait(20)
    bar = page.side.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    made = small_dataset(PROBLEMS)
    show(page, made)
    assert bar.value() > 0
    other = made.spec.replace(source=ShapesSource(per_class=3, side=32))
    show(page, replace(made, spec=other))
    assert bar.value() == 0
