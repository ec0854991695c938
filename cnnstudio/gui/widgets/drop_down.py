"""The list that every field with an arrow opens: below the field, all names whole, the current one marked."""

from PySide6.QtWidgets import QComboBox, QFrame

SHOWN_AT_ONCE = 12


class DropDown(QComboBox):
    """As QComboBox, with a list that has an edge of its own and is as wide as its longest text."""

    def __init__(self) -> None:
        super().__init__()
        self.setMaxVisibleItems(SHOWN_AT_ONCE)

    def showPopup(self) -> None:
        container = self.view().parentWidget()
        if isinstance(container, QFrame):
            # Qt gives its list no frame, and without one the style sheet draws no border.
            container.setFrameShape(QFrame.Shape.StyledPanel)
        self.view().setMinimumWidth(self._width_of_texts())
        super().showPopup()

    def _width_of_texts(self) -> int:
        """Room for the longest text, and beside it a scroll bar if there is one."""
        view = self.view()
        has_bar = self.count() > self.maxVisibleItems()
        bar = view.verticalScrollBar().sizeHint().width() if has_bar else 0
        margins = view.contentsMargins()
        return view.sizeHintForColumn(0) + bar + margins.left() + margins.right()
