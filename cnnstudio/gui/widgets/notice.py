"""A short notice near the lower edge that goes by itself; it never takes the focus and covers no button."""

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.free_place import free_place
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.notice_queue import Notice, NoticeQueue

ICONS = {
    "info": ("information-outline", "accent"),
    "ok": ("check-circle-outline", "ok"),
    "warn": ("alert-outline", "warn"),
    "bad": ("alert-circle-outline", "bad"),
}
# A narrow one finds room in a column beside a plot.
WIDTHS_PX = (520, 380, 244)
# What a notice tells of often lays the page out anew, only after it was told.
SETTLE_MS = 80


class NoticeBar(QFrame):
    """One notice at a time, each long enough to be read; `acted` tells that its button was pressed."""

    acted = Signal()

    def __init__(self, parent: QWidget, margin_px: int = 46) -> None:
        super().__init__(parent)
        set_role(self, "popup")
        self._room, self._margin_px = parent, margin_px
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)
        self._settle_timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle_timer.timeout.connect(self._settle)
        self._clock = QElapsedTimer()
        self._clock.start()
        self._queue = NoticeQueue()
        self._icon, self._text, self._hint = QLabel(), Label("", wrap=True), Label("", "small", wrap=True)
        self._action = Button("", "Do what the notice offers.", role="link", name="Notice action")
        self._action.clicked.connect(self._on_action)
        self._build()
        self.hide()
        parent.installEventFilter(self)
        theme.changed.connect(self._dress)

    def show_notice(self, kind: str, text: str, hint: str = "", action: str = "") -> None:
        """Show a notice ("info", "ok", "warn", "bad") as soon as the one before was read.

        Args:
            kind: How grave it is; a graver one need not wait.
            text: One sentence.
            hint: What to do.
            action: Names a button such as Undo; then the notice stays until it is answered.
        """
        self._queue.add(Notice(kind, text, hint, action), self._clock.elapsed())
        self._go_on()

    def withdraw(self) -> None:
        """Take back an offer that was answered elsewhere."""
        self._queue.withdraw()
        self._go_on()

    def text(self) -> str:
        """What is said, with the hint."""
        return f"{self._text.text()} {self._hint.text()}".strip()

    def action_button(self) -> Button:
        """The button of the notice."""
        return self._action

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def place(self) -> None:
        """Go to where no button is covered: after the room or what is in it has changed."""
        widest = self._room.width() - 32
        sizes = [self._size(min(width, widest)) for width in WIDTHS_PX]
        self.setGeometry(free_place(self, self._room, sizes, self._margin_px))

    def _size(self, width: int) -> QSize:
        # Two lines of text and a hint: the layout's answer is short by the rounding of each line.
        return QSize(width, max(self._row.heightForWidth(width), self.minimumSizeHint().height()) + 4)

    def _go_on(self) -> None:
        before = self._queue.current
        wait_ms = self._queue.step(self._clock.elapsed())
        if wait_ms is None:
            self._timer.stop()
        else:
            self._timer.start(wait_ms)
        shown = self._queue.current
        if shown is None:
            self.hide()
        elif shown is not before or not self.isVisible():
            self._show(shown)

    def _show(self, notice: Notice) -> None:
        self._dress()
        self._text.set_text(notice.text)
        self._hint.set_text(notice.hint)
        self._hint.setVisible(bool(notice.hint))
        self._action.setText(notice.action)
        self._action.setVisible(bool(notice.action))
        self.setAccessibleName(f"{notice.text} {notice.hint}".strip())
        self.show()
        self.place()
        self.raise_()
        self._settle_timer.start()

    def _settle(self) -> None:
        if self.isVisible():
            self.place()

    def _dress(self) -> None:
        """Draw the icon in the theme's colours; in a theme that changes while the notice is shown, again."""
        if (shown := self._queue.current) is not None:
            icon, role = ICONS[shown.kind]
            self._icon.setPixmap(theme.icon(icon, role).pixmap(QSize(20, 20), self.devicePixelRatioF()))

    def _build(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 10, 10)
        row.setSpacing(3 * theme.tokens.size.grid)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        texts.addWidget(self._hint)
        close = IconButton("close", "Close this notice.", "Close notice")
        close.clicked.connect(self._on_close)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._action)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)

    def _on_action(self) -> None:
        self._on_close()
        self.acted.emit()

    def _on_close(self) -> None:
        self._queue.close()
        self._go_on()
