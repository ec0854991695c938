"""The overlaid curves of the chosen runs: what is drawn is chosen above, names and values stand at the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.numbers import decimal_text
from cnnstudio.gui.widgets.overlay_plot import OverlayCurve, OverlayPlot
from cnnstudio.gui.widgets.overlay_points import NO_POINTS, OverlayPoints
from cnnstudio.gui.widgets.run_legend import LegendRow, RunLegend
from cnnstudio.gui.widgets.tabs import Chip, Chips
from cnnstudio.runs.curves import MEASURES, Measure

LEGEND_PX = 250
NOTHING = "Choose one run or several: hold Ctrl or Shift while you click, Ctrl+A takes all."


@dataclass(frozen=True)
class Overlaid:
    """A chosen run: its key, its name, the look of its line."""

    key: str
    name: str
    look: int


class OverlayCard(QWidget):
    """`measure_changed` tells that other curves are wanted."""

    measure_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._runs: tuple[Overlaid, ...] = ()
        self._said = NOTHING
        self.measures = Chips(
            [(m.key, m.title, f"Draw this of each chosen run: {m.title}.") for m in MEASURES], "Curve"
        )
        self.log = Chip("log", "Draw the vertical axis logarithmically.", checkable=True)
        self.plot = OverlayPlot("Curves of the chosen runs")
        self.legend = RunLegend()
        self._note = Label(NOTHING, "small")
        self.all = Chip("show all", "End the zoom (a double click does so too); the wheel zooms, dragging moves.")
        self.all.hide()
        self._lay_out()
        self.measures.chosen.connect(self._on_measure)
        self.log.clicked.connect(self.plot.set_log)
        self.all.clicked.connect(self.plot.plot.end_zoom)
        self.plot.plot.zoomed.connect(self.all.setVisible)
        self.plot.pointed.connect(self._on_pointed)
        self.legend.pointed.connect(self.plot.set_strong)

    def measure(self) -> Measure:
        """What is to be drawn."""
        return next(measure for measure in MEASURES if measure.key == self.measures.current())

    def set_runs(self, runs: Sequence[Overlaid]) -> None:
        """Name the chosen runs; their points come by `set_points`."""
        self._runs = tuple(runs)
        self._said = "" if runs else NOTHING
        self._note.set_text(self._said)
        self.legend.set_rows([LegendRow(run.key, run.name, run.look) for run in runs])

    def set_points(self, points: Mapping[str, OverlayPoints]) -> None:
        """Draw the chosen runs; the legend tells each one's best value."""
        measure = self.measure()
        curves, rows = [], []
        for run in self._runs:
            found = points.get(run.key, NO_POINTS)
            curves.append(OverlayCurve(run.key, run.look, found.x, found.y))
            best = "–" if found.best is None else _number(found.best, measure)
            rows.append(LegendRow(run.key, run.name, run.look, best))
        self.plot.set_curves(curves)
        self.legend.set_rows(rows)
        said = "the highest value of each" if measure.is_better_high else "the lowest value of each"
        smooth = ", smoothed" if measure.is_per_step else ""
        self._said = f"over epochs{smooth}; {said}" if self._runs else NOTHING
        self._note.set_text(self._said)

    def _on_measure(self, key: str) -> None:
        self.plot.show_all()
        self.measure_changed.emit()

    def _on_pointed(self, x: float | None, values: Mapping[str, float]) -> None:
        measure = self.measure()
        self.legend.set_values({key: _number(value, measure) for key, value in values.items()})
        self._note.set_text(f"at epoch {x:,.1f}" if x is not None and values else self._said)

    def _lay_out(self) -> None:
        gap = 2 * theme.tokens.size.grid
        head = QHBoxLayout()
        head.setSpacing(gap)
        head.addWidget(self.measures, 1)
        head.addWidget(self._note)
        head.addWidget(self.all)
        head.addWidget(self.log)
        self.legend.setFixedWidth(LEGEND_PX)
        body = QHBoxLayout()
        body.setSpacing(theme.tokens.size.gap)
        body.addWidget(self.plot, 1)
        body.addWidget(self.legend)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(gap)
        box.addLayout(head)
        box.addLayout(body, 1)


def _number(value: float, measure: Measure) -> str:
    return f"{value:.1f} %" if measure.factor == 100 else decimal_text(round(value, 4))
