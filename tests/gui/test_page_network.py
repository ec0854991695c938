"""The page Network on a real session: forms, tables, problems and undo work together."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.gui.canvas.drawing import Drawing
from cnnstudio.gui.canvas.view import CanvasView
from cnnstudio.gui.main_window import MainWindow
from cnnstudio.gui.pages.network import NetworkPage
from cnnstudio.gui.pages.network_texts import changed_setting
from cnnstudio.gui.session import Session
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import ElidedLabel
from cnnstudio.gui.widgets.layer_form import LayerDetails, formula_lines
from cnnstudio.gui.widgets.layer_table import short_number
from cnnstudio.gui.widgets.network_facts import network_facts
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.pools import MaxPool

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(shapes_session: Session, qtbot: QtBot) -> NetworkPage:
    """The page with LeNet-5 for 32×32 colour scenes."""
    page = NetworkPage(shapes_session)
    qtbot.addWidget(page)
    page.resize(1356, 818)
    with qtbot.waitExposed(page):
        page.show()
    shapes_session.use_architecture("lenet5")
    qtbot.waitUntil(lambda: "·" in page.starts.starts()[0].facts[0], timeout=60_000)
    QApplication.processEvents()
    return page


def note(card: Card) -> str:
    """What stands at the right of a card's title."""
    label = card.findChild(ElidedLabel)
    assert label is not None
    return label.text()


def spin(page: NetworkPage, name: str) -> QSpinBox:
    editor = page.side.layer.form.editor(name)
    assert isinstance(editor, QSpinBox)
    return editor


