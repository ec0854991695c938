"""A place to drop files and folders on; a click chooses instead."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label


def dropped_paths(mime: QMimeData) -> list[Path]:
    """The files and folders of a drag or of the clipboard."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


class DropZone(QWidget):
    """A dashed field that takes files (`dropped`); its button asks for a choice (`choose`, a second `choose_other`)."""

    dropped = Signal(list)
    choose = Signal()
    choose_other = Signal()

    def __init__(self, text: str, button: str, tooltip: str) -> None:
        super().__init__()
        self._is_target = False
        self.setAcceptDrops(True)
        self.setAccessibleName(text)
        self.setToolTip(tooltip)
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.card_padding] * 4)
        box.setSpacing(2 * theme.tokens.size.grid)
        label = Label(text, "muted", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = Button(button, tooltip)
        self.button.clicked.connect(self.choose)
        box.addWidget(label)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2 * theme.tokens.size.grid)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.button)
        self._buttons.addStretch(1)
        box.addLayout(self._buttons)

    def add_choice(self, button: str, tooltip: str) -> Button:
        """A second button, for a choice of another kind."""
        other = Button(button, tooltip)
        other.clicked.connect(self.choose_other)
        self._buttons.insertWidget(self._buttons.count() - 1, other)
        return other

    @property
    def is_target(self) -> bool:
        """True while something hangs over it that it would take."""
        return self._is_target

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self._set_target(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_target(False)
        event.acceptProposedAction()
        self.dropped.emit(dropped_paths(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.color("accent" if self._is_target else "muted"), 2 if self._is_target else 1)
        pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("accent_soft" if self._is_target else "sunken"))
        radius = theme.tokens.size.control_radius
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)

    def _set_target(self, is_target: bool) -> None:
        self._is_target = is_target
        self.update()
