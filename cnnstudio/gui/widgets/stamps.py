"""Small pieces that are painted a hundred times a frame, such as badges and captions: painted once, then copied."""

from collections.abc import Callable, Hashable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from cnnstudio.gui.theme import theme

MOST = 2_000


class Stamps:
    """Pixmaps by what they show."""

    def __init__(self) -> None:
        self._made: dict[Hashable, QPixmap] = {}

    def stamp(self, key: Hashable, size: QSize, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
        """The pixmap of a key; `paint` paints it when it is asked for the first time.

        Args:
            key: All that what it shows depends on, but for size and theme.
            size: In the units of the widget.
            ratio: Device pixels for each of them.
            paint: Gets a painter on a transparent ground.
        """
        whole = (key, size.width(), size.height(), ratio, theme.tokens.name)
        found = self._made.get(whole)
        if found is None:
            if len(self._made) >= MOST:
                self._made.clear()
            found = self._made[whole] = _painted(size, ratio, paint)
        return found


def _painted(size: QSize, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return pixmap
