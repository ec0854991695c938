"""What single layers do differently: a row a layer, with a switch to freeze it and a factor for its rate."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.specs import settings_of
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.fields import DecimalEditor, FlagEditor
from cnnstudio.gui.widgets.labels import ElidedLabel, Label
from cnnstudio.training.layer_rules import LayerRule, with_rule

RATE_PX = 84
MOST_ROWS = 400


class LayerRulesForm(QWidget):
    """Layers with weights in order; `changed` brings the new rules."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rules: tuple[LayerRule, ...] = ()
        self._layers: tuple[str, ...] = ()
        self._infos = {info.name: info for info in settings_of(LayerRule)}
        self._rows: dict[str, tuple[FlagEditor, DecimalEditor]] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        self._grid.setVerticalSpacing(theme.tokens.size.grid // 2)
        self._grid.setColumnStretch(0, 1)

    def set_layers(self, layers: Sequence[str]) -> None:
        """Offer these layers."""
        if tuple(layers) == self._layers:
            return
        self._layers = tuple(layers)
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        heads = ("Layer", self._infos["frozen"].title, self._infos["rate"].title)
        for column, text in enumerate(heads if layers else ("No layers with weights yet.",)):
            self._grid.addWidget(Label(text, "small"), 0, column)
        # A thousand rows of fields would take seconds to make; rules for the rest can be set on the command line.
        self._rows = {name: self._add_row(line, name) for line, name in enumerate(self._layers[:MOST_ROWS], 1)}
        self.set_rules(self._rules)

    def set_rules(self, rules: Sequence[LayerRule]) -> None:
        """Show rules without telling."""
        self._rules = tuple(rules)
        own = {rule.node: rule for rule in self._rules}
        for name, (frozen, rate) in self._rows.items():
            rule = own.get(name, LayerRule(node=name))
            frozen.set_value(rule.frozen)
            rate.set_value(rule.rate)
            rate.setEnabled(not rule.frozen)

    def _add_row(self, line: int, name: str) -> tuple[FlagEditor, DecimalEditor]:
        label, frozen, rate = ElidedLabel(name), FlagEditor(), DecimalEditor(self._infos["rate"])
        rate.setFixedWidth(RATE_PX)
        for column, (widget, info) in enumerate(((frozen, self._infos["frozen"]), (rate, self._infos["rate"])), 1):
            widget.setProperty("layer", name)
            widget.setToolTip(f"{info.description} {info.range_text}".strip())
            widget.setAccessibleName(f"{info.title}: {name}")
            widget.edited.connect(self._on_edited)  # type: ignore[attr-defined]  # every editor has it
            self._grid.addWidget(widget, line, column)
        label.setToolTip(name)
        self._grid.addWidget(label, line, 0)
        return frozen, rate

    def _on_edited(self) -> None:
        name = str(self.sender().property("layer"))
        frozen, rate = self._rows[name]
        own = next((rule for rule in self._rules if rule.node == name), LayerRule(node=name))
        rule = own.replace(frozen=frozen.value(), rate=rate.value())
        self.set_rules(with_rule(self._rules, rule))
        self.changed.emit(self._rules)
