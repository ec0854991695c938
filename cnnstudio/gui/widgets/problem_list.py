"""What is wrong with the network, in words, with a button for the cure."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.network.validate import GraphProblem

MAX_HEIGHT_PX, NARROW_PX = 120, 480
MOST = 50


class ProblemList(QScrollArea):
    """Problems, one under the other. `fix_wanted` and `layer_chosen` report what was clicked."""

    fix_wanted = Signal(object)
    layer_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._problems: tuple[GraphProblem, ...] = ()
        self._is_read_only = False
        self.rows: list[ProblemRow] = []
        self._inside = QWidget()
        set_role(self._inside, "plain")
        self._box = QVBoxLayout(self._inside)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme.tokens.size.grid)
        self._box.addStretch(1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Problems of the network")
        self.hide()

    def set_problems(self, problems: Sequence[GraphProblem], *, is_read_only: bool = False) -> None:
        """Show these; nothing is shown while there are none."""
        found = tuple(problems)
        self.setVisible(bool(found))
        if (found, is_read_only) == (self._problems, self._is_read_only):
            return
        self._problems, self._is_read_only = found, is_read_only
        for row in self.rows:
            self._box.removeWidget(row)
            # A row waits for the event loop to die: until then it must not show over the new ones.
            row.hide()
            row.deleteLater()
        self.rows = [ProblemRow(problem, can_fix=not is_read_only) for problem in found[:MOST]]
        for i, row in enumerate(self.rows):
            row.fix_wanted.connect(self.fix_wanted)
            row.layer_chosen.connect(self.layer_chosen)
            self._box.insertWidget(i, row)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for row in self.rows:
            row.set_narrow(self.viewport().width() < NARROW_PX)
        needed = max(self._inside.heightForWidth(self.viewport().width()), 0) if self._problems else 0
        self.setFixedHeight(min(MAX_HEIGHT_PX, needed))


class ProblemRow(QWidget):
    """One problem: where, what, and the cure."""

    fix_wanted = Signal(object)
    layer_chosen = Signal(str)

    def __init__(self, problem: GraphProblem, *, can_fix: bool) -> None:
        super().__init__()
        self.problem = problem
        icon = QLabel()
        icon.setPixmap(theme.icon("alert-circle-outline", "bad").pixmap(16, 16))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 4, 0)
        box.setSpacing(theme.tokens.size.grid)
        self._row = row = QHBoxLayout()
        row.setSpacing(2 * theme.tokens.size.grid)
        box.addLayout(row)
        row.addWidget(icon)
        if problem.node:
            self.place = Button(problem.node, "Show this layer in the graph.", role="link")
            self.place.clicked.connect(self._on_place)
            row.addWidget(self.place)
        self._text_place = row.count()
        self.text = Label(f"{problem.text} {problem.hint}".strip(), wrap=True)
        row.addWidget(self.text, 1)
        if problem.fix is not None and can_fix:
            self.fix = Button(problem.fix.title, "Mend it this way; Ctrl+Z takes it back.", icon="auto-fix")
            self.fix.clicked.connect(self._on_fix)
            row.addWidget(self.fix)

    def set_narrow(self, is_narrow: bool) -> None:
        """Give the words a line of their own where place and cure would leave them none."""
        box = self.layout()
        assert isinstance(box, QVBoxLayout)
        if is_narrow == (box.indexOf(self.text) >= 0):
            return
        if is_narrow:
            self._row.removeWidget(self.text)
            self._row.insertStretch(self._text_place, 1)
            box.insertWidget(0, self.text)
        else:
            box.removeWidget(self.text)
            self._row.takeAt(self._text_place)
            self._row.insertWidget(self._text_place, self.text, 1)

    def _on_place(self) -> None:
        self.layer_chosen.emit(self.problem.node)

    def _on_fix(self) -> None:
        self.fix_wanted.emit(self.problem)
