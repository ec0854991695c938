"""The recipe as a column of sections: what is changed often is open, the rest says itself in a few words."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnnstudio.core.specs import Spec
from cnnstudio.gui.tab_order import follow_layout
from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.form import Form
from cnnstudio.gui.widgets.layer_rules_form import LayerRulesForm
from cnnstudio.gui.widgets.rate_curve import RateCurve
from cnnstudio.gui.widgets.recipe_problems import RecipeProblems
from cnnstudio.gui.widgets.recipe_texts import SUMMARIES
from cnnstudio.gui.widgets.section import Section
from cnnstudio.network.learnt import learnt_layers
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.contradictions import contradictions
from cnnstudio.training.rates import rate_points

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

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
    """Shows a TrainConfig; `changed` brings the new one, `fix_chosen` a Fix for what is wrong with it."""

    changed = Signal(object)
    fix_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._config = TrainConfig()
        self._counts = (0, 0, 0)
        self._graph: NetworkGraph | None = None
        self.sections: dict[str, Section] = {}
        self._forms: dict[str, Form] = {}
        self.layers, self.curve, self.problems = LayerRulesForm(), RateCurve(), RecipeProblems()
        self.glance = RateCurve(is_glance=True)
        self.layers.changed.connect(self._on_layers)
        self.problems.fix_chosen.connect(self.fix_chosen)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.grid)
        box.addWidget(self.problems)
        for name, title, tooltip, settings, nested, is_open in _SECTIONS:
            glance = self.glance if name == "rate" else None
            section = Section(title, tooltip, self._body(name, settings, nested), is_open=is_open, glance=glance)
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
        self._show_problems()
        # Other optimisers have other fields, made just now.
        follow_layout(self)

    def set_network(self, graph: "NetworkGraph") -> None:
        """Offer the network's layers to be frozen, slowed or begun otherwise, and name what doesn't suit it."""
        self._graph = graph
        self.layers.set_layers(learnt_layers(graph), graph.groups)
        self._show_problems()

    def set_counts(self, train: int, val: int, classes: int) -> None:
        """So many images and classes are there: recipes that contradict them are named."""
        self._counts = (train, val, classes)
        self._show_problems()

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
        for curve in (self.curve, self.glance):
            curve.set_points(times, rates, self._config.epochs)

    def _show_problems(self) -> None:
        train, val, classes = self._counts
        layers = list(learnt_layers(self._graph)) if self._graph is not None else []
        found = contradictions(self._config, train, val, classes, layers, self._graph) if train else []
        self.problems.set_problems(found)
