"""What else is measured while it trains: learning rate, speed, waiting for data, memory, and the best five guesses."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.gui.theme import theme
from cnnstudio.gui.widgets.labels import Label
from cnnstudio.gui.widgets.plot import Curve, Plot
from cnnstudio.training.events import EpochDone, RunStarted, StepsDone, TrainingEvent

VALUE = "value"


class PaceView(QWidget):
    """Fed with a training's events; knows no run and no session."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = _plot("Learning rate", "rate")
        self.speed = _plot("Images a second", "images/s", has_log=False)
        self.waiting = _plot("Waiting for data, % of the time", "waiting", has_log=False)
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
        self._steps_per_epoch = 1
        self._plan.set_text("")
        self._plan.setVisible(False)
        for plot in self.plots:
            plot.clear()
        self.top5.setVisible(False)

    def add(self, events: Sequence[TrainingEvent]) -> None:
        """Draw what happened, oldest first; a long history in one go."""
        for event in events:
            if isinstance(event, RunStarted):
                self._start(event)
        steps = [event for event in events if isinstance(event, StepsDone)]
        if steps:
            self._add_steps(steps)
        epochs = [event for event in events if isinstance(event, EpochDone) and event.val_top5 is not None]
        if epochs:
            self.top5.setVisible(True)
            self.top5.append(VALUE, [e.epoch for e in epochs], [100 * (e.val_top5 or 0.0) for e in epochs])

    def plan_text(self) -> str:
        """How it computes, in words."""
        return self._plan.text()

    def _start(self, event: RunStarted) -> None:
        self._steps_per_epoch = event.steps_per_epoch
        threads = f", {event.threads} thread{'s' if event.threads > 1 else ''}" if event.device == "CPU" else ""
        self._plan.set_text(f"Computes on {event.device}{threads}" + (f" · {event.plan}" if event.plan else ""))
        self._plan.setVisible(True)

    def _add_steps(self, steps: Sequence[StepsDone]) -> None:
        x = [event.last_step / self._steps_per_epoch for event in steps]
        self.speed.append(VALUE, x, [event.images_per_s for event in steps])
        self.waiting.append(VALUE, x, [100 * event.data_share for event in steps])
        # Histories of older versions lack these.
        known = [(place, event) for place, event in zip(x, steps, strict=True) if event.memory_bytes]
        self.memory.append(VALUE, [place for place, _ in known], [event.memory_bytes / 1e9 for _, event in known])
        rated = [(place, event.rate) for place, event in zip(x, steps, strict=True) if event.rate]
        self.rate.append(VALUE, [place for place, _ in rated], [rate for _, rate in rated])

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
