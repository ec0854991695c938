"""The tab Augment of the page Data: glue between the session's augmentation, its preview and its audit."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from cnnstudio.core.errors import StudioError
from cnnstudio.data.augment_presets import PRESETS, preset
from cnnstudio.data.augmentation import AugmentSpec, OperationSpec, operations
from cnnstudio.data.words import counted
from cnnstudio.gui.pages.auditing import PREVIEW_LANE, View, draw_preview, waiting_text
from cnnstudio.gui.pages.augment_audit import AugmentAudit
from cnnstudio.gui.pages.augment_layout import CUSTOM, ONE, PREVIEW, AugmentLayout
from cnnstudio.gui.undo import UndoStack
from cnnstudio.gui.undo_keys import UndoKeys
from cnnstudio.gui.widgets.states import EmptyState

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.data.preview import Preview
    from cnnstudio.gui.session import Session

# A dragged slider or a held arrow key asks once, when it rests.
DEBOUNCE_MS = 60
# Most drawings are there by then; for those the pictures of before need not be dimmed.
WAIT_MS = 250


class AugmentTab(QStackedWidget):
    """Edits go to the session at once; the preview follows within a moment. `pictures_wanted` asks for the data."""

    pictures_wanted = Signal()

    def __init__(self, session: "Session") -> None:
        super().__init__()
        self.session = session
        self._undo: UndoStack[AugmentSpec] = UndoStack()
        self._undo.reset(AugmentSpec())
        self._view = View()
        self._job: Job | None = None
        self.parts = AugmentLayout()
        self.empty = EmptyState(
            "Open data first",
            "Here pictures are turned, moved and coloured for training, so that the network sees none of them twice.",
            "Choose pictures",
            "Go to the tab Pictures.",
            icon="image-multiple-outline",
        )
        self.addWidget(self.empty)
        self.addWidget(self.parts)
        self.audit = AugmentAudit(session, self.parts)
        self.undo_keys = UndoKeys(self)
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._wait_timer = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        parts, session = self.parts, self.session
        session.dataset_changed.connect(self.refresh)
        session.augment_changed.connect(self.refresh)
        session.config_changed.connect(self._draw_soon)
        parts.presets.picked.connect(self._on_preset)
        parts.operations.changed.connect(self._on_operations)
        parts.add.wanted.connect(self._on_add)
        parts.settings.changed.connect(self._on_settings)
        parts.undo.clicked.connect(self.undo)
        parts.redo.clicked.connect(self.redo)
        parts.tabs.chosen.connect(self._on_tab)
        parts.views.chosen.connect(self._on_view)
        parts.again.clicked.connect(self._on_again)
        parts.other.clicked.connect(self._on_other)
        self.empty.triggered.connect(self.pictures_wanted)
        self.undo_keys.pressed.connect(self._on_undo_key)
        self._timer.timeout.connect(self._draw)
        self._wait_timer.timeout.connect(self._show_waiting)
        session.jobs.job_ended.connect(self._on_job_ended)

    @property
    def augment(self) -> AugmentSpec:
        """The operations as they are now."""
        spec = self.session.data_spec
        return AugmentSpec() if spec is None else spec.augment

    # Editing ----------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take the last edit of the augmentation back."""
        if self._undo.undo_text is not None:
            self.session.set_augment(self._undo.undo())
            self.refresh()

    def redo(self) -> None:
        """Make the edit again that was undone last."""
        if self._undo.redo_text is not None:
            self.session.set_augment(self._undo.redo())
            self.refresh()

    def _on_undo_key(self, way: str) -> None:
        (self.undo if way == "undo" else self.redo)()

    def _edit(self, augment: AugmentSpec, text: str) -> None:
        if augment != self.augment:
            self._undo.push(augment, text)
            self.session.set_augment(augment)

    def _on_preset(self, key: str) -> None:
        if key != CUSTOM and self.session.data_spec is not None:
            made = preset(key, self.session.data_spec.preprocess.side)
            self._edit(
                made.replace(sampling=self.augment.sampling),
                f"Use {next(one.title for one in PRESETS if one.key == key)}",
            )
        self.refresh()

    def _on_operations(self, changed: tuple[OperationSpec, ...], text: str) -> None:
        self._edit(self.augment.replace(operations=changed), text)

    def _on_add(self, kind: str) -> None:
        added = operations.parse({"kind": kind})
        self._edit(self.augment.replace(operations=(*self.augment.operations, added)), f"Add {added.title}")
        self.parts.operations.open_last()

    def _on_settings(self, augment: AugmentSpec) -> None:
        is_outside = augment.outside != self.augment.outside
        self._edit(augment, "Change what lies outside" if is_outside else "Change how often classes come")

    # Showing ----------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the session's augmentation, and draw it."""
        spec = self.session.data_spec
        if spec is None or self.session.dataset is None:
            self.setCurrentWidget(self.empty)
            return
        self.setCurrentWidget(self.parts)
        augment = spec.augment
        if augment != self._undo.value:
            self._undo.reset(augment)
        self.parts.operations.set_operations(augment.operations)
        self.parts.settings.set_spec(augment)
        side = spec.preprocess.side
        alone = augment.replace(sampling="all")
        made = next((one.key for one in PRESETS if one.make(side) == alone), CUSTOM)
        self.parts.presets.set_key(made)
        for button, verb, text in (
            (self.parts.undo, "undo", self._undo.undo_text),
            (self.parts.redo, "redo", self._undo.redo_text),
        ):
            button.set_enabled(text is not None, f"There is nothing to {verb}.")
        self.audit.refresh()
        self._draw_soon()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]  # Qt's own
        self._draw_soon()

    def _draw_soon(self) -> None:
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            return
        augment, seed, view = self.augment, self.session.config.seed, self._view

        def work(ctx: "JobContext") -> "Preview":
            return draw_preview(ctx, dataset, augment, seed, view)

        self._job = self.session.jobs.start(
            "Drawing the preview",
            PREVIEW_LANE,
            work,
            on_done=partial(self._on_drawn, view),
            on_error=self._on_failed,
            supersede=True,
        )
        if not self._wait_timer.isActive():
            self._wait_timer.start(WAIT_MS if self.parts.samples.count() else 0)

    def _show_waiting(self) -> None:
        if self._job is not None:
            self.parts.samples.set_waiting(waiting_text(self._job, self.session.jobs.active()))

    def _on_job_ended(self, job: "Job") -> None:
        if job is self._job:
            self._job = None
            self._wait_timer.stop()
            self.parts.samples.set_waiting("")
        elif self.parts.samples.waiting():
            self._show_waiting()

    def _on_drawn(self, view: View, preview: "Preview") -> None:
        titles = preview.classes
        if view.is_one:
            titles = tuple(f"epoch {epoch + 1} · {name}" for epoch, name in zip(view.epochs(), titles, strict=True))
        self.parts.samples.set_samples(preview.pictures, titles, preview.words)
        many = f"{counted(len(titles), 'training picture')} in epoch {view.epoch + 1:,}"
        one = f"One training picture in epochs {view.epoch + 1:,} to {view.epoch + len(titles):,}"
        self.parts.note.set_text(
            f"{one if view.is_one else many}, with the recipe's seed {self.session.config.seed:,}: exactly the numbers "
            "that the training gets.",
            "small",
        )

    def _on_failed(self, error: StudioError) -> None:
        # What was drawn before belongs to other data or operations.
        self.parts.samples.set_count(0)
        self.parts.note.set_text(str(error), "problem")

    def _on_tab(self, tab: str) -> None:
        self.parts.stack.setCurrentIndex(0 if tab == PREVIEW else 1)

    def _on_view(self, key: str) -> None:
        is_one = key == ONE
        self._view = View(is_one)
        self.parts.again.setText("Next epochs" if is_one else "Next epoch")
        self.parts.other.setText("Another picture" if is_one else "Other pictures")
        self._draw_soon()

    def _on_again(self) -> None:
        view = self._view
        self._view = View(view.is_one, view.picture, view.epochs()[-1] + 1)
        self._draw_soon()

    def _on_other(self) -> None:
        view = self._view
        self._view = View(view.is_one, view.picture + 1, view.epoch)
        self._draw_soon()
