"""The column beside the graph: the chosen layer, what is chosen together, or the network as a whole."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from cnnstudio.gui.theme import set_role, theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_form import LayerDetails, LayerForm
from cnnstudio.gui.widgets.network_facts import FactsCard, NetworkFacts, chosen_facts
from cnnstudio.gui.widgets.receptive_view import ReceptiveView
from cnnstudio.network.architectures import Architecture
from cnnstudio.network.summary import Summary, SummaryRow


class NetworkSide(QScrollArea):
    """One of three contents; signals come from the widgets inside.

    Signals:
        toggle_wanted: Open or close the chosen block (its id).
    """

    toggle_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.network = NetworkFacts()
        self.layer = LayerForm()
        self.sees = ReceptiveView()
        self.together = FactsCard("Chosen")
        self.open_button = Button("Open the block", "Show the layers inside; a double click on the block does it too.")
        self.open_button.clicked.connect(self._on_open)
        self.together.add(self.open_button)
        self._keys = Card("With the keyboard")
        self._keys.add(
            Label(
                "Ctrl+D duplicates · Ctrl+R repeats in a row · Ctrl+G makes a block · Ctrl+B keeps it as my block · "
                "Ctrl+C and Ctrl+V copy, into another window too · "
                "Del removes and closes the gap · Shift+click adds to the choice",
                "muted",
                wrap=True,
            )
        )
        self._group = ""
        self.setWidget(self._make_inside())
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # The bar keeps its room where it isn't needed, so that the cards keep their width from layer to layer.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self._on_range()

    def _make_inside(self) -> QWidget:
        inside = QWidget()
        set_role(inside, "plain")
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        # The picture stands above the long help text: it answers more at a glance.
        for widget in (self.network, self.layer, self.together, self._keys):
            box.addWidget(widget)
        self.layer.insert_before_help(self.sees)
        box.addStretch(1)
        return inside

    def show_network(self, name: str, summary: Summary, architecture: Architecture | None) -> None:
        """Nothing is chosen: show the network."""
        self.network.set_network(name, summary, architecture)
        self._show(self.network)

    def show_layer(self, details: LayerDetails, row: SummaryRow | None) -> None:
        """One layer is chosen."""
        self.layer.set_details(details)
        self.sees.setVisible(row is not None)
        if row is not None:
            self.sees.set_field(row.receptive_field, row.output)
        self._show(self.layer)

    def show_together(self, title: str, rows: list[SummaryRow], count: int, group: str = "") -> None:
        """Several layers are chosen, or a block."""
        self._group = group
        self.together.set_title(title)
        self.together.set_facts(chosen_facts(rows, count))
        self.open_button.setVisible(bool(group))
        self._show(self.together)

    def set_group_open(self, is_open: bool) -> None:
        """What the button of a block does next."""
        self.open_button.setText("Close the block" if is_open else "Open the block")

    def set_read_only(self, is_read_only: bool) -> None:
        """Show without letting anything change."""
        self.network.set_read_only(is_read_only)
        self.layer.set_read_only(is_read_only)

    def _show(self, wanted: QWidget) -> None:
        for widget in (self.network, self.layer, self.together):
            widget.setVisible(widget is wanted)
        self._keys.setVisible(wanted is self.together)

    def _on_range(self) -> None:
        # A disabled bar has no handle (style.qss). Its room must not depend on the range, which depends on the room:
        # while a style sheet was replaced the two chased each other without end.
        self.verticalScrollBar().setEnabled(self.verticalScrollBar().maximum() > 0)

    def _on_open(self) -> None:
        self.toggle_wanted.emit(self._group)
