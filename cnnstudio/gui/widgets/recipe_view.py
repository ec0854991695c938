"""The recipe as a column of sections: what is changed often is open, the rest says itself in a few words."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.specs import Spec
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.layer_rules_form import LayerRulesForm, WeightShapes
from cnnstudio.gui.widgets.rate_curve import RateCurve
from cnnstudio.gui.widgets.recipe_texts import SUMMARIES
from cnnstudio.gui.widgets.section import Section
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradictions import contradictions
from cnnstudio.training.rates import rate_points

# Name, title, tooltip, settings of the recipe, settings that are specs themselves, open at first.
_SECTIONS: tuple[tuple[str, str, str, tuple[str, ...], str, bool], ...] = (
    ("optimizer", "Optimiser", "How the weights follow the gradient.", ("optimizer",), "", True),
    ("duration", "Batch and epochs", "How many images a step, and how long.", ("batch", "epochs", "seed"), "", True),
    (
        "rate",
        "Learning rate",
        "How the rate changes while training: schedule, warm-up, and what it grows with.",
        ("schedule", "warmup", "warmup_from", "rate_for_batch"),
        "",
        False,
    ),
    (
        "begin",
        "Loss and first weights",
        "What is made small, and where it starts.",
        ("loss", "initialisation"),
        "",
        False,
    ),
    ("regular", "Regularisation", "What keeps training steady and the network general.", (), "regularisation", False),
    (
        "layers",
        "Layers",
        "Layers that stay as they are, learn at a rate of their own, or begin otherwise.",
        (),
        "",
        False,
    ),
    (
        "machine",
        "Precision and device",
        "Where and in which numbers to compute.",
        ("device", "precision", "threads", "workers", "channels_last", "compile", "deterministic"),
        "",
        False,
    ),
    ("saving", "Saving", "Which checkpoints stay: always the best and the last two.", (), "saving", False),
)


class RecipeView(QWidget):
    """Shows a TrainConfig; `changed` brings the new one."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._config = TrainConfig()
        self._counts = (0, 0, 0)
        self.sections: dict[str, Section] = {}
        self._forms: dict[str, Form] = {}
        self.layers, self.curve, self._warnings = LayerRulesForm(), RateCurve(), Label("", "problem", wrap=True)
        self.layers.changed.connect(self._on_layers)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.grid)
        box.addWidget(self._warnings)
        for name, title, tooltip, settings, nested, is_open in _SECTIONS:
            section = Section(title, tooltip, self._body(name, settings, nested), is_open=is_open)
            self.sections[name] = section
            box.addWidget(section)
        self.set_spec(self._config)

    def set_spec(self, config: TrainConfig) -> None:
        """Show a recipe without telling."""
        self._config = config
        for name, _, _, settings, nested, _ in _SECTIONS:
            if settings or nested:
                self._forms[name].set_spec(getattr(config, nested) if nested else config)
            self.sections[name].set_summary(SUMMARIES[name](config))
        self.layers.set_rules(config.layers, config.initialisation)
        self._show_rate()
        self._show_warnings()

    def set_network(self, layers: WeightShapes) -> None:
        """Offer these layers, each with the shape of its weights, to be frozen, slowed or begun otherwise."""
        self.layers.set_layers(layers)

    def set_counts(self, train: int, val: int, classes: int) -> None:
        """So many images and classes are there: recipes that contradict them are named."""
        self._counts = (train, val, classes)
        self._show_warnings()

    def editor(self, name: str) -> QWidget:
        """The control of a setting of the recipe; its section is opened."""
        for section, _, _, settings, _, _ in _SECTIONS:
            if name in settings:
                self.sections[section].set_open(True)
                return self._forms[section].editor(name)
        raise KeyError(name)

    def form(self, section: str) -> Form:
        """The form of a section."""
        return self._forms[section]

    def _body(self, name: str, settings: tuple[str, ...], nested: str) -> QWidget:
        if not settings and not nested:
            return self.layers
        form = Form(only=settings or None)
        form.setProperty("nested", nested)
        form.changed.connect(self._on_form)
        self._forms[name] = form
        if name != "rate":
            return form
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.curve)
        box.addWidget(form)
        return body

    def _on_form(self, spec: Spec) -> None:
        nested = str(self.sender().property("nested") or "")
        self._take({nested: spec} if nested else {name: getattr(spec, name) for name in type(spec).model_fields})

    def _on_layers(self, rules: object) -> None:
        self._take({"layers": rules})

    def _take(self, changes: dict[str, Any]) -> None:
        config = self._config.replace(**changes)
        if config != self._config:
            self.set_spec(config)
            self.changed.emit(config)

    def _show_rate(self) -> None:
        times, rates = rate_points(self._config)
        self.curve.set_points(times, rates, self._config.epochs)

    def _show_warnings(self) -> None:
        train, val, classes = self._counts
        found = contradictions(self._config, train, val, classes) if train else []
        self._warnings.set_text("\n".join(f"{one.text} {one.hint}" for one in found))
        self._warnings.setVisible(bool(found))
