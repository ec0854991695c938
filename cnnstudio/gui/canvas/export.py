"""The whole graph as a picture file: SVG to print, PNG to paste."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator

from cnnstudio.core.errors import FileError
from cnnstudio.core.files import write_bytes
from cnnstudio.gui.canvas.look import Detail
from cnnstudio.gui.canvas.scene import CanvasScene

MARGIN = 24.0
PNG_SCALE = 2.0
# Larger pictures than this don't fit into one image of Qt's, or into memory.
MAX_SIDE_PX = 20_000


def export_picture(scene: CanvasScene, path: Path) -> None:
    """Save everything that is drawn, at full detail, as .svg or .png by the path's ending.

    Raises:
        FileError: Another ending, nothing to draw, or the place can't be written.
    """
    makers = {".svg": svg_bytes, ".png": png_bytes}
    if path.suffix.lower() not in makers:
        raise FileError(f"{path} can't be saved: a picture ends in .svg or .png.")
    if scene.content_rect().isEmpty():
        raise FileError("There is nothing to save: the graph is empty.", hint="Choose a network to start from.")
    write_bytes(path, makers[path.suffix.lower()](scene))


def svg_bytes(scene: CanvasScene) -> bytes:
    """The graph as an SVG drawing, one unit a px."""
    area = _area(scene)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    generator.setTitle("Network")
    painter = QPainter(generator)
    _render(scene, painter, QRectF(0, 0, area.width(), area.height()), area)
    painter.end()
    buffer.close()
    return bytes(content.data())


def png_bytes(scene: CanvasScene) -> bytes:
    """The graph as a PNG picture at 200 %, smaller where that would be too large."""
    area = _area(scene)
    scale = min(PNG_SCALE, MAX_SIDE_PX / max(area.width(), area.height()))
    image = QImage(QSize(round(area.width() * scale), round(area.height() * scale)), QImage.Format.Format_RGB32)
    image.fill(scene.look.surface.color())
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    _render(scene, painter, QRectF(image.rect()), area)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, b"png").write(image)
    buffer.close()
    return bytes(content.data())


def _area(scene: CanvasScene) -> QRectF:
    return scene.content_rect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def _render(scene: CanvasScene, painter: QPainter, target: QRectF, source: QRectF) -> None:
    """Draw all items whatever the zoom of the window, and nothing as chosen."""
    detail, is_far = scene.look.detail, scene.look.is_far
    chosen, wires = scene.chosen, scene.chosen_wires
    scene.blockSignals(True)
    scene.choose(())
    scene.set_detail(Detail.FULL)
    painter.fillRect(target, scene.look.canvas)
    scene.render(painter, target, source)
    scene.set_detail(detail, is_far=is_far)
    scene.choose(chosen, wires)
    scene.blockSignals(False)
