"""The page of the layers: what is wrong in words, a row a layer, and the chosen layer's weights over time."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.health_rows import COLUMNS, HealthRows, column_rect
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.weight_history import WeightHistory, WeightLook
from cnnstudio.training.diagnosis import layer_findings
from cnnstudio.training.events import LayerHealth, TrainingEvent

MOST_FINDINGS = 3
EMPTY = "Seconds after the first step, each layer shows here how large its gradients and steps are."
WELL = "All layers are well: gradients arrive, steps are of a healthy size, units fire."


class HealthView(QWidget):
    """Fed with a training's events; knows no run and no session."""

    def __init__(self) -> None:
        super().__init__()
        self._looks: list[LayerHealth] = []
        self._node = ""
        self._says = Label(EMPTY, "muted", wrap=True)
        self.rows = HealthRows()
        self.weights = WeightHistory()
        self._weights_card = Card("Weights over time")
        self.rows.chosen.connect(self._on_chosen)
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show an empty sheet."""
        self._looks, self._node = [], ""
        self._says.set_text(EMPTY, "muted")
        self.rows.set_rows(())
        self.weights.set_looks(())
        self._weights_card.set_note("")

    def add(self, events: Sequence[TrainingEvent]) -> None:
        """Take the looks at the layers out of what a training tells."""
        looks = [event for event in events if isinstance(event, LayerHealth)]
        if not looks:
            return
        self._looks += looks
        self.rows.set_rows(looks[-1].rows)
        self._say(looks[-1])
        if self.rows.current() < 0 and looks[-1].nodes:
            self.rows.set_chosen(0)
        self._show_weights()

    def text(self) -> str:
        """What is said about the layers."""
        return self._says.text()

    def _say(self, look: LayerHealth) -> None:
        found = layer_findings(look)
        lines = [diagnosis.text for diagnosis in found[:MOST_FINDINGS]]
        if len(found) > MOST_FINDINGS:
            lines.append(f"{len(found) - MOST_FINDINGS:,} more layers are marked below.")
        self._says.set_text("\n".join(lines) or WELL, found[0].tone if found else "ok")

    def _show_weights(self) -> None:
        place = self.rows.current()
        if not self._looks or not 0 <= place < len(self._looks[-1].nodes):
            return
        node = self._looks[-1].nodes[place]
        self._weights_card.set_note(node)
        if not self.isVisible():
            return  # drawn when it comes into sight
        looks = []
        for look in self._looks:
            if place < len(look.nodes) and look.nodes[place] == node:
                row = (look.weight_lows[place], look.weight_highs[place], look.weight_counts[place])
                looks.append(WeightLook(look.step, *row))
        self.weights.set_looks(looks)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]  # Qt's own event, passed on
        self._show_weights()

    def _on_chosen(self, index: int) -> None:
        self._show_weights()

    def _lay_out(self) -> None:
        card = Card("Layers")
        card.add(self._says)
        card.add(_ColumnTitles())
        card.add(self.rows, 1)
        self._weights_card.add(self.weights, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.tokens.size.gap)
        box.addWidget(card, 3)
        box.addWidget(self._weights_card, 2)


class _ColumnTitles(QWidget):
    """The names of the columns, over the bars."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(COLUMNS))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = painter.font()
        font.setPixelSize(theme.tokens.size.label)
        painter.setFont(font)
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(self.rect()).adjusted(10, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "layer")
        for place, title in enumerate(COLUMNS):
            painter.drawText(column_rect(QRectF(self.rect()), place), Qt.AlignmentFlag.AlignVCenter, title)
