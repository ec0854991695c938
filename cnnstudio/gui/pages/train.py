"""The page Train: the recipe, the curves as they grow, and a few guesses that change while it learns."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.late_pictures import with_thumbnails
from cnnstudio.gui.pages.before_start import BeforeStart
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.train_layout import TrainLayout
from cnnstudio.gui.pages.train_texts import MAIN_BUTTON, damage_line, has_result, log_line, longer_entries
from cnnstudio.gui.training import PastLoaded, Phase, RunOpened
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState
from cnnstudio.runs.run import RunState
from cnnstudio.training.events import EndReason, Guesses, RunEnded
from cnnstudio.training.presets import preset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session
    from cnnstudio.gui.widgets.pixels import Pixels
    from cnnstudio.runs.history_part import HistoryPart
    from cnnstudio.runs.run import Run
    from cnnstudio.training.events import TrainingEvent


class TrainPage(Page):
    """Glue between the session's training and the widgets that show it."""

    key = "train"
    title = "Train"
    icon = "chart-line"

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._shown: Run | None = None
        self._is_live = False
        self._data: Dataset | None = None
        self.view = TrainLayout()
        self.empty = EmptyState(
            "Nothing to train yet",
            "Choose data first: the embedded handwritten digits need no preparation.",
            "Choose data",
            "Go to the page Data.",
            icon="chart-line",
        )
        self._busy = BusyState("Opening the data")
        self._error = ErrorState("Your project and its runs are safe.", "Choose other data", "Go to the page Data.")
        for view in (self.view, self.empty, self._busy, self._error):
            self.add_view(view)
        self._connect()
        self._before = BeforeStart(session, self.view)
        self._refresh()
        self._show_run()

    def _connect(self) -> None:
        session, training = self.session, self.session.training
        self.view.form.changed.connect(session.set_config)
        self.view.presets.picked.connect(self._on_preset)
        self.view.ways_on.chosen.connect(self._on_way)
        self.view.next_steps.chosen.connect(session.page_requested)
        self.view.next_steps.judging_wanted.connect(session.judging_wanted)
        self.view.main_button.clicked.connect(self._on_main)
        self.view.stop_button.clicked.connect(training.stop)
        self.view.queue_button.clicked.connect(session.queue.add_current)
        session.queue.changed.connect(self._refresh_queue)
        self.view.resume_button.clicked.connect(self._on_resume)
        self.view.longer_button.picked.connect(self._on_longer)
        self.empty.triggered.connect(self._go_to_data)
        self._error.triggered.connect(self._go_to_data)
        self._busy.triggered.connect(self._on_cancel_opening)
        session.jobs.job_changed.connect(self._on_job_changed)
        for signal in (session.project_changed, session.dataset_changed, session.graph_changed, session.config_changed):
            signal.connect(self._refresh)
        training.changed.connect(self._refresh)
        training.events.connect(self._on_events)
        session.run_changed.connect(self._show_run)
        session.run_changed.connect(self._refresh)

    # What can be done now ---------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        session, training = self.session, self.session.training
        if session.data_error is not None and not training.is_active:
            self._error.set_error("The data can't be used", session.data_error)
        self.show_view(self._view())
        phase = training.phase
        self.view.form.set_spec(session.config)
        self._refresh_parts()
        self.view.set_what(self._what_text())
        self._refresh_main()
        self.view.stop_button.setVisible(training.is_active)
        self.view.stop_button.set_enabled(phase is not Phase.STOPPING, "It stops after the current step.")
        self._refresh_more()
        self._refresh_queue()

    def _view(self) -> QWidget:
        session = self.session
        if session.training.is_active or session.dataset is not None:
            return self.view
        if session.data_error is not None:
            return self._error
        return self._busy if session.data_job is not None else self.empty

    def _what_text(self) -> str:
        session = self.session
        if session.dataset is None or session.graph is None:
            return ""
        count = len(session.dataset.indices("train"))
        text = f"{session.graph.name} on {count:,} training images of {session.dataset.spec.source.title}."
        return f"For the next run: {text}" if session.training.is_active else text

    def _refresh_parts(self) -> None:
        """Tell the recipe which layers, images and classes there are."""
        session = self.session
        if session.graph is not None:
            self.view.form.set_network(session.graph)
        if session.dataset is not None:
            train, val = (len(session.dataset.indices(split)) for split in ("train", "val"))
            self.view.form.set_counts(train, val, len(session.dataset.classes))

    def _refresh_main(self) -> None:
        training = self.session.training
        text, icon, tooltip = MAIN_BUTTON[training.phase]
        why_not = (
            (training.why_not_start() or self.view.form.problems.obstacle()) if training.phase is Phase.IDLE else ""
        )
        is_enabled = training.phase in (Phase.IDLE, Phase.RUNNING, Phase.PAUSED) and not why_not
        self.view.set_main(text, icon, why_not or tooltip, is_enabled=is_enabled)

    def _refresh_more(self) -> None:
        """The second button goes on with the chosen run: to its end, or, with a choice of how long, beyond it."""
        run, is_active = self.session.run, self.session.training.is_active
        state = run.state if run is not None and not is_active else None
        self.view.resume_button.setVisible(state is not None and state.can_resume)
        self.view.longer_button.setVisible(state is RunState.FINISHED)
        self.view.next_steps.setVisible(run is not None and state is not None and has_result(run, state))
        if run is not None:
            self.view.resume_button.setToolTip(f"Go on with {run.name} where it was stopped.")
            why_not = self.session.training.why_not_resume(run)
            self.view.resume_button.setEnabled(not why_not)
            self.view.longer_button.setEnabled(not why_not)
            if why_not:
                self.view.resume_button.setToolTip(why_not)
            self.view.longer_button.set_entries(longer_entries(run.name, run.config.epochs, self.session.config.epochs))

    def _refresh_queue(self) -> None:
        """While one trains, the recipe above is that of the next one, which can wait for its turn."""
        queue, button = self.session.queue, self.view.queue_button
        button.setVisible(self.session.training.is_active)
        waiting = len(queue.items)
        button.setText(f"Add to queue ({waiting:,} wait)" if waiting else "Add to queue")
        button.set_enabled(not queue.why_not_add(), queue.why_not_add())

    # What the user does -----------------------------------------------------------------------------------------

    def _on_main(self) -> None:
        training = self.session.training
        if training.phase is Phase.IDLE:
            training.start()
        elif training.phase is Phase.RUNNING:
            training.pause()
        else:
            training.go_on()

    def _on_resume(self) -> None:
        if self.session.run is not None:
            self.session.training.resume_run(self.session.run)

    def _on_longer(self, epochs: str) -> None:
        run = self.session.run
        if run is not None:
            self.session.training.resume_run(run, run.config.epochs + int(epochs))

    def _on_preset(self, name: str) -> None:
        chosen = preset(name)
        self.session.set_config(chosen.applied(self.session.config))
        self.session.notice.emit("ok", f"The recipe is that of {chosen.title}.", chosen.text)

    def _go_to_data(self) -> None:
        self.session.page_requested.emit("data")

    def _on_cancel_opening(self) -> None:
        if self.session.data_job is not None:
            self.session.data_job.cancel()

    def _on_job_changed(self, job: "Job") -> None:
        if job is self.session.data_job:
            self._busy.set_progress(job.progress)

    # What the training tells ------------------------------------------------------------------------------------

    def _on_events(self, events: "list[TrainingEvent | RunOpened | PastLoaded]") -> None:
        # What a job tells begins with its run; all that follows is drawn in one go.
        for event in events:
            if isinstance(event, RunOpened):
                self._begin(event.run, event.dataset)
            elif isinstance(event, PastLoaded):
                self._show_past(event.history)
        told = [event for event in events if not isinstance(event, RunOpened | PastLoaded | Guesses)]
        if told:
            self.view.panels.add(told)
            self._note(told)
        if guesses := [event for event in events if isinstance(event, Guesses)]:
            self._show_guesses(guesses[-1])

    def _show_run(self) -> None:
        """Show the chosen run's past, unless it is the one that is being trained and shown already."""
        run = self.session.run
        if self.session.training.is_active or run is None:
            return
        if self._shown is not None and run.path == self._shown.path and self._is_live:
            return
        self._begin(run, None)

        def read(ctx: "JobContext") -> "tuple[Run, HistoryPart]":
            history = run.history_part(ctx)
            ended = run.ended(history)
            return run, history.followed_by(ended) if ended is not None else history

        self.session.jobs.start(
            f"Reading {run.name}", "io", read, on_done=self._on_past_read, on_error=self._on_unreadable
        )

    def _on_past_read(self, found: "tuple[Run, HistoryPart]") -> None:
        run, history = found
        if self._shown is run and not self._is_live:
            self._show_past(history)

    def _show_past(self, history: "HistoryPart") -> None:
        self.view.panels.add_part(history)
        lines = [line for event in history.others if (line := log_line(event))]
        self.view.note(*lines, *([damage_line(history.damaged)] if history.damaged else []))
        if history.others:
            self._offer_ways(history.others[-1])

    def _on_unreadable(self, error: StudioError) -> None:
        self.session.report(error)

    def _begin(self, run: "Run", dataset: "Dataset | None") -> None:
        """Empty the page for a run: live on its data, or only to be looked at."""
        self._shown, self._is_live, self._data = run, dataset is not None, dataset
        self.view.begin(run.name, has_guesses=dataset is not None)
        self.view.panels.set_classes(len(run.classes))
        self._watched: tuple[int, ...] = ()

    def _show_guesses(self, event: Guesses) -> None:
        dataset, watched = self._data, tuple(event.indices.tolist())
        if dataset is None:
            return
        if watched != self._watched:
            self._watched = watched
            places = dataset.indices("val")[event.indices]
            truths = [dataset.classes[int(dataset.labels[place])] for place in places]

            def show(pictures: "list[Pixels]") -> None:
                if self._data is dataset and self._watched == watched:
                    self.view.guesses.set_images(pictures, truths, dataset.classes)

            with_thumbnails(self.session, dataset, places, show)
        self.view.guesses.set_probabilities(event.probabilities)

    def _on_way(self, way: str) -> None:
        """Go on after a divergence as the user chose: a new run, or from the last checkpoint."""
        from cnnstudio.runs.repeat import calmer, change_recipe, clipped

        run, training = self._shown, self.session.training
        if run is None or training.is_active:
            return
        changed = (clipped if way == "again-clipped" else calmer)(run.config)
        if way != "on-calmer":
            self.session.set_config(changed)
            training.start()
            return
        if why_not := training.why_not_resume(run):
            self.session.notice.emit("warn", why_not, "")
            return
        try:
            training.resume_run(change_recipe(run, changed, "Goes on at a tenth of the learning rate."))
        except StudioError as error:
            self.session.report(error)

    def _offer_ways(self, event: object) -> None:
        """At the end of a run that diverged, or whose loss has blown up though it is a number still."""
        if not isinstance(event, RunEnded) or self._shown is None:
            return
        has_diverged = event.reason is EndReason.DIVERGED
        if text := event.text if has_diverged else self.view.panels.divergence():
            can_go_on = has_diverged and (self._shown.checkpoints / "latest.json").exists()
            self.view.ways_on.set_diverged(text, can_go_on=can_go_on)

    def _note(self, told: "Sequence[object]") -> None:
        for event in told:
            self._offer_ways(event)
        if lines := [line for event in told if (line := log_line(event))]:
            self.view.note(*lines)
