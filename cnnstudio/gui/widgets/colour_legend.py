"""What the colours of a map mean: the table as a bar, with the values at its ends (and zero, where it has a place)."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.pixels import Pixels, to_qimage

BAR_PX = 10
TEXT_PX = 18


class ColourLegend(QWidget):
    """A colour bar; without values it says what its ends are, because every picture has its own scale."""

    def __init__(self, name: str = "Meaning of the colours") -> None:
        super().__init__()
        self._image: QImage | None = None
        self._texts = ("", "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_scale(
        self, table: Pixels, low: float | None, high: float | None, *, each: str = "map", has_sign: bool = False
    ) -> None:
        """Show a table of colours, shape (n, 3), for values from `low` to `high`.

        Args:
            low: None where each picture has a scale of its own.
            each: What has one then.
            has_sign: Its middle is 0 then, and its ends are as far away as the largest value.
        """
        self._image = to_qimage(table[None])
        if low is None or high is None:
            ends = ("− largest", "0", "+ largest")
            self._texts = ends if has_sign else (f"lowest of each {each}", "", "highest")
        else:
            self._texts = (value_text(low), "0" if low < 0 < high and abs(low + high) < 1e-9 else "", value_text(high))
        self.setAccessibleDescription(" to ".join(text for text in self._texts if text))
        whose = f" of each {each}, whose middle is 0" if has_sign and low is None else ""
        self.setToolTip(f"Colours from {self._texts[0]} to {self._texts[2]}{whose}.")
        self.update()

    def texts(self) -> tuple[str, str, str]:
        """What stands at the left end, in the middle and at the right end."""
        return self._texts

    def sizeHint(self) -> QSize:
        return QSize(200, BAR_PX + TEXT_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, BAR_PX + TEXT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(0, 0, self.width(), BAR_PX), self._image)
        font = QFont(painter.font())
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        sides = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight)
        for text, side in zip(self._texts, sides, strict=True):
            painter.drawText(QRectF(0, BAR_PX, self.width(), TEXT_PX), side | Qt.AlignmentFlag.AlignVCenter, text)


def value_text(value: float) -> str:
    """A weight or an activation with three digits: 0.412, −1.7, 12,500."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")