def type_number(qtbot: QtBot, field: QSpinBox, number: int) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, str(number))
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_without_a_project_the_page_says_what_to_do_first(bare_session: Session, qtbot: QtBot) -> None:
    page = NetworkPage(bare_session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()

    assert page.current_view() is page.empty
    with qtbot.waitSignal(bare_session.page_requested) as asked:
        qtbot.mouseClick(page.empty.button, LEFT)
    assert asked.args == ["welcome"]


def test_the_first_visit_draws_the_graph_once(
    main_window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = main_window.session
    session.new_project(ShapesSource(per_class=2, side=32), "lenet5-modern")
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=60_000)
    drawn: list[tuple[int, int]] = []

    def counting(view: CanvasView, drawing: Drawing, *, is_other: bool = False) -> None:
        drawn.append((view.width(), view.height()))
        show(view, drawing, is_other=is_other)

    show = CanvasView.set_drawing
    monkeypatch.setattr(CanvasView, "set_drawing", counting)
    main_window.show_page("network")
    page = main_window.page("network")
    assert isinstance(page, NetworkPage)
    qtbot.waitUntil(lambda: drawn != [])
    for _ in range(4):
        QApplication.processEvents()
    view = page.canvas.editor.view
    assert drawn == [(view.width(), view.height())]
    assert set(view.canvas.drawing.boxes) == {node.id for node in page.canvas.editor.graph.nodes}


def test_a_layer_chosen_before_the_first_visit_is_chosen_on_it(shapes_session: Session, qtbot: QtBot) -> None:
    page = NetworkPage(shapes_session)
    qtbot.addWidget(page)
    page.canvas.editor.choose(["conv1"])
    page.resize(1356, 818)
    with qtbot.waitExposed(page):
        page.show()
    qtbot.waitUntil(lambda: "·" in page.starts.starts()[0].facts[0], timeout=60_000)
    assert page.canvas.editor.chosen() == {"conv1"}


def test_the_totals_are_those_of_lenet(page: NetworkPage) -> None:
    # LeNet-5 has 61,706 parameters for one channel and 10 classes: three channels add 2·25·6, 8 classes take 2·85 away.
    assert "5 weight layers · 61,836 parameters" in note(page.table_card)


def test_a_number_typed_into_the_form_changes_shapes_totals_and_is_named_for_undo(
    page: NetworkPage, qtbot: QtBot
) -> None:
    page.canvas.editor.choose(["conv1"])
    type_number(qtbot, spin(page, "filters"), 12)

    session = page.session
    assert session.undo_text == "Change filters of conv1"
    assert page.canvas.editor.view.canvas.wires["conv1", "tanh1"].wire.text == "12 × 28 × 28"
    # conv1: (75 + 1)·12 = 912; conv2: (25·12 + 1)·16 = 4,816.
    row = page.table.row_of("conv1")
    assert page.table.text(row, 2) == "912"
    assert page.table.text(page.table.row_of("conv2"), 2) == "4,816"
    assert note(page.canvas) == "changed"

    session.undo()
    assert page.canvas.editor.view.canvas.wires["conv1", "tanh1"].wire.text == "6 × 28 × 28"
    assert spin(page, "filters").value() == 6
    assert note(page.canvas) == ""


def test_the_formula_stands_beside_the_form_with_the_numbers_filled_in(page: NetworkPage) -> None:
    page.canvas.editor.choose(["conv1"])

    assert "(N − F + 2P) / S + 1\n= (32 − 5 + 2·0) / 1 + 1 = 28" in page.side.layer.why.texts()


def test_a_kernel_that_does_not_fit_is_a_problem_in_words_with_a_button_that_mends_it(
    page: NetworkPage, qtbot: QtBot
) -> None:
    page.canvas.editor.choose(["conv2"])
    type_number(qtbot, spin(page, "kernel"), 25)

    assert "A 25×25 kernel does not fit the 14×14 feature map." in page.side.layer.why.texts()
    assert len(page.problems.rows) == 1
    assert not page.train_button.isEnabled()
    assert note(page.table_card) == "1 problem"

    qtbot.mouseClick(page.problems.rows[0].fix, LEFT)

    assert page.session.validation is not None
    assert page.session.validation.is_ok
    assert page.train_button.isEnabled()
    assert page.problems.isHidden()
    assert page.session.undo_text == "Use a 3×3 kernel"


def test_sums_are_dashes_while_a_problem_keeps_the_data_from_the_output(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["conv2"])
    type_number(qtbot, spin(page, "kernel"), 25)
    page.canvas.editor.choose([])
    facts = {fact.title: fact.value for fact in network_facts(page._summary)}
    assert facts == {"Images": "3 × 32 × 32"} | dict.fromkeys(list(facts)[1:], "–")
    page.session.undo()
    assert network_facts(page._summary)[1].value == "8"


def test_in_a_small_window_the_sides_give_way_and_a_problem_stays_whole(page: NetworkPage, qtbot: QtBot) -> None:
    wide = page.canvas.width()
    page.canvas.editor.choose(["conv2"])
    type_number(qtbot, spin(page, "kernel"), 25)
    row = page.problems.rows[0]
    QApplication.processEvents()
    assert row.text.geometry().right() < row.fix.geometry().left()
    page.resize(908, 640)
    QApplication.processEvents()
    # The page lost 448 px, the graph no more than the sides could not give.
    assert page.canvas.width() >= wide - 448 + 90
    # A row that grows lays its neighbours out when Qt comes round to it.
    qtbot.waitUntil(lambda: row.text.geometry().bottom() < row.fix.geometry().top())
    assert row.text.height() >= row.text.heightForWidth(row.text.width())
    assert row.fix.width() >= row.fix.sizeHint().width()
    assert row.fix.geometry().right() <= row.width()
    page.resize(1356, 818)
    QApplication.processEvents()
    assert row.text.geometry().right() < row.fix.geometry().left()


def test_the_table_and_the_graph_choose_together(page: NetworkPage, qtbot: QtBot) -> None:
    page.table.selectRow(page.table.row_of("conv2"))
    assert page.canvas.editor.chosen() == {"conv2"}
    assert page.side.layer.card.title() == "Convolution"

    page.canvas.editor.choose(["fc1"])
    assert page.table.current() == page.table.row_of("fc1")
    assert page.side.layer.card.title() == "Linear"


def test_a_layer_is_renamed_in_its_form(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["conv1"])
    field = page.side.layer.name_field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "stem.conv")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert page.session.undo_text == "Rename conv1 to stem.conv"
    assert page.canvas.editor.chosen() == {"stem.conv"}


@pytest.mark.parametrize(("name", "words"), [("conv2", "already"), ("for", "means something else"), ("a b", "letters")])
def test_a_name_that_can_not_be_is_refused_at_the_field(page: NetworkPage, qtbot: QtBot, name: str, words: str) -> None:
    page.canvas.editor.choose(["conv1"])
    before = page.session.graph
    field = page.side.layer.name_field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, name)
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert page.session.graph is before
    assert words in page.side.layer.name_problem()


