"""What is shown while no single layer is chosen: the network as a whole, or the sum of what is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from cnnstudio.gui.field_undo import FieldUndo
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_table import short_number
from cnnstudio.gui.widgets.times import bytes_text
from cnnstudio.network.architectures import Architecture
from cnnstudio.network.shapes import shape_text
from cnnstudio.network.summary import Summary, SummaryRow
from cnnstudio.network.weights.published import published_for


@dataclass(frozen=True)
class Fact:
    """One line: what, how much."""

    title: str
    value: str
    tooltip: str = ""


class FactsCard(Card):
    """A title and lines of facts, numbers to the right."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(theme.tokens.size.grid)
        self._labels: list[Label] = []
        self._facts: tuple[Fact, ...] = ()
        self.add(self._grid)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        """Show these lines."""
        if len(facts) != len(self._facts):
            self._make_labels(len(facts))
        self._facts = tuple(facts)
        for i, fact in enumerate(facts):
            self._labels[2 * i].set_text(fact.title)
            self._labels[2 * i + 1].set_text(fact.value)
            for label in self._labels[2 * i : 2 * i + 2]:
                label.setToolTip(fact.tooltip)

    def facts(self) -> tuple[Fact, ...]:
        """What is shown."""
        return self._facts

    def _make_labels(self, count: int) -> None:
        for label in self._labels:
            self._grid.removeWidget(label)
            label.deleteLater()
        self._labels = []
        for row in range(count):
            name, value = Label("", "muted"), Label("", wrap=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(value, row, 1)
            self._labels += [name, value]


class NetworkFacts(QWidget):
    """The network as a whole: name, sums, and where it comes from.

    Signals:
        renamed: Another name was typed.
        pretrained_wanted: Show the weights that are published for it.
    """

    renamed = Signal(str)
    pretrained_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sums = FactsCard("Network")
        self.name_field = QLineEdit()
        FieldUndo(self.name_field)
        self.name_field.setToolTip("Name of the network, as shown in lists and in the exported code.")
        self.name_field.setAccessibleName("Name of the network")
        self.name_field.setMaxLength(80)
        self.name_field.editingFinished.connect(self._on_name)
        self.sums.body.insertWidget(1, self.name_field)
        self.paper = Card("Where it comes from")
        self._about, self._source = Label("", wrap=True), Label("", "small", wrap=True)
        self._error, self._deviations = Label("", wrap=True), Label("", "small", wrap=True)
        self.pretrained_button = Button(
            "Pretrained weights…", "Show the weights that torchvision publishes for it.", icon="cloud-download-outline"
        )
        self.pretrained_button.clicked.connect(self.pretrained_wanted)
        for widget in (self._about, self.pretrained_button, self._error, self._source, self._deviations):
            self.paper.add(widget)
        # One line: with two the column would scroll by a few px in a window of the usual size.
        self._hint = Label("Tab adds a layer, Del removes it, Ctrl+Z undoes.", "small", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        # The hint stands where it is in sight in a low window, too; the paper below may be long.
        for part in (self.sums, self._hint, self.paper):
            box.addWidget(part)

    def set_network(self, name: str, summary: Summary, architecture: Architecture | None) -> None:
        """Show a network, and the architecture that it was made from if it was."""
        if not self.name_field.hasFocus():
            self.name_field.setText(name)
        self.sums.set_facts(network_facts(summary))
        self.paper.setVisible(architecture is not None)
        if architecture is not None:
            self.pretrained_button.setVisible(bool(published_for(architecture.name)))
            self._about.set_text(architecture.about)
            self._error.set_text(f"Published error: {architecture.error}." if architecture.error else "")
            self._error.setVisible(bool(architecture.error))
            self._source.set_text(architecture.paper)
            self._deviations.set_text("\n".join(f"• {text}" for text in architecture.deviations))
            self._deviations.setVisible(bool(architecture.deviations))

    def set_read_only(self, is_read_only: bool) -> None:
        """Show without letting the name change."""
        self.name_field.setReadOnly(is_read_only)

    def _on_name(self) -> None:
        self.renamed.emit(self.name_field.text().strip())


def network_facts(summary: Summary) -> list[Fact]:
    """The sums of a network; dashes while a problem keeps its data from reaching the output."""
    rows = summary.rows
    facts = [
        Fact("Images", shape_text(rows[0].output) if rows else "–", "Channels × height × width of an image."),
        Fact("Outputs", shape_text(rows[-1].output) if rows else "–", "Numbers that come out, one a class."),
        Fact("Weight layers", f"{summary.depth:,}", "Layers with weights on the longest way; what papers call depth."),
        Fact("Parameters", f"{summary.parameters:,}", "Numbers that training learns."),
        Fact("MACs", short_number(summary.macs), "Multiply–accumulate pairs for one image."),
        Fact("FLOPs", short_number(summary.flops), "Floating-point operations for one image: twice the MACs."),
        Fact("Weights", bytes_text(summary.weight_bytes), "Memory of the weights in 32-bit numbers."),
        Fact("Activations", bytes_text(summary.activation_bytes), "Memory of all outputs for one image in training."),
    ]
    if any(row.kind == "output" for row in rows):
        return facts
    return [facts[0], *(replace(fact, value="–") for fact in facts[1:])]


def chosen_facts(rows: Sequence[SummaryRow], count: int) -> list[Fact]:
    """The sums of what is chosen."""
    facts = [
        Fact("Layers", f"{count:,}", "How many layers are chosen."),
        Fact("Parameters", f"{sum(row.parameters for row in rows):,}", "Numbers that training learns in them."),
        Fact("MACs", short_number(sum(row.macs for row in rows)), "Multiply–accumulate pairs for one image."),
    ]
    if rows:
        facts.append(Fact("Output", shape_text(rows[-1].output), "What comes out of the last one."))
    return facts
