"""The smaller parts of the canvas: search, volumes, pictures, the look at different zooms."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from cnnstudio.core.errors import FileError, GraphError
from cnnstudio.gui.canvas.choices import layer_choices, search
from cnnstudio.gui.canvas.drops import piece_mime, piece_of
from cnnstudio.gui.canvas.export import export_picture
from cnnstudio.gui.canvas.fold import best_columns, fold
from cnnstudio.gui.canvas.look import Detail, Look, detail_at
from cnnstudio.gui.canvas.scene import CanvasScene
from cnnstudio.gui.canvas.scenery import draw
from cnnstudio.gui.canvas.volumes import volumes
from cnnstudio.gui.theme import theme
from cnnstudio.network.architectures import architectures
from cnnstudio.network.spec import layers
from cnnstudio.network.validate import validate
from cnnstudio.network.view import all_groups


def lenet_scene() -> CanvasScene:
    graph = architectures["lenet5"].build()
    scene = CanvasScene(Look(theme.tokens))
    drawing = draw(graph, validate(graph), (), scene.look).drawing
    scene.set_drawing(drawing)
    return scene


def test_every_layer_that_needs_no_settings_can_be_chosen() -> None:
    kinds = {str(cls.model_fields["kind"].default) for cls in layers}

    assert {choice.layer.kind for choice in layer_choices()} == kinds


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("conv", "Convolution"),
        ("1x1", None),
        ("1×1", "1×1 convolution"),
        ("relu", "ReLU"),
        ("bn", "Batch norm"),
        ("max", "Max pool"),
        ("dense", None),
        ("concat", "Concatenate"),
        ("conv2d", "Convolution"),
    ],
)
def test_the_search_finds_what_people_type(words: str, first: str | None) -> None:
    found = search(layer_choices(), words)

    assert (found[0].title if found else None) == first


def test_the_search_for_nothing_offers_everything() -> None:
    assert search(layer_choices(), "  ") == list(layer_choices())


def test_lenet_has_the_volumes_of_the_lecture() -> None:
    graph = architectures["lenet5"].build()

    shapes = [volume.shape for volume in volumes(graph, validate(graph).shapes)]

    assert shapes == [(1, 32, 32), (6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (400,), (120,), (84,), (10,)]


def test_side_branches_are_no_volumes_and_equal_ones_are_one() -> None:
    graph = architectures["resnet20"].build()

    found = volumes(graph, validate(graph).shapes)

    assert [volume.shape for volume in found] == [(3, 32, 32), (16, 32, 32), (32, 16, 16), (64, 8, 8), (64,), (10,)]
    assert found[1].ids[0] == "conv1"
    assert found[1].kernel == (3, 3)


def test_volumes_end_where_the_size_is_unknown() -> None:
    graph = architectures["lenet5"].build()
    broken = graph.set_layer("conv2", graph.node("conv2").layer.replace(kernel=99))

    shapes = [volume.shape for volume in volumes(broken, validate(broken).shapes)]

    assert shapes == [(1, 32, 32), (6, 28, 28), (6, 14, 14)]


@pytest.mark.parametrize(
    ("zoom", "boxes", "detail"),
    [
        (0.54, 500, Detail.SIMPLE),
        (0.55, 500, Detail.TITLE),
        (0.33, 20, Detail.SIMPLE),
        (0.34, 20, Detail.TITLE),
        (0.8, 500, Detail.FULL),
    ],
)
def test_detail_falls_away_with_the_zoom_and_sooner_with_many_boxes(zoom: float, boxes: int, detail: Detail) -> None:
    assert detail_at(zoom, boxes) is detail


def test_an_svg_of_lenet_holds_the_names_of_its_layers(qapp: QApplication, tmp_path: Path) -> None:
    export_picture(lenet_scene(), tmp_path / "net.svg")

    root = ElementTree.parse(tmp_path / "net.svg").getroot()
    texts = "".join(root.itertext())
    assert "conv1" in texts
    assert "6 × 28 × 28" in texts


def test_a_png_of_lenet_is_twice_as_large_as_the_drawing_and_not_empty(qapp: QApplication, tmp_path: Path) -> None:
    scene = lenet_scene()

    export_picture(scene, tmp_path / "net.png")

    image = QImage(str(tmp_path / "net.png"))
    assert image.height() == pytest.approx(2 * (scene.content_rect().height() + 48), abs=2)
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colours) > 5


def test_a_picture_shows_everything_even_while_the_window_is_zoomed_out(qapp: QApplication, tmp_path: Path) -> None:
    scene = lenet_scene()
    export_picture(scene, tmp_path / "near.svg")
    scene.choose({"conv1"})
    scene.set_detail(Detail.SIMPLE)

    export_picture(scene, tmp_path / "far.svg")

    assert (tmp_path / "far.svg").read_bytes() == (tmp_path / "near.svg").read_bytes()
    assert scene.look.detail is Detail.SIMPLE
    assert scene.chosen == {"conv1"}


def test_a_picture_of_nothing_and_one_of_another_kind_are_refused(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="graph is empty"):
        export_picture(CanvasScene(Look(theme.tokens)), tmp_path / "net.svg")
    with pytest.raises(FileError, match=r"ends in \.svg or \.png"):
        export_picture(lenet_scene(), tmp_path / "net.gif")


def test_layers_on_the_clipboard_come_back_as_they_were(qapp: QApplication) -> None:
    graph = architectures["lenet5"].build()

    assert piece_of(piece_mime(graph.to_json())) == graph.to_json()


def test_an_empty_clipboard_is_said_to_hold_no_layers(qapp: QApplication) -> None:
    with pytest.raises(GraphError, match="no layers on the clipboard"):
        piece_of(None)


@pytest.mark.parametrize("name", list(architectures))
def test_every_architecture_is_drawn_with_all_its_boxes_in_the_room(qapp: QApplication, name: str) -> None:
    graph = architectures[name].build()
    scene = CanvasScene(Look(theme.tokens))
    drawing = draw(graph, validate(graph), all_groups(graph), scene.look).drawing

    shown, columns = fold(drawing, best_columns(drawing, scene.sceneRect().size().expandedTo(drawing.rect.size() / 2)))
    scene.set_drawing(shown)

    assert set(columns) == set(shown.boxes) == set(scene.boxes)
    assert all(scene.look.title_metrics.horizontalAdvance(box.title) < box.rect.width() for box in shown.boxes.values())