def test_another_architecture_replaces_the_network_and_can_be_undone(page: NetworkPage, qtbot: QtBot) -> None:
    names = [page.starts.item(row).text() for row in range(page.starts.count())]
    item = page.starts.item(names.index("ResNet-20"))
    page.starts.scrollToItem(item)
    qtbot.mouseClick(page.starts.viewport(), LEFT, pos=page.starts.visualItemRect(item).center())

    assert page.session.graph is not None
    assert page.session.graph.architecture == "resnet20"
    assert page.session.graph.input_shape == (3, 32, 32)
    assert page.starts.current_name() == "resnet20"
    qtbot.mouseClick(page.canvas.undo_button, LEFT)
    assert page.session.graph.architecture == "lenet5"


def test_every_architecture_shows_year_depth_and_parameters_of_the_original(page: NetworkPage) -> None:
    facts = {start.name: start.facts[0] for start in page.starts.starts()}

    assert facts["lenet5"] == "1998 · 5 · 61,706"
    assert facts["resnet20"] == "2015 · 20 · 269,722"


def test_an_architecture_too_large_for_the_pictures_says_so_and_can_not_be_chosen(page: NetworkPage) -> None:
    alexnet = next(start for start in page.starts.starts() if start.name == "alexnet")

    assert not alexnet.can_be_used
    assert "not 32" in alexnet.facts[0]


