"""The operations of an augmentation in their order: drag them, switch them, set them, add and remove them."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.data.augmentation import OperationSpec
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.operation_row import OperationRow


class OperationList(QScrollArea):
    """`changed` brings the new tuple of operations, and the edit in words for undo."""

    changed = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[OperationRow] = []
        self._order_before: list[OperationRow] = []
        self.empty = Label(
            "Nothing is distorted: the network sees every picture as it is, in every epoch. Choose a preset above, or "
            "add an operation below.",
            "muted",
            wrap=True,
        )
        self._holder = QWidget()
        set_role(self._holder, "plain")
        self._box = QVBoxLayout(self._holder)
        self._box.setContentsMargins(0, 0, theme.tokens.size.grid, 0)
        self._box.setSpacing(theme.tokens.size.grid)
        self._box.addWidget(self.empty)
        self._box.addStretch(1)
        self.setWidget(self._holder)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Operations")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def operations(self) -> tuple[OperationSpec, ...]:
        """What the list shows, in its order."""
        return tuple(row.operation() for row in self._rows)

    def rows(self) -> tuple[OperationRow, ...]:
        """The rows, in their order."""
        return tuple(self._rows)

    def set_operations(self, operations: Sequence[OperationSpec]) -> None:
        """Show these; rows stay as they are (open, with the focus) while the kinds do."""
        if [operation.kind for operation in operations] != [row.operation().kind for row in self._rows]:
            self._rebuild(operations)
        for row, operation in zip(self._rows, operations, strict=True):
            if row.operation() != operation:
                row.set_operation(operation)

    def open_last(self) -> None:
        """Show the settings of the last row, and bring it into sight."""
        if self._rows:
            self._rows[-1].set_open(True)
            self._holder.adjustSize()
            self.ensureWidgetVisible(self._rows[-1])

    def _rebuild(self, operations: Sequence[OperationSpec]) -> None:
        kept = list(self._rows)
        self._rows = []
        for operation in operations:
            row = next((row for row in kept if row.operation().kind == operation.kind), None)
            if row is None:
                row = self._make_row(operation)
            else:
                kept.remove(row)
            self._rows.append(row)
        for row in kept:
            self._box.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._place()

    def _make_row(self, operation: OperationSpec) -> OperationRow:
        row = OperationRow(operation)
        row.changed.connect(self._on_row_changed)
        row.removed.connect(self._on_removed)
        row.dragged.connect(self._on_dragged)
        row.dropped.connect(self._on_dropped)
        row.stepped.connect(self._on_stepped)
        return row

    def _place(self) -> None:
        self.empty.setVisible(not self._rows)
        for place, row in enumerate(self._rows):
            self._box.removeWidget(row)
            self._box.insertWidget(1 + place, row)
            row.show()

    def _on_row_changed(self, operation: OperationSpec) -> None:
        self.changed.emit(self.operations(), f"Change {operation.title}")

    def _on_removed(self) -> None:
        gone = self.sender()
        assert isinstance(gone, OperationRow)
        kept = tuple(row.operation() for row in self._rows if row is not gone)
        self._rows.remove(gone)
        self._box.removeWidget(gone)
        gone.hide()
        gone.deleteLater()
        self._place()
        self.changed.emit(kept, f"Remove {gone.operation().title}")

    def _on_dragged(self, place: QPoint) -> None:
        row = self.sender()
        assert isinstance(row, OperationRow)
        if not self._order_before:
            self._order_before = list(self._rows)
        y = self._holder.mapFromGlobal(place).y()
        others = [other for other in self._rows if other is not row]
        before = sum(other.geometry().center().y() < y for other in others)
        others.insert(before, row)
        if others != self._rows:
            self._rows = others
            self._place()
        self.ensureVisible(0, y, 0, 40)

    def _on_dropped(self) -> None:
        row = self.sender()
        assert isinstance(row, OperationRow)
        before, self._order_before = self._order_before, []
        if before and before != self._rows:
            self.changed.emit(self.operations(), f"Move {row.operation().title}")

    def _on_stepped(self, step: int) -> None:
        row = self.sender()
        assert isinstance(row, OperationRow)
        place = self._rows.index(row)
        target = place + step
        if 0 <= target < len(self._rows):
            self._rows.insert(target, self._rows.pop(place))
            self._place()
            row.title.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit(self.operations(), f"Move {row.operation().title}")
