"""A short notice at the lower edge that goes by itself; it never takes the focus and covers no button for long."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.labels import Label

ICONS = {
    "info": ("information-outline", "accent"),
    "ok": ("check-circle-outline", "ok"),
    "warn": ("alert-outline", "warn"),
    "bad": ("alert-circle-outline", "bad"),
}
SHOWN_MS = {"info": 5_000, "ok": 4_000, "warn": 9_000, "bad": 15_000}
WIDTH_PX = 520


class NoticeBar(QFrame):
    """One notice at a time over the lower edge of its parent; `acted` tells that its button was pressed."""

    acted = Signal()

    def __init__(self, parent: QWidget, margin_px: int = 46) -> None:
        super().__init__(parent)
        set_role(self, "popup")
        self._room, self._margin_px = parent, margin_px
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        self._icon, self._text, self._hint = QLabel(), Label("", wrap=True), Label("", "small", wrap=True)
        self._action = Button("", "Do what the notice offers.", role="link", name="Notice action")
        self._action.clicked.connect(self._on_action)
        self._build()
        self.hide()
        parent.installEventFilter(self)

    def show_notice(self, kind: str, text: str, hint: str = "", action: str = "") -> None:
        """Show a notice ("info", "ok", "warn", "bad"); `action` names a button such as Undo."""
        icon, role = ICONS[kind]
        self._icon.setPixmap(theme.icon(icon, role).pixmap(20, 20))
        self._text.set_text(text)
        self._hint.set_text(hint)
        self._hint.setVisible(bool(hint))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setAccessibleName(f"{text} {hint}".strip())
        self._timer.start(SHOWN_MS[kind])
        self.show()
        self._place()
        self.raise_()

    def text(self) -> str:
        """What is said, with the hint."""
        return f"{self._text.text()} {self._hint.text()}".strip()

    def action_button(self) -> Button:
        """The button of the notice."""
        return self._action

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _build(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(3 * theme.tokens.size.grid)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        texts.addWidget(self._hint)
        close = IconButton("close", "Close this notice.", "Close notice")
        close.clicked.connect(self.hide)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._action)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def _on_action(self) -> None:
        self.hide()
        self.acted.emit()

    def _place(self) -> None:
        room = self._room.size()
        width = min(WIDTH_PX, room.width() - 32)
        # Two lines of text and a hint: the layout's answer is short by the rounding of each line.
        height = max(self._row.heightForWidth(width), self.minimumSizeHint().height()) + 4
        self.setGeometry((room.width() - width) // 2, room.height() - height - self._margin_px, width, height)
