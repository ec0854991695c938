import threading

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from cnnstudio.gui.pages import inspect as inspect_module
from cnnstudio.gui.pages.inspect import InspectPage
from cnnstudio.runs.loaded import load_run_network


@pytest.fixture
def page(opened, shown):
    return shown(InspectPage(opened))


def choose_layer(page, click, settled, node):
    page.view.strip.set_layer(node)
    page.view.strip.set_chosen(-1)
    click(page.view.strip, page.view.strip.nodes().index(node))
    settled(page.session)


def choose_tab(page, click, settled, tab):
    click(page.view.tabs.button(tab))
    settled(page.session)


def picture_of(picture):
    image = picture.image()
    return image.copy() if image is not None else None


def test_without_a_run_it_says_to_train_first(session, shown, click):
    page = shown(InspectPage(session))

    click(page.empty.button)

    assert page.current_view() is page.empty
    assert session.requests == ["train"]


def test_it_opens_with_the_first_test_image_and_torchs_five_best(page, digits, by_torch):
    index = digits.indices("test")[0]
    p = by_torch(digits.pixels[index][None])[0]
    best = np.argsort(-p)[:5]

    shown_bars = page.view.looked_at.bars.guesses()

    assert [bar.name for bar in shown_bars] == [digits.classes[i] for i in best]
    assert [bar.probability for bar in shown_bars] == pytest.approx(p[best].tolist(), abs=1e-5)
    assert digits.classes[digits.labels[index]] in page.view.looked_at.verdict()


def test_the_strip_shows_every_layer_with_its_shape_and_a_thumbnail(page):
    assert list(page.view.strip.nodes()) == list(page.session.run.graph.order())
    assert page.view.strip.describe(1).endswith("Output 6×28×28.")
    assert set(page.view.strip._thumbnails) == set(page.view.strip.nodes())


def test_filters_of_a_deeper_layer_are_shown_per_channel(page, click, settled):
    assert page.view.filters.grid.count() == 6

    choose_layer(page, click, settled, "conv2")
    assert page.view.filters.grid.count() == 6 * 16

    page.view.filters.shown.set_key("one")
    page.view.filters.shown.picked.emit("one")
    page.view.filters.filter_number.setValue(3)
    assert page.view.filters.grid.count() == 6
    click(page.view.filters.grid, 4)
    assert page.view.filters.detail.title() == "Filter 3, channel 5"


def test_the_enlarged_kernel_holds_the_weights_of_the_filter_that_was_clicked(page, click, settled):
    choose_layer(page, click, settled, "conv2")
    weights = load_run_network(page.session.run).network.state_dict()["conv2.weight"].numpy()

    # Sixteen filters stand in sixteen columns, their six channels in rows: tile 16 + 2 is channel 2 of filter 3.
    click(page.view.filters.grid, 18)

    assert page.view.filters.detail.title() == "Filter 3, channel 2"
    assert (page.view.filters.detail._values == weights[2, 1]).all()


def test_a_layer_without_filters_shows_the_nearest_before_it(page, click, settled):
    choose_layer(page, click, settled, "pool1")

    assert page.view.filters._card.title() == "Filters of conv1"
    assert "pool1 has none" in page.view.filters._card._note.text()


