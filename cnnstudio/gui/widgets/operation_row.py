"""One operation of an augmentation: a handle to drag it by, its switch, what it does in short, its settings."""

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.core.specs import Spec, settings_of
from cnnstudio.data.augmentation import OperationSpec
from cnnstudio.gui.icons import paint_icon
from cnnstudio.gui.theme import set_icon, set_role, theme
from cnnstudio.gui.widgets.buttons import Button, IconButton
from cnnstudio.gui.widgets.fields import FlagEditor
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.gui.widgets.numbers import decimal_text


class OperationRow(QFrame):
    """`changed` brings the operation with other settings, `removed` that it shall go.

    While its handle is dragged, `dragged` brings the mouse's place on the screen, and `dropped` ends that; `stepped`
    asks for a move by the keyboard, −1 up or 1 down.
    """

    changed = Signal(object)
    removed = Signal()
    dragged = Signal(QPoint)
    dropped = Signal()
    stepped = Signal(int)

    def __init__(self, operation: OperationSpec) -> None:
        super().__init__()
        self._operation = operation
        set_role(self, "well")
        self.setAccessibleName(operation.title)
        self.handle = _Handle(f"Drag to another place in the order; Alt with ↑ or ↓ moves {operation.title}, too.")
        self.switch = FlagEditor()
        self.title = Button(operation.title, operation.about, role="link")
        self._summary = ElidedLabel("", "small", Qt.AlignmentFlag.AlignRight)
        self.remove_button = IconButton("close", f"Remove {operation.title}; undo brings it back.", "Remove")
        self.form = Form(_fields(operation))
        self._about = Label(operation.about, "small", wrap=True)
        self._lay_out()
        self._connect()
        self.set_operation(operation)
        self.set_open(False)

    def operation(self) -> OperationSpec:
        """What the row shows."""
        return self._operation

    def set_operation(self, operation: OperationSpec) -> None:
        """Show an operation of the same kind."""
        self._operation = operation
        self.switch.set_value(operation.is_on)
        self.form.set_spec(operation)
        self._summary.set_text(summary(operation))
        set_role(self.title, "link" if operation.is_on else "flat")

    def is_open(self) -> bool:
        """True while the settings are shown."""
        return self._body.isVisibleTo(self)

    def set_open(self, is_open: bool) -> None:
        """Show or hide the settings."""
        self._body.setVisible(is_open)
        self._summary.setVisible(not is_open)
        set_icon(self.title, "chevron-down" if is_open else "chevron-right", "muted")

    def _lay_out(self) -> None:
        grid = theme.tokens.size.grid
        self.switch.setToolTip("Switch it off without losing its settings.")
        self.switch.setAccessibleName(f"{self._operation.title} is on")
        self.switch.setFixedWidth(24)
        head = QHBoxLayout()
        head.setSpacing(grid)
        for widget in (self.handle, self.switch, self.title):
            head.addWidget(widget)
        head.addWidget(self._summary, 1)
        head.addWidget(self.remove_button)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(2 * grid, 0, grid, grid)
        body.setSpacing(2 * grid)
        body.addWidget(self._about)
        body.addWidget(self.form)
        box = QVBoxLayout(self)
        box.setContentsMargins(grid, grid // 2, grid, grid // 2)
        box.setSpacing(grid)
        box.addLayout(head)
        box.addWidget(self._body)

    def _connect(self) -> None:
        self.switch.edited.connect(self._on_switched)
        self.title.clicked.connect(self._on_title)
        self.remove_button.clicked.connect(self.removed)
        self.form.changed.connect(self._on_form)
        self.handle.dragged.connect(self.dragged)
        self.handle.dropped.connect(self.dropped)
        # As shortcuts: a button would take the arrow keys for walking to its neighbours.
        for keys, slot in (("Alt+Up", self._on_up), ("Alt+Down", self._on_down), ("Del", self.removed)):
            shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _on_up(self) -> None:
        self.stepped.emit(-1)

    def _on_down(self) -> None:
        self.stepped.emit(1)

    def _on_switched(self) -> None:
        self._take(self._operation.replace(is_on=self.switch.value()))

    def _on_title(self) -> None:
        self.set_open(not self.is_open())

    def _on_form(self, spec: Spec) -> None:
        assert isinstance(spec, OperationSpec)
        self._take(spec)

    def _take(self, operation: OperationSpec) -> None:
        self.set_operation(operation)
        self.changed.emit(operation)


class _Handle(QWidget):
    """Where a row is taken hold of."""

    dragged = Signal(QPoint)
    dropped = Signal()

    def __init__(self, tooltip: str) -> None:
        super().__init__()
        self.setFixedSize(18, 26)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(tooltip)
        self.setAccessibleName("Drag handle")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, "drag-vertical", QRectF(0, 4, 18, 18), theme.color("muted"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.dropped.emit()


def _fields(operation: OperationSpec) -> list[str]:
    """The settings in the form's order: how strong, then how often; the switch has its own place."""
    names = [info.name for info in settings_of(operation)]
    return [*(name for name in names if name not in ("is_on", "probability")), "probability"]


def summary(operation: OperationSpec) -> str:
    """Strength and probability in short: "15 ° · in 80 %"."""
    parts = []
    if operation.strength_field:
        info = next(info for info in settings_of(operation) if info.name == operation.strength_field)
        value = decimal_text(float(getattr(operation, info.name)))
        parts.append(f"{value} {info.unit}".strip())
    if not operation.is_on:
        return "off"
    return " · ".join([*parts, f"in {operation.probability:.0%}".replace("%", " %")])
