"""The curve of the learning-rate finder: loss over rate, and a rate to take, suggested or clicked."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.buttons import Button
from cnnstudio.gui.widgets.card import Card
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.plot_axes import ThemedPlot
from cnnstudio.gui.widgets.plot_hint import EmptyHint

INVITATION = "A copy of the network tries rates from tiny to huge; a good one lies where the loss falls fastest."


class RateFinderView(QWidget):
    """`find_wanted` starts the search, `rate_taken` brings the rate that was chosen."""

    find_wanted = Signal()
    rate_taken = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._rates: list[float] = []
        self._losses: list[float] = []
        self._smooth: list[float] = []
        self._chosen: float | None = None
        self._says = Label(INVITATION, "muted", wrap=True)
        self.find_button = Button(
            "Find a rate", "Try rising learning rates on a copy; nothing else changes (a minute at most)."
        )
        self.take_button = Button("Take it", "Put the marked learning rate into the recipe.", role="main")
        self.find_button.clicked.connect(self.find_wanted)
        self.take_button.clicked.connect(self._on_take)
        self._make_plot()
        self._lay_out()
        self.clear()
        theme.changed.connect(self._dress)

    def clear(self) -> None:
        """Show an empty sheet."""
        self._rates, self._losses, self._smooth = [], [], []
        self._says.set_text(INVITATION, "muted")
        self._choose(None)
        self._draw()

    def set_can_find(self, is_possible: bool, why_not: str = "") -> None:
        """Offer the search, or say why it can't be made now."""
        self.find_button.set_enabled(is_possible, why_not)

    def add(self, rates: Sequence[float], losses: Sequence[float], smooth: Sequence[float]) -> None:
        """Rates that were tried, with the loss of the batch and the moving mean."""
        self._rates += rates
        self._losses += losses
        self._smooth += smooth
        self._draw()

    def set_result(self, text: str, suggestion: float | None) -> None:
        """The search is over: say what came out and mark the suggestion."""
        self._says.set_text(text, "" if suggestion is not None else "warn")
        self._choose(suggestion)

    def text(self) -> str:
        """What is said over the curve."""
        return self._says.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_click = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease
        if is_click and self._rates and event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            self._choose(self.rate_at(event.position()))  # type: ignore[attr-defined]
        return False

    def rate_at(self, place: QPointF) -> float:
        """The rate under a place of the plot, to two digits, within the range that was tried."""
        box = self._plot.getPlotItem().getViewBox()
        power = box.mapSceneToView(self._plot.mapToScene(place.toPoint())).x()
        rate = float(np.clip(10.0**power, self._rates[0], self._rates[-1]))
        return float(f"{rate:.1e}")

    def _choose(self, rate: float | None) -> None:
        self._chosen = rate
        self._mark.setVisible(rate is not None)
        self.take_button.setVisible(rate is not None)
        if rate is not None:
            self._mark.setPos(float(np.log10(rate)))
            self.take_button.setText(f"Take {rate:g}")
            self.take_button.setAccessibleName(f"Take the rate {rate:g}")

    def _on_take(self) -> None:
        if self._chosen is not None:
            self.rate_taken.emit(self._chosen)

    def _draw(self) -> None:
        is_empty = not self._rates
        self._hint.setVisible(is_empty)
        self._plot.show_axes(not is_empty)
        powers = np.log10(np.array(self._rates)) if self._rates else np.empty(0)
        self._raw.setData(powers, np.array(self._losses))
        self._line.setData(powers, np.array(self._smooth))
        if not is_empty:
            # One blown-up loss at the end must not flatten the valley.
            top = min(max(self._smooth), 1.3 * self._smooth[0])
            self._plot.show_all()
            self._plot.fit((float(powers[0]), float(powers[-1])), (min(self._smooth), top))

    def _make_plot(self) -> None:
        self._plot = ThemedPlot()
        self._plot.setAccessibleName("Loss over learning rate")
        self._plot.setToolTip(
            "Loss (vertical) at each learning rate (horizontal, powers of ten); click to mark a rate."
        )
        self._plot.setMinimumHeight(120)
        self._hint = EmptyHint(self._plot, "No rate was tried yet.")
        item = self._plot.getPlotItem()
        item.getAxis("bottom").setLogMode(True, False)
        self._raw, self._line = item.plot(), item.plot()
        self._mark = pg.InfiniteLine(angle=90, movable=False)
        item.addItem(self._mark, ignoreBounds=True)
        self._plot.viewport().installEventFilter(self)
        self._dress()

    def _dress(self) -> None:
        self._raw.setPen(theme.series_pen(0, raw=True))
        self._line.setPen(theme.series_pen(0))
        self._mark.setPen(pg.mkPen(theme.color("ok"), width=2))

    def _lay_out(self) -> None:
        card = Card("Learning-rate finder")
        card.add(self._says)
        card.add(self._plot, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.find_button)
        buttons.addWidget(self.take_button)
        buttons.addStretch(1)
        card.add(buttons)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(card)
