"""How one layer's weights begin: as the recipe says or in a way of their own, with the spread drawn."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.specs import Spec
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.spread_curve import SpreadCurve
from cnnstudio.training.layer_rules import LayerRule
from cnnstudio.training.recipe import InitialisationSpec

AS_RECIPE = "As the recipe says"
NO_CHANCE = "This layer begins without chance: scale 1, shift 0."


class LayerBeginning(QWidget):
    """`changed` brings the layer's rule with another initialisation."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.form = Form(only=("initialisation",), texts={"initialisation": {None: AS_RECIPE}})
        self.curve = SpreadCurve()
        self._says = Label("", "small", wrap=True)
        self.form.changed.connect(self._on_changed)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 2 * theme.tokens.size.grid)
        box.setSpacing(theme.tokens.size.grid)
        for widget in (self.form, self.curve, self._says):
            box.addWidget(widget)

    def set_rule(self, rule: LayerRule, recipe: InitialisationSpec, weight_shape: Sequence[int] | None) -> None:
        """Show a layer's rule; where it has no initialisation of its own, the recipe's is drawn."""
        self.form.set_spec(rule)
        self.form.setVisible(weight_shape is not None)
        self.curve.set_weights(rule.initialisation or recipe, weight_shape)
        self._says.set_text(self.curve.text(weight_shape) if weight_shape is not None else NO_CHANCE)

    def text(self) -> str:
        """What is said about the weights."""
        return self._says.text()

    def _on_changed(self, rule: Spec) -> None:
        self.changed.emit(rule)
