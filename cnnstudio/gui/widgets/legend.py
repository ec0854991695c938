"""Names with a dash of their colour: buttons that hide and show a curve, or plain words."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from cnnstudio.gui.theme import theme

DASH_PX, GAP_PX, PADDING_PX, APART_PX = 12, 6, 3, 14


class LegendButton(QAbstractButton):
    """Checked while its curve is shown."""

    def __init__(self, title: str, role: str) -> None:
        super().__init__()
        self._role = role
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(f"Show or hide {title}.")
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self.text()) + DASH_PX + GAP_PX + 2 * PADDING_PX
        return QSize(width, metrics.height() + 2 * PADDING_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isChecked() else 0.45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self._role))
        painter.drawRoundedRect(QRectF(PADDING_PX, self.height() / 2 - 2, DASH_PX, 4), 2, 2)
        painter.setPen(theme.color("muted"))
        text = QRectF(self.rect()).adjusted(PADDING_PX + DASH_PX + GAP_PX, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)


class Legend(QWidget):
    """Words with their colours, one after the other: (title, role)."""

    def __init__(self, entries: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(title for title, _ in entries))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widths = [metrics.horizontalAdvance(title) + DASH_PX + GAP_PX + APART_PX for title, _ in self._entries]
        return QSize(sum(widths), metrics.height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.small)
        painter.setFont(font)
        left = 0.0
        for title, role in self._entries:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(role))
            painter.drawRoundedRect(QRectF(left, self.height() / 2 - 2, DASH_PX, 4), 2, 2)
            left += DASH_PX + GAP_PX
            painter.setPen(theme.color("muted"))
            width = painter.fontMetrics().horizontalAdvance(title)
            painter.drawText(QRectF(left, 0, width + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
            left += width + APART_PX
