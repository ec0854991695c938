"""One line of the form of layers: a layer, or a group that unfolds; frozen, and what its rate is multiplied by."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.core.specs import SettingInfo
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.fields import DecimalEditor, FlagEditor
from cnnstudio.training.layer_rules import LayerRule

RATE_PX = 72


class LayerRow:
    """The controls of one layer or group.

    Args:
        name: As rules call it.
        label: What it is called here, indented by the groups around it.
        infos: What a rule's settings are called.
        about: Of a group: what it is and how much it holds; empty for a layer.
    """

    def __init__(self, name: str, label: str, infos: Mapping[str, SettingInfo], about: str = "") -> None:
        self.is_group = bool(about)
        self.name, self.frozen, self.rate = _RowName(name, label, about), FlagEditor(), DecimalEditor(infos["rate"])
        self.rate.setFixedWidth(RATE_PX)
        for widget, info in ((self.frozen, infos["frozen"]), (self.rate, infos["rate"])):
            widget.setProperty("layer", name)
            whole = f" Counts for all of {name}." if about else ""
            widget.setToolTip(f"{info.description} {info.range_text}".strip() + whole)
            widget.setAccessibleName(f"{info.title}: {name}")

    @property
    def widgets(self) -> tuple[QWidget, QWidget, QWidget]:
        """From left to right."""
        return self.name, self.frozen, self.rate

    def set_rule(self, rule: LayerRule, differing: int = 0) -> None:
        """Show what counts for the layer; of a group also how many layers in it differ."""
        self.frozen.set_value(rule.frozen)
        self.rate.set_value(rule.rate)
        self.rate.setEnabled(not rule.frozen)
        if self.is_group:
            self.name.set_more(f"{differing:,} {'differs' if differing == 1 else 'differ'}" if differing else "")
        else:
            self.name.set_begun(rule.initialisation.title if rule.initialisation is not None else "")


class _RowName(Button):
    """A name, shortened where there is no room; a click unfolds the group, or how the layer's weights begin."""

    def __init__(self, name: str, label: str, about: str) -> None:
        says = f"Layers of {name}" if about else f"First weights: {name}"
        super().__init__(name, "", role="row", icon="chevron-right", name=says)
        self._name, self._about, self._short = name, about, label
        self._shown = self._short
        self.setCheckable(True)
        self.setProperty("layer", name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._on_toggled)
        if about:
            self.set_more("")
        else:
            self.set_begun("")

    def set_begun(self, title: str) -> None:
        """Name the layer's own initialisation; empty if it begins as the recipe says."""
        # "He (MSRA)" is He for short.
        self._shown = f"{self._short} · {title.partition(' (')[0]}" if title else self._short
        begins = f"begins with {title}" if title else "begins as the recipe says"
        self.setToolTip(f"{self._name} {begins}; click to see the spread of its first weights and to change it.")
        self._elide()

    def set_more(self, text: str) -> None:
        """Say more of a group behind its name."""
        self._shown = f"{self._short} · {text}" if text else self._short
        self.setToolTip(f"{self._name}: {self._about}; click to see them.")
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = max(20, self.width() - 28)
        self.setText(self.fontMetrics().elidedText(self._shown, Qt.TextElideMode.ElideMiddle, room))

    def _on_toggled(self, is_open: bool) -> None:
        self.set_icon("chevron-down" if is_open else "chevron-right")
