"""What single layers do differently: a row a layer, or a group, to freeze or slow it; and how its weights begin."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.specs import settings_of
from cnnstudio.data.words import counted
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_beginning import LayerBeginning
from cnnstudio.gui.widgets.layer_groups import LayerGroups
from cnnstudio.gui.widgets.layer_row import LayerRow
from cnnstudio.network.parts import Group
from cnnstudio.training.initialisation.as_built import AsBuilt
from cnnstudio.training.layer_rules import (
    LayerRule,
    common_rule,
    rule_or_default,
    with_group_rule,
    with_rule,
    with_rules,
)
from cnnstudio.training.recipe import InitialisationSpec

MOST_ROWS = 400
WeightShapes = Mapping[str, Sequence[int] | None]


class LayerRulesForm(QWidget):
    """Layers with something to learn, in order, folded into their groups; `changed` brings the new rules."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rules: tuple[LayerRule, ...] = ()
        self._recipe: InitialisationSpec = AsBuilt()
        self._layers: dict[str, Sequence[int] | None] = {}
        self._given: tuple[Group, ...] = ()
        self._groups = LayerGroups(())
        self._open = ""
        self._unfolded: set[str] = set()
        self._infos = {info.name: info for info in settings_of(LayerRule)}
        self._rows: dict[str, LayerRow] = {}
        self._heads = [Label("", "small") for _ in range(3)]
        self.beginning = LayerBeginning()
        self.beginning.changed.connect(self._on_begun)
        self.beginning.setParent(self)
        self.beginning.hide()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * theme.tokens.size.grid)
        self._grid.setVerticalSpacing(theme.tokens.size.grid // 2)
        self._grid.setColumnStretch(0, 1)
        for column, head in enumerate(self._heads):
            self._grid.addWidget(head, 0, column)

    def set_layers(self, layers: WeightShapes, groups: Sequence[Group] = ()) -> None:
        """Offer these layers, each with the shape of its weights, or None if those begin without chance.

        Args:
            layers: By name; `stage1.conv2` lies in the group `stage1`.
            groups: The network's.
        """
        is_same = list(layers) == list(self._layers) and tuple(groups) == self._given
        self._layers, self._given = dict(layers), tuple(groups)
        if not is_same:
            self._groups = LayerGroups(self._layers, self._given)
            self._rebuild()
        self._show_open()

    def set_rules(self, rules: Sequence[LayerRule], recipe: InitialisationSpec | None = None) -> None:
        """Show rules without telling, and how the weights of layers without one begin."""
        self._rules, self._recipe = tuple(rules), recipe or self._recipe
        for name, row in self._rows.items():
            row.set_rule(self._rule(name), self._differing(name))
        self._show_open()

    def open_layer(self, name: str) -> None:
        """Unfold how a layer's weights begin; an empty name folds it away."""
        self._open = name if name in self._layers else ""
        self._lay_out()

    def unfold(self, group: str, is_unfolded: bool) -> None:
        """Show or hide what lies in a group."""
        (self._unfolded.add if is_unfolded else self._unfolded.discard)(group)
        self._lay_out()

    def _lay_out(self) -> None:
        """Put the rows in sight below each other; a row is made when it is first seen."""
        self._grid.removeWidget(self.beginning)
        shown = [name for name in self._groups.order if self._unfolded.issuperset(self._groups.outer(name))]
        # A thousand rows of fields would take seconds to make; rules for the rest can be set on the command line.
        shown = shown[:MOST_ROWS]
        for name in [name for name in self._rows if name not in shown]:
            for widget in self._rows[name].widgets:
                self._grid.removeWidget(widget)
                widget.hide()
        for line, name in enumerate(shown):
            row = self._rows.get(name) or self._make_row(name)
            row.name.setChecked(name == self._open or name in self._unfolded)
            for column, widget in enumerate(row.widgets):
                self._grid.addWidget(widget, 2 * line + 1, column)
                widget.show()
            if name == self._open:
                self._grid.addWidget(self.beginning, 2 * line + 2, 0, 1, 3)
        if self._open not in shown:
            self._open = ""
        self._show_open()

    def _make_row(self, name: str) -> LayerRow:
        about = ""
        if inside := self._groups.inside.get(name):
            title = self._groups.title(name)
            about = (f"{title}, " if title else "") + counted(len(inside), "layer")
        row = self._rows[name] = LayerRow(name, self._groups.label(name), self._infos, about)
        row.set_rule(self._rule(name), self._differing(name))
        row.name.clicked.connect(self._on_name)
        row.frozen.edited.connect(self._on_edited)
        row.rate.edited.connect(self._on_edited)
        return row

    def _show_open(self) -> None:
        self.beginning.setVisible(bool(self._open))
        if self._open:
            rule = rule_or_default(self._rules, self._open)
            self.beginning.set_rule(rule, self._recipe, self._layers[self._open])

    def _rebuild(self) -> None:
        for row in self._rows.values():
            for widget in row.widgets:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._rows, self._open, self._unfolded = {}, "", set()
        heads = ("Layer", self._infos["frozen"].title, self._infos["rate"].title)
        for head, text in zip(
            self._heads, heads if self._layers else ("No layers with weights yet.", "", ""), strict=True
        ):
            head.set_text(text)
        self._lay_out()

    def _rule(self, name: str) -> LayerRule:
        """What counts for a layer or group; one that was made by hand has none of its own, only its layers have."""
        if name in self._groups.made:
            return common_rule(self._rules, self._groups.inside[name], name)
        return rule_or_default(self._rules, name)

    def _differing(self, group: str) -> int:
        """How many layers of a group aren't trained as the group is."""
        own = self._rule(group)
        inner = [rule_or_default(self._rules, layer) for layer in self._groups.inside.get(group, ())]
        return sum((rule.frozen, rule.rate) != (own.frozen, own.rate) for rule in inner)

    def _on_name(self) -> None:
        name = str(self.sender().property("layer"))
        if name in self._groups.inside:
            self.unfold(name, name not in self._unfolded)
        else:
            self.open_layer("" if name == self._open else name)

    def _on_edited(self) -> None:
        name = str(self.sender().property("layer"))
        row, inside = self._rows[name], self._groups.inside
        rule = self._rule(name).replace(frozen=row.frozen.value(), rate=row.rate.value())
        if name in self._groups.made:
            self._take(with_rules(self._rules, inside[name], rule))
        else:
            self._take((with_group_rule if name in inside else with_rule)(self._rules, rule))

    def _on_begun(self, rule: LayerRule) -> None:
        own = rule_or_default(self._rules, rule.node).replace(initialisation=rule.initialisation)
        self._take(with_rule(self._rules, own))

    def _take(self, rules: tuple[LayerRule, ...]) -> None:
        self.set_rules(rules)
        self.changed.emit(self._rules)
