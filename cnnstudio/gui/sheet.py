"""The sheet of shortcuts (?), made from the actions, and the keys that pages and widgets have."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.action import MENUS, Action
from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label

# Keys that belong to a place on the screen and so to no action.
WIDGET_KEYS = (
    ("Everywhere", (("Tab", "Next control"), ("Esc", "Close what is open"), ("Space", "Pause the training, or go on"))),
    ("Pictures", (("← ↑ → ↓", "Walk"), ("+  −", "Larger, smaller"), ("Ctrl+wheel", "Zoom"))),
    ("Curves", (("Wheel", "Zoom"), ("Double click", "Show all"), ("Ctrl+C", "Copy as picture"))),
    (
        "Network",
        (
            ("Tab", "Add a layer"),
            ("Del", "Remove"),
            ("Ctrl+R", "Repeat in a row"),
            ("Ctrl+B", "Keep as my block"),
            ("F", "Fit"),
        ),
    ),
)


class ShortcutSheet(QDialog):
    """All shortcuts, grouped by menu."""

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        set_role(self, "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Shortcuts")
        groups = [(menu, _rows(actions, menu)) for menu in MENUS] + list(WIDGET_KEYS)
        box = QVBoxLayout(self)
        box.setContentsMargins(*[theme.tokens.size.page + 2] * 4)
        box.setSpacing(16)
        columns = QHBoxLayout()
        columns.setSpacing(40)
        filled = [group for group in groups if group[1]]
        half = _half(filled)
        for part in (filled[:half], filled[half:]):
            columns.addLayout(_column(part))
        close = Button("Close", "Close this sheet (Esc).")
        close.clicked.connect(self.accept)
        box.addWidget(Label("Shortcuts", "page-title"))
        box.addLayout(columns)
        box.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


Rows = tuple[tuple[str, str], ...]


def native(shortcut: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText) or shortcut


def _rows(actions: Sequence[Action], menu: str) -> Rows:
    wanted = [action for action in actions if action.menu == menu and action.shortcuts]
    return tuple((", ".join(native(keys) for keys in action.shortcuts), action.title) for action in wanted)


def _half(groups: Sequence[tuple[str, Rows]]) -> int:
    """Where to break the groups so that both columns are about as long."""
    lengths = [len(rows) + 2 for _, rows in groups]
    gaps = [abs(sum(lengths[:place]) - sum(lengths[place:])) for place in range(len(groups) + 1)]
    return gaps.index(min(gaps))


def _column(groups: Sequence[tuple[str, Rows]]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(8)
    for title, rows in groups:
        column.addWidget(Label(title, "title"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, (keys, what) in enumerate(rows):
            label = Label(keys, "muted")
            label.setMinimumWidth(130)
            grid.addWidget(label, line, 0)
            grid.addWidget(Label(what), line, 1)
        column.addLayout(grid)
        column.addSpacing(8)
    column.addStretch(1)
    return column
