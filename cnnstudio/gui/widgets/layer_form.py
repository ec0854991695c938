"""The chosen layer: its name and settings, why its output has that size, and what it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from cnnstudio.core.specs import settings_of
from cnnstudio.gui.field_undo import FieldUndo
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.network.shapes import Shape, shape_text
from cnnstudio.network.spec import LayerSpec
from cnnstudio.network.validate import GraphProblem


@dataclass(frozen=True)
class LayerDetails:
    """All that is shown of one layer.

    Args:
        id: Its name in the graph.
        layer: Kind and settings.
        inputs: The shapes that arrive; None where one isn't known.
        output: What comes out; None where it isn't known.
        problems: What is wrong at this layer.
    """

    id: str
    layer: LayerSpec
    inputs: tuple[Shape, ...] | None = None
    output: Shape | None = None
    problems: tuple[GraphProblem, ...] = ()


class LayerForm(QWidget):
    """Cards for one layer. `changed` brings the new layer, `renamed` the new name, `fix_wanted` a problem to mend."""

    changed = Signal(object)
    renamed = Signal(str)
    fix_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._details: LayerDetails | None = None
        self.card = Card("Layer")
        self.name_field = QLineEdit()
        FieldUndo(self.name_field)
        self.name_field.setToolTip("Name of the layer; its weights are saved under it. Letters, digits, _ and dots.")
        self.name_field.setAccessibleName("Name")
        self.name_field.editingFinished.connect(self._on_name)
        self._name_problem = Label("", "problem", wrap=True)
        self._name_problem.hide()
        self.form = Form()
        self.form.changed.connect(self._on_changed)
        self._plain = Label("This layer has no settings.", "muted", wrap=True)
        for widget in (self.name_field, self._name_problem, self.form, self._plain):
            self.card.add(widget)
        self.why = WhyCard()
        self.why.fix_wanted.connect(self.fix_wanted)
        self.help = Card("What it does")
        self._help_text = Label("", "muted", wrap=True)
        self.help.add(self._help_text)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(theme.tokens.size.gap)
        for card in (self.card, self.why, self.help):
            self._box.addWidget(card)

    def insert_before_help(self, card: QWidget) -> None:
        """Put a card of the page's between the formula and the help."""
        self._box.insertWidget(self._box.indexOf(self.help), card)

    def set_details(self, details: LayerDetails) -> None:
        """Show a layer; editors keep the focus while its kind stays."""
        layer = details.layer
        self.card.set_title(layer.title)
        self.card.set_note(shape_text(details.output) if details.output else "size unknown")
        if self._details is None or self._details.id != details.id:
            self.set_name_problem("")
        self._details = details
        if not self._name_problem.isVisible():
            self.name_field.setText(details.id)
        self.form.set_spec(layer)
        has_settings = bool(settings_of(layer))
        self._plain.setVisible(not has_settings)
        self.form.setVisible(has_settings)
        self.why.set_details(details)
        self._help_text.set_text(layer.help)

    def set_name_problem(self, text: str) -> None:
        """Say why a name can't be; an empty text takes that back."""
        self._name_problem.set_text(text)
        self._name_problem.setVisible(bool(text))

    def name_problem(self) -> str:
        """What is said to be wrong with the name."""
        return self._name_problem.text()

    def set_read_only(self, is_read_only: bool) -> None:
        """Show without letting anything change."""
        self.name_field.setReadOnly(is_read_only)
        self.form.setEnabled(not is_read_only)
        self.why.set_read_only(is_read_only)

    def _on_name(self) -> None:
        name = self.name_field.text().strip()
        if self._details is not None and name != self._details.id:
            self.renamed.emit(name)
        else:
            self.set_name_problem("")

    def _on_changed(self, layer: object) -> None:
        self.changed.emit(layer)


class WhyCard(Card):
    """The formula with the numbers filled in, or what is wrong and how to mend it."""

    fix_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("Why this size")
        self._lines: list[QWidget] = []
        self._is_read_only = False
        self._shown: LayerDetails | None = None

    def set_details(self, details: LayerDetails) -> None:
        """Show why this layer puts out what it does."""
        if details == self._shown:
            return
        was_shown, self._shown = self._shown, details
        lines = formula_lines(details)
        is_same_form = was_shown is not None and not was_shown.problems and len(lines) == len(self._lines)
        if is_same_form and not details.problems:
            # Changed in place: new labels would lay out and paint the whole column again, for each number typed.
            for label, (text, role) in zip(self._lines, lines, strict=True):
                assert isinstance(label, Label)
                label.set_text(text, role)
            return
        self._remove_lines()
        self.set_title("What is wrong" if details.problems else "Why this size")
        for problem in details.problems:
            self._add_problem(problem)
        if not details.problems:
            for text, role in lines:
                self._add(Label(text, role, wrap=True))

    def _remove_lines(self) -> None:
        for widget in self._lines:
            self.body.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._lines = []

    def texts(self) -> list[str]:
        """What is written on the card."""
        return [widget.text() for widget in self._lines if isinstance(widget, Label | Button)]

    def set_read_only(self, is_read_only: bool) -> None:
        """Offer no cures."""
        self._is_read_only = is_read_only

    def _add_problem(self, problem: GraphProblem) -> None:
        self._add(Label(problem.text, "bad", wrap=True))
        if problem.hint:
            self._add(Label(problem.hint, "muted", wrap=True))
        if problem.fix is not None and not self._is_read_only:
            button = Button(problem.fix.title, "Mend it this way; Ctrl+Z takes it back.", icon="auto-fix")
            button.clicked.connect(self._on_fix)
            button.setProperty("place", self._shown.problems.index(problem) if self._shown else 0)
            self._add(button)

    def _add(self, widget: QWidget) -> None:
        self._lines.append(widget)
        self.add(widget)

    def _on_fix(self) -> None:
        if self._shown is not None:
            self.fix_wanted.emit(self._shown.problems[int(self.sender().property("place"))])


def formula_lines(details: LayerDetails) -> Sequence[tuple[str, str]]:
    """The formula of a layer as lines, each with its role: remarks warn."""
    if details.inputs is None or details.output is None:
        return [("The size of what arrives isn't known yet: a layer before this one has a problem.", "muted")]
    lines = []
    for line in details.layer.formula(details.inputs).splitlines():
        symbols, _, numbers = line.partition(" = ")
        is_remark = line.startswith("Not whole")
        # Symbols and numbers under each other are easier to compare than in one long line.
        text = f"{symbols}\n= {numbers}" if " = " in numbers and not is_remark else line
        lines.append((text, "warn" if is_remark else ""))
    return lines
