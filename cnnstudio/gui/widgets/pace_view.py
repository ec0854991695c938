"""What else is measured while it trains: learning rate, speed, waiting for data, memory, and the best five guesses."""

from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.runs.history_part import HistoryPart
from cnnstudio.training.events import RunStarted

VALUE = "value"


class PaceView(QWidget):
    """Fed with a training's events; knows no run and no session."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = _plot("Learning rate", "rate")
        self.speed = _plot("Images a second", "images/s", has_log=False)
        self.waiting = _plot("Waiting for data, %", "waiting", has_log=False)
        self.memory = _plot("Memory, GB", "memory", has_log=False)
        self.top5 = Plot(
            "Top-5 accuracy, %", (Curve(VALUE, "validation", is_dotted=True),), x_title="epoch", has_log=False
        )
        self._plan = Label("", "muted", wrap=True)
        self._lay_out()
        self.clear()

    @property
    def plots(self) -> tuple[Plot, ...]:
        """All plots, for a common cross-hair."""
        return (self.rate, self.speed, self.waiting, self.memory, self.top5)

    def clear(self) -> None:
        """Show an empty sheet."""
        self._plan.set_text("")
        self._plan.setVisible(False)
        for plot in self.plots:
            plot.clear()
        self.top5.setVisible(False)

    def add(self, told: HistoryPart) -> None:
        """Draw what happened, a few steps or a long history."""
        for event in told.others:
            if isinstance(event, RunStarted):
                self._start(event)
        self._add_steps(told)
        epochs = [(event.epoch, 100 * event.val_top5) for event in told.epochs if event.val_top5 is not None]
        if epochs:
            self.top5.setVisible(True)
            self.top5.append(VALUE, *zip(*epochs, strict=True))

    def plan_text(self) -> str:
        """How it computes, in words."""
        return self._plan.text()

    def _start(self, event: RunStarted) -> None:
        threads = f", {event.threads} thread{'s' if event.threads > 1 else ''}" if event.device == "CPU" else ""
        self._plan.set_text(f"Computes on {event.device}{threads}" + (f" · {event.plan}" if event.plan else ""))
        self._plan.setVisible(True)

    def _add_steps(self, told: HistoryPart) -> None:
        if not len(told.told_x):
            return
        self.speed.append(VALUE, told.told_x, told.images_per_s)
        self.waiting.append(VALUE, told.told_x, 100 * told.data_share)
        # Histories of older versions lack these.
        for plot, values in ((self.memory, told.memory_bytes / 1e9), (self.rate, told.rates)):
            is_known = values != 0
            plot.append(VALUE, told.told_x[is_known], values[is_known])

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.tokens.size.gap)
        grid.addWidget(self._plan, 0, 0, 1, 2)
        places = ((self.rate, 1, 0), (self.speed, 1, 1), (self.waiting, 2, 0), (self.memory, 2, 1))
        for plot, row, column in places:
            grid.addWidget(plot, row, column)
        grid.addWidget(self.top5, 3, 0, 1, 2)
        for row in (1, 2, 3):
            grid.setRowStretch(row, 1)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)


def _plot(title: str, name: str, *, has_log: bool = True) -> Plot:
    return Plot(title, (Curve(VALUE, name),), x_title="epoch", smoothing=0.0, has_log=has_log)