def test_a_click_in_the_palette_adds_behind_the_chosen_layer(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.editor.choose(["conv1"])
    page.palette_list.field.setText("dropout")
    chip = next(chip for chip in page.palette_list.chips if chip.choice.title == "Dropout")
    assert chip.choice in page.palette_list.shown()

    qtbot.mouseClick(chip, LEFT)

    assert page.session.graph is not None
    assert page.session.graph.predecessors("tanh1") == ("dropout1",)
    assert page.session.undo_text == "Add dropout1"


def test_a_search_that_finds_nothing_says_so(page: NetworkPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.palette_list.field, "zzz")

    assert page.palette_list.shown() == []
    assert page.palette_list.nothing.isVisible()


def test_the_code_follows_every_edit(page: NetworkPage) -> None:
    page.canvas.show_mode("code")
    assert "self.conv1 = nn.Conv2d(3, 6, 5)" in page.canvas.code.code()

    graph = page.session.graph
    assert graph is not None
    page.session.set_graph(graph.set_layer("conv1", Conv2d(filters=9, kernel=5)), "Change filters of conv1")

    assert "self.conv1 = nn.Conv2d(3, 9, 5)" in page.canvas.code.code()
    page.canvas.code.copy_button.click()
    assert QApplication.clipboard().text() == page.canvas.code.code()


def test_the_code_of_a_broken_network_says_what_is_wrong(page: NetworkPage) -> None:
    page.canvas.show_mode("code")
    graph = page.session.graph
    assert graph is not None
    page.session.set_graph(graph.set_layer("conv2", Conv2d(kernel=25)), "Break it")

    code = page.canvas.code.code()
    assert "A 25×25 kernel does not fit" in code
    compile(code, "network.py", "exec")


def test_code_and_picture_are_saved_and_a_failure_is_told(page: NetworkPage, tmp_path: Path) -> None:
    notices: list[tuple[str, str]] = []
    page.session.notice.connect(lambda kind, text, hint: notices.append((kind, text)))
    page.canvas.show_mode("code")

    page.canvas.save_code(tmp_path / "net.py")
    page.canvas.save_picture(tmp_path / "net.svg")
    page.canvas.save_picture(tmp_path / "net.bmp")

    assert (tmp_path / "net.py").read_text(encoding="utf-8") == page.canvas.code.code()
    assert (tmp_path / "net.svg").stat().st_size > 1000
    assert [kind for kind, _ in notices] == ["ok", "ok", "bad"]


def test_a_click_on_a_volume_chooses_its_layer(page: NetworkPage, qtbot: QtBot) -> None:
    page.canvas.show_mode("volumes")
    QApplication.processEvents()
    placed = next(item for item in page.canvas.volumes.picture.placed() if item.volume.ids[0] == "conv2")

    qtbot.mouseClick(page.canvas.volumes.picture, LEFT, pos=placed.face.center().toPoint())

    assert page.canvas.editor.chosen() == {"conv2"}


def test_volumes_are_drawn_to_one_scale(page: NetworkPage) -> None:
    page.canvas.show_mode("volumes")
    QApplication.processEvents()
    heights = {item.volume.ids[0]: item.face.height() for item in page.canvas.volumes.picture.placed()}

    assert heights["conv1"] / heights["input"] == pytest.approx(28 / 32)
    assert heights["conv2"] / heights["conv1"] == pytest.approx(10 / 28)


def test_the_receptive_field_is_framed_on_a_picture_of_the_data(page: NetworkPage) -> None:
    page.canvas.editor.choose(["pool1"])

    # conv1 sees 5×5, the 2×2 pool on it 6×6 with stride 2; position (7, 7) begins at 14.
    assert page.side.sees.title() == "Sees 6 × 6 pixels"
    assert page.side.sees.frame() == (14, 14, 6, 6)
    assert page.session.dataset is not None
    shown = page.side.sees.picture.image()
    assert shown is not None
    index = int(page.session.dataset.indices("train")[0])
    first = page.session.dataset.pixels[index][:, 0, 0]
    assert np.array_equal(first, shown.pixelColor(0, 0).getRgb()[:3])


def test_moving_over_the_picture_moves_the_field(page: NetworkPage) -> None:
    page.canvas.editor.choose(["pool1"])

    page.side.sees.picture.hovered.emit(0, 31)

    assert page.side.sees.frame() == (0, 26, 6, 6)


def test_several_chosen_layers_are_summed_up(page: NetworkPage) -> None:
    page.canvas.editor.choose(["fc1", "fc2"])

    # (400 + 1)·120 + (120 + 1)·84
    facts = {fact.title: fact.value for fact in page.side.together.facts()}
    assert facts["Parameters"] == "58,284"
    assert facts["Layers"] == "2"


def test_a_block_can_be_opened_from_the_side(page: NetworkPage, qtbot: QtBot) -> None:
    page.session.use_architecture("resnet20")
    page.canvas.editor.choose(["stage1"])

    qtbot.mouseClick(page.side.open_button, LEFT)

    assert "stage1" in page.canvas.editor.view.canvas.frames
    assert page.side.open_button.text() == "Close the block"


def test_the_main_button_leads_to_the_training(page: NetworkPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.session.page_requested) as asked:
        qtbot.mouseClick(page.train_button, LEFT)

    assert asked.args == ["train"]


@pytest.mark.slow
def test_a_hundred_edits_through_the_page_are_undone_to_the_start(page: NetworkPage) -> None:
    start = page.session.graph
    page.canvas.editor.choose(["conv1"])
    for number in range(100):
        spin(page, "filters").setValue(7 + number)
    end = page.session.graph

    for _ in range(100):
        page.session.undo()
    assert page.session.graph == start
    for _ in range(100):
        page.session.redo()
    assert page.session.graph == end


def test_every_control_has_a_name_and_a_tooltip(page: NetworkPage) -> None:
    page.canvas.editor.choose(["conv1"])
    silent = [
        type(widget).__name__
        for kind in (QAbstractButton, QLineEdit, QSpinBox)
        for widget in page.findChildren(kind)
        if widget.isVisible() and not widget.objectName().startswith("qt_")
        if not (widget.toolTip() and widget.accessibleName())
    ]

    assert silent == []


def test_nothing_on_the_page_is_cut_in_a_small_window(page: NetworkPage) -> None:
    page.resize(page.minimumSizeHint())
    QApplication.processEvents()

    assert page.minimumSizeHint().width() <= 1180
    assert page.minimumSizeHint().height() <= 680
    for child in (page.canvas, page.table_card, page.train_button, page.starts, page.palette_list):
        corner = child.mapTo(page, child.rect().bottomRight())
        assert page.rect().contains(corner)


def test_what_changed_is_named_after_the_settings() -> None:
    assert changed_setting(Conv2d(), Conv2d(filters=20)) == "filters"
    assert changed_setting(Conv2d(), Conv2d(kernel=5, padding=2)) == "kernel and padding"


def test_a_size_that_is_not_whole_is_a_warning() -> None:
    details = LayerDetails("pool", MaxPool(kernel=3, stride=3), ((4, 7, 7),), (4, 2, 2))

    roles = [role for _, role in formula_lines(details)]

    assert "warn" in roles


@pytest.mark.parametrize(
    ("value", "text"), [(61706, "61.7 k"), (40_800_000, "40.8 M"), (4_089_184_256, "4.09 G"), (999, "999"), (0, "0")]
)
def test_large_numbers_are_short(value: int, text: str) -> None:
    assert short_number(value) == text


@pytest.mark.parametrize(("value", "text"), [(246_824, "247 kB"), (1_200_000, "1.2 MB"), (12, "12 B")])
def test_memory_has_a_unit(value: int, text: str) -> None:
    assert bytes_text(value) == text
