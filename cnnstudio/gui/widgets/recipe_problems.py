"""What in the recipe contradicts itself, the data or the network: a row each, with what mends it as a button."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.training.contradiction import Contradiction
from cnnstudio.training.findings import Fix

ICON_PX = 16


class RecipeProblems(QWidget):
    """`fix_chosen` brings the Fix whose button was pressed."""

    fix_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Contradiction, ...] = ()
        self.fix_buttons: list[Button] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2 * theme.tokens.size.grid)
        self.setAccessibleName("What is wrong with the recipe")
        self.hide()
        theme.changed.connect(self._redraw)

    def set_problems(self, found: Sequence[Contradiction]) -> None:
        """Show these; nothing is shown if there are none."""
        if tuple(found) != self._found:
            self._found = tuple(found)
            self._redraw()

    def obstacle(self) -> str:
        """Why a training can't start with the recipe; empty if it can."""
        return next((f"{one.text} {one.hint}" for one in self._found if one.is_fatal), "")

    def text(self) -> str:
        """All that is said."""
        return "\n".join(f"{one.text} {one.hint}" for one in self._found)

    def _redraw(self) -> None:
        self.fix_buttons = []
        while (item := self._box.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for one in self._found:
            self._box.addWidget(self._row(one))
        self.setAccessibleDescription(self.text())
        self.setVisible(bool(self._found))

    def _row(self, one: Contradiction) -> QWidget:
        row, icon, texts = QWidget(), QLabel(), QVBoxLayout()
        name, role = ("alert-circle-outline", "bad") if one.is_fatal else ("alert-outline", "warn")
        icon.setPixmap(theme.icon(name, role).pixmap(ICON_PX, ICON_PX))
        texts.setSpacing(0)
        texts.addWidget(Label(one.text, "problem" if one.is_fatal else "small", wrap=True))
        if one.fix is not None:
            texts.addWidget(self._fix_button(one), 0, Qt.AlignmentFlag.AlignLeft)
        else:
            texts.addWidget(Label(one.hint, "small", wrap=True))
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2 * theme.tokens.size.grid)
        box.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(texts, 1)
        return row

    def _fix_button(self, one: Contradiction) -> Button:
        fix = one.fix
        assert fix is not None
        does = (
            f"This leads to the page {fix.page.capitalize()}." if fix.page else "This does it; it can be changed again."
        )
        icon = "arrow-right" if fix.page else "wrench-outline"
        button = Button(fix.title, f"{one.hint} {does}", role="link", icon=icon)
        button.setProperty("fix", fix)
        button.setAccessibleName(f"{fix.title}: {one.text}")
        button.clicked.connect(self._on_fix)
        self.fix_buttons.append(button)
        return button

    def _on_fix(self) -> None:
        fix = self.sender().property("fix")
        assert isinstance(fix, Fix)
        self.fix_chosen.emit(fix)