def test_pointing_at_a_map_reads_the_activation_that_torch_computes(page, click, settled, qtbot, digits):
    choose_tab(page, click, settled, "activations")
    network = load_run_network(page.session.run).network
    spec = page.session.run.data.preprocess
    x = (torch.from_numpy(digits.pixels[digits.indices("test")[0]][None]) / 255 - spec.mean[0]) / spec.std[0]
    with torch.no_grad():
        expected = network.conv1(x)[0, 2, 5, 9].item()
    grid = page.view.maps.grid
    rect = grid.tile_rect(2)
    zoom = rect.width() // 28

    qtbot.mouseMove(grid.canvas(), rect.topLeft() + QPoint(9 * zoom + zoom // 2, 5 * zoom + zoom // 2))

    said = page.view.maps._card._note.text()
    assert said.startswith("map 3, row 5, column 9: ")
    assert float(said.rpartition(" ")[2].replace("−", "-")) == pytest.approx(expected, rel=1e-2)


def test_a_click_enlarges_a_map(page, click, settled):
    choose_tab(page, click, settled, "activations")

    click(page.view.maps.grid, 3)

    assert page.view.maps.detail.title() == "Map 4"
    assert page.view.maps.detail.isVisible()


def test_numbers_behind_a_flatten_carry_the_class_names_at_the_end(page, click, settled):
    choose_tab(page, click, settled, "activations")

    choose_layer(page, click, settled, page.view.strip.nodes()[-1])

    assert page.view.maps.grid.count() == 10
    assert page.view.maps.grid.describe(7) == "7"


def test_grad_cam_answers_for_the_best_guess_then_for_any_class_and_layer(page, click, settled):
    choose_tab(page, click, settled, "explain")
    explain = page.view.explain
    assert explain.layer.key() == "tanh2"
    first = picture_of(explain.over)

    explain.class_choice.set_key(8)
    explain.class_choice.picked.emit(8)
    settled(page.session)
    assert explain.caption(explain.over).startswith("8: ")
    assert picture_of(explain.over) != first

    choose_layer(page, click, settled, "conv1")
    assert explain.layer.key() == "conv1"
    assert explain.caption(explain.alone).startswith("28×28 cells of conv1")


def test_opacity_zero_shows_the_bare_picture(page, click, settled):
    choose_tab(page, click, settled, "explain")
    over = page.view.explain.over

    page.view.explain.opacity.setValue(0)

    shown = over.image().convertToFormat(QImage.Format.Format_Grayscale8)
    times = shown.width() // 32
    pixels = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())
    assert (pixels[::times, : shown.width() : times] == page.pictures.picture.pixels[0]).all()


def test_a_second_class_stands_beside_the_first(page, click, settled):
    choose_tab(page, click, settled, "explain")

    page.view.explain.against.set_key(5)
    page.view.explain.against.picked.emit(5)
    settled(page.session)

    assert page.view.explain.over_against.isVisible()
    assert not page.view.explain.alone.isVisible()


def test_a_click_on_one_of_the_five_best_explains_that_class(page, click, settled):
    choose_tab(page, click, settled, "explain")
    second = page.view.looked_at.bars.guesses()[1].name

    click(page.view.explain.best, 1)
    settled(page.session)

    assert page.view.explain.caption(page.view.explain.over).startswith(f"{second}: ")


def test_a_layer_without_places_is_refused_with_the_reason_and_the_choice_stays(page, click, settled):
    choose_tab(page, click, settled, "explain")

    choose_layer(page, click, settled, "fc1")

    assert "no map to draw" in page.session.notices[-1]
    assert page.view.strip.layer() == "tanh2"


def test_arrow_keys_walk_layers_and_images(page, qtbot, settled, digits):
    page.setFocus()

    qtbot.keyClick(page, Qt.Key.Key_Right)
    qtbot.keyClick(page, Qt.Key.Key_Down)
    qtbot.keyClick(page, Qt.Key.Key_Down)
    settled(page.session)

    assert page.view.strip.layer() == "tanh1"
    third = digits.indices("test")[2]
    assert page.pictures.picture.name == digits.names[third]


def test_walking_fast_ends_at_the_last_image(page, qtbot, settled, digits, by_torch):
    for _ in range(12):
        qtbot.keyClick(page, Qt.Key.Key_Down)
    settled(page.session)

    index = digits.indices("test")[12]
    p = by_torch(digits.pixels[index][None])[0]
    assert page.view.looked_at.bars.guesses()[0].probability == pytest.approx(p.max(), abs=1e-5)


def test_nothing_is_computed_in_the_windows_thread(opened, shown, monkeypatch):
    threads = []
    original = inspect_module.look
    monkeypatch.setattr(
        inspect_module, "look", lambda *args: (threads.append(threading.current_thread().name), original(*args))[1]
    )

    shown(InspectPage(opened))

    assert set(threads) == {"lane-inspect"}


def test_a_pasted_picture_is_looked_at(page, qtbot, settled):
    image = QImage(50, 40, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.white)
    QApplication.clipboard().setImage(image)

    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled(page.session)

    assert page.view.chooser.sources.key() == "own"
    assert page.pictures.picture.name == "Pasted picture"
    assert (page.pictures.picture.pixels == 255).all()
    assert page.view.looked_at.verdict()


def test_an_empty_clipboard_is_said(page, click):
    QApplication.clipboard().clear()

    page.view.chooser.paste_requested.emit()

    assert "no picture on the clipboard" in page.session.notices[-1]


@pytest.mark.slow
def test_dropped_files_are_looked_at_and_a_broken_one_is_named(page, settled, tmp_path):
    Image.fromarray(np.full((20, 20), 90, np.uint8)).save(tmp_path / "grey.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("grey.png", "broken.png")])
    place, action, button = QPointF(300, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton

    enter = QDragEnterEvent(place.toPoint(), action, mime, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page, enter)
    assert enter.isAccepted()
    assert page.drops.overlay.text() == "Look into 2 pictures"
    QApplication.sendEvent(page, QDropEvent(place, action, mime, button, Qt.KeyboardModifier.NoModifier))
    settled(page.session)

    assert page.pictures.picture.name == "grey.png"
    assert "broken.png" in page.session.notices[-1]


def test_another_page_can_ask_for_an_image_of_the_data(page, settled, digits):
    index = int(digits.indices("val")[4])

    page.session.image_wanted.emit(index)
    settled(page.session)

    assert page.view.chooser.sources.key() == "val"
    assert page.pictures.picture.name == digits.names[index]


def test_a_damaged_checkpoint_is_an_error_that_says_what_is_safe_and_can_be_tried_again(
    opened, shown, click, settled, project_folder
):
    weights = next((project_folder / "runs").rglob("best/weights.safetensors"))
    good = weights.read_bytes()
    for path in (project_folder / "runs").rglob("weights.safetensors"):
        path.write_bytes(good[:-4] + b"zzzz")

    page = shown(InspectPage(opened))
    assert page.current_view() is page.error
    assert "damaged" in page.error._text.text()

    for path in (project_folder / "runs").rglob("weights.safetensors"):
        path.write_bytes(good)
    click(page.error.button)
    settled(opened)
    assert page.current_view() is page.view


def test_all_controls_have_a_tooltip_and_a_name(page):
    from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QSlider

    for kind in (QAbstractButton, QComboBox, QSlider, QAbstractSpinBox):
        for control in page.findChildren(kind):
            if control.objectName().startswith("qt_"):
                continue
            assert control.toolTip(), control
            assert control.accessibleName(), control
