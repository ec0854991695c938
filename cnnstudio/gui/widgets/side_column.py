"""A narrow column of cards beside the content; it scrolls where the window is low, so that nothing is cut."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme

SIDE_PX = 264


class SideColumn(QScrollArea):
    """Cards at their own height, one below the other; as wide as it is let without a width."""

    def __init__(self, cards: Sequence[QWidget], width_px: int | None = SIDE_PX) -> None:
        super().__init__()
        holder = QWidget()
        set_role(holder, "plain")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.tokens.size.gap)
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(holder)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        if width_px is not None:
            self.setFixedWidth(width_px)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
