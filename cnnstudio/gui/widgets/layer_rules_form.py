"""What single layers do differently: a row a layer to freeze or slow it, and, unfolded, how its weights begin."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from cnnstudio.core.specs import SettingInfo, settings_of
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.fields import DecimalEditor, FlagEditor
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_beginning import LayerBeginning
from cnnstudio.training.initialisation.as_built import AsBuilt
from cnnstudio.training.layer_rules import LayerRule, with_rule
from cnnstudio.training.recipe import InitialisationSpec

RATE_PX = 72
MOST_ROWS = 400
WeightShapes = Mapping[str, Sequence[int] | None]


class LayerRulesForm(QWidget):
    """Layers with something to learn, in order; `changed` brings the new rules."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rules: tuple[LayerRule, ...] = ()
        self._recipe: InitialisationSpec = AsBuilt()
        self._layers: dict[str, Sequence[int] | None] = {}
        self._open = ""
        self._infos = {info.name: info for info in settings_of(LayerRule)}
        self._rows: dict[str, _LayerRow] = {}
        self.beginning = LayerBeginning()
        self.beginning.changed.connect(self._on_begun)
        self.beginning.setParent(self)
        self.beginning.hide()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        self._grid.setVerticalSpacing(theme.tokens.size.grid // 2)
        self._grid.setColumnStretch(0, 1)

    def set_layers(self, layers: WeightShapes) -> None:
        """Offer these layers, each with the shape of its weights, or None if those begin without chance."""
        is_same, self._layers = list(layers) == list(self._layers), dict(layers)
        if not is_same:
            self._rebuild()
        self._show_open()

    def set_rules(self, rules: Sequence[LayerRule], recipe: InitialisationSpec | None = None) -> None:
        """Show rules without telling, and how the weights of layers without one begin."""
        self._rules, self._recipe = tuple(rules), recipe or self._recipe
        for name, row in self._rows.items():
            row.set_rule(self._rule(name))
        self._show_open()

    def open_layer(self, name: str) -> None:
        """Unfold how a layer's weights begin; an empty name folds it away."""
        self._open = name if name in self._rows else ""
        self._grid.removeWidget(self.beginning)
        for line, (layer, row) in enumerate(self._rows.items()):
            row.name.setChecked(layer == self._open)
            if layer == self._open:
                self._grid.addWidget(self.beginning, 2 * line + 2, 0, 1, 3)
        self._show_open()

    def _show_open(self) -> None:
        self.beginning.setVisible(bool(self._open))
        if self._open:
            self.beginning.set_rule(self._rule(self._open), self._recipe, self._layers[self._open])

    def _rebuild(self) -> None:
        self.open_layer("")
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        heads = ("Layer", self._infos["frozen"].title, self._infos["rate"].title)
        for column, text in enumerate(heads if self._layers else ("No layers with weights yet.",)):
            self._grid.addWidget(Label(text, "small"), 0, column)
        # A thousand rows of fields would take seconds to make; rules for the rest can be set on the command line.
        self._rows = {name: _LayerRow(name, self._infos) for name in list(self._layers)[:MOST_ROWS]}
        for line, row in enumerate(self._rows.values()):
            for column, widget in enumerate((row.name, row.frozen, row.rate)):
                self._grid.addWidget(widget, 2 * line + 1, column)
            row.name.clicked.connect(self._on_name)
            row.frozen.edited.connect(self._on_edited)
            row.rate.edited.connect(self._on_edited)
        self.set_rules(self._rules)

    def _rule(self, name: str) -> LayerRule:
        return next((rule for rule in self._rules if rule.node == name), LayerRule(node=name))

    def _on_name(self) -> None:
        name = str(self.sender().property("layer"))
        self.open_layer("" if name == self._open else name)

    def _on_edited(self) -> None:
        name = str(self.sender().property("layer"))
        row = self._rows[name]
        self._take(self._rule(name).replace(frozen=row.frozen.value(), rate=row.rate.value()))

    def _on_begun(self, rule: LayerRule) -> None:
        self._take(self._rule(rule.node).replace(initialisation=rule.initialisation))

    def _take(self, rule: LayerRule) -> None:
        self.set_rules(with_rule(self._rules, rule))
        self.changed.emit(self._rules)


class _LayerRow:
    """The controls of one layer."""

    def __init__(self, layer: str, infos: Mapping[str, SettingInfo]) -> None:
        self.name, self.frozen, self.rate = _LayerName(layer), FlagEditor(), DecimalEditor(infos["rate"])
        self.rate.setFixedWidth(RATE_PX)
        for widget, info in ((self.frozen, infos["frozen"]), (self.rate, infos["rate"])):
            widget.setProperty("layer", layer)
            widget.setToolTip(f"{info.description} {info.range_text}".strip())
            widget.setAccessibleName(f"{info.title}: {layer}")

    def set_rule(self, rule: LayerRule) -> None:
        self.frozen.set_value(rule.frozen)
        self.rate.set_value(rule.rate)
        self.rate.setEnabled(not rule.frozen)
        self.name.set_begun(rule.initialisation.title if rule.initialisation is not None else "")


class _LayerName(Button):
    """A layer's name, shortened where there is no room; a click unfolds how its weights begin."""

    def __init__(self, layer: str) -> None:
        super().__init__(layer, "", role="row", icon="chevron-right", name=f"First weights: {layer}")
        self._layer, self._shown = layer, layer
        self.setCheckable(True)
        self.setProperty("layer", layer)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._on_toggled)
        self.set_begun("")

    def set_begun(self, title: str) -> None:
        """Name the layer's own initialisation; empty if it begins as the recipe says."""
        # "He (MSRA)" is He for short.
        self._shown = f"{self._layer} · {title.partition(' (')[0]}" if title else self._layer
        begins = f"begins with {title}" if title else "begins as the recipe says"
        self.setToolTip(f"{self._layer} {begins}; click to see the spread of its first weights and to change it.")
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(20, self.width() - 28)
        self.setText(self.fontMetrics().elidedText(self._shown, Qt.TextElideMode.ElideMiddle, room))

    def _on_toggled(self, is_open: bool) -> None:
        self.set_icon("chevron-down" if is_open else "chevron-right")
