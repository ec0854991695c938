"""The training loop: batch, loss, backward, step, schedule; and what keeps it exact and watchable."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.loader import Batches
from cnnstudio.training.absence import Absence
from cnnstudio.training.announcing import finished, started
from cnnstudio.training.average import Average
from cnnstudio.training.checkpoint import Checkpoint
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.divergence import Diverged, Guard
from cnnstudio.training.events import (
    CheckpointSaved,
    EndReason,
    EpochDone,
    Noted,
    RunEnded,
    RunPaused,
    RunResumed,
    TrainingEvent,
)
from cnnstudio.training.layer_rules import freeze
from cnnstudio.training.metrics import Best, EpochSums, Ledger, StepReporter
from cnnstudio.training.observer import Observer, hooks_of
from cnnstudio.training.passes import Passes
from cnnstudio.training.patience import Patience
from cnnstudio.training.plan import Plan
from cnnstudio.training.position import Position
from cnnstudio.training.rates import Rates
from cnnstudio.training.saving import Saver, keep_best, persist
from cnnstudio.training.seeding import StepSeed
from cnnstudio.training.state import checkpoint_of, restore
from cnnstudio.training.stepping import Stepper, build_optimizer
from cnnstudio.training.team import Team
from cnnstudio.training.watching import Watcher

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


class Trainer:
    """Trains one network on one data set, in whatever thread calls `run`.

    Args:
        network: Changed in place.
        train: Training batches; pixels and labels already on the device.
        val: Validation images, judged after each epoch.
        folder: Where checkpoints go.
        before_save: Called before each checkpoint, to make durable what was told so far.
        plan: In which numbers and layout to compute.
        observers: See every step from within.
        name_of: Name of a training image by its position in the split.
        made_with: What else decides over bits (versions, data, threads); stored in each checkpoint.
        notes: Told, and kept in the history, when the training starts.
        team: Those that divide each batch with this process; nobody if left out.
    """

    def __init__(
        self,
        network: "nn.Module",
        train: Batches,
        val: Batches,
        config: TrainConfig,
        device: "torch.device",
        folder: Path,
        before_save: Callable[[], None] = lambda: None,
        plan: Plan | None = None,
        observers: Sequence[Observer] = (),
        name_of: Callable[[int], str] = lambda position: f"image {position}",
        made_with: dict[str, Any] | None = None,
        notes: Sequence[Noted] = (),
        team: Team | None = None,
    ) -> None:
        self.config, self.device, self.plan, self.team = config, device, plan or Plan(), team or Team()
        self.absence = Absence(self)
        train, val = (replace(batches, on_gone=self.absence) for batches in (train, val))
        self.network = self.plan.apply(network, device)
        self._still = freeze(self.network, config.layers)
        self.optimizer = build_optimizer(self.network, config, self.plan)
        reg, counts = config.regularisation, train.labels.cpu().bincount(minlength=train.class_count).tolist()
        loss = self.team.weigh(config.loss.build(counts, device), config.batch)
        whole = train.share_size // max(1, reg.parts)
        self.passes = Passes(self.network, loss, self.plan, device, reg.parts, self._note_halved, whole)
        self.average = Average(self.network, reg.average) if reg.average else None
        self.position, self.best = Position(), Best()
        self.plateau, self.patience = Patience(), Patience()
        self.made_with, self.notes = made_with or {}, list(notes)
        self.watch(observers)
        self.emit: Callable[[TrainingEvent | Progress], None] = lambda event: None
        self.steps_per_epoch, self._train, self._val = train.count(), train, val
        self.rates = Rates(config, self.steps_per_epoch)
        self._stepper = Stepper(self.network, self.passes.scaler, reg, self.average)
        self._guard = Guard(self.network, train, name_of, self.passes.scaler, lambda: self.saver.saved[0])
        self._seed_step = StepSeed(self.network, config.seed, device, self.team.rank)
        self._watcher = Watcher(val, self.plan)
        self._ledger, self.sums = Ledger(), EpochSums()
        self._last: EpochDone | None = None
        self.saver = Saver(folder, before_save, config.saving.keep_every, is_writer=self.team.is_writer)

    def run(self, ctx: JobContext, emit: Callable[[TrainingEvent | Progress], None]) -> RunEnded:
        """Train until the last epoch or until `ctx` says stop; the last checkpoint is on the disk afterwards."""
        self.emit, self.absence.ctx = emit, ctx
        try:
            ended = self._to_an_end(ctx)
        except Exception as error:
            emit(self._ended(EndReason.FAILED, str(error)))
            raise
        emit(ended)
        return ended

    def watch(self, observers: Sequence[Observer]) -> None:
        """Let these see every step, and no others."""
        self._hooks = hooks_of(observers)

    def restore(self, checkpoint: Checkpoint, best: Checkpoint | None) -> None:
        """Go back to where a checkpoint was taken."""
        restore(self, checkpoint, best)

    @property
    def judged(self) -> "nn.Module":
        """The network that is judged and kept as the best: the averaged one where weights are averaged."""
        return self.network if self.average is None else self.average.network

    def _to_an_end(self, ctx: JobContext) -> RunEnded:
        try:
            return self._run(ctx)
        except Diverged as error:
            self.reporter.flush()
            kept = keep_best(self.saver, self.best, ctx, self.emit, self.position.step)
            return self._ended(EndReason.DIVERGED, error.with_kept(kept), error.images)

    def _run(self, ctx: JobContext) -> RunEnded:
        try:
            self._start()
            while self.position.epoch < self.config.epochs and not self.patience.stalls:
                self._train_epoch(ctx)
                self._finish_epoch(ctx)
            self._settle(ctx)
        except Cancelled:
            if not self.team.has_left:  # else it stopped within a step, and the last checkpoint is what counts
                self._settle(ctx)
            return self._ended(EndReason.STOPPED, f"Stopped at step {self.position.step:,}; it can be resumed.")
        finally:
            self._tell("on_end")
        return finished(self, self._last, self._train.class_count)

    def _train_epoch(self, ctx: JobContext) -> None:
        """Make the steps that are left of the current epoch, or raise Cancelled if the user stopped it."""
        self._to_training()
        for images, targets in self._batches():
            if ctx.is_cancel_requested:
                raise Cancelled
            if ctx.is_pause_requested:
                self._pause(ctx)
            self._step(images, targets)
            if self.saver.is_due:
                self.save(ctx)
            if self._watcher.is_due:
                self._guess()

    def _batches(self) -> "Iterator[tuple[Tensor, Tensor]]":
        """The rest of the epoch's batches; notes how long each step waits for its own."""
        batches = iter(self._train.epoch(self.position.epoch, skip=self.position.batch))
        while True:
            asked_s = time.monotonic()
            batch = next(batches, None)
            self.reporter.wait(time.monotonic() - asked_s)
            if batch is None:
                return
            yield batch

    def _step(self, images: "Tensor", targets: "Tensor") -> None:
        """What learning is: batch, loss, backward, step, schedule."""
        images = self.plan.place(images)
        self._tell("on_batch", images, targets)
        logits, loss = self.passes.backward(images, targets, self._begin_step)
        loss, score = self.team.add_up(self.network, loss, logits, targets)
        self._stepper.unscale(self.optimizer)
        self._ledger.add(loss, score, self._train.size_of(self.position.batch))
        if self._ledger.is_due:
            self._fetch()
            self._guard.check_gradients(self.position)
        self._guard.check_step(loss, self.position)
        self._tell("on_step", loss)
        self._stepper.step(self.optimizer)
        self.position.step += 1
        self.position.batch += 1
        self._tell("on_update")

    def _begin_step(self) -> None:
        """Rate, empty gradients and chance of a step, as (seed, step) say: also when it has to begin again."""
        self.rates.set(self.optimizer, self.position.step, self.plateau)
        self.optimizer.zero_grad(set_to_none=True)
        self._seed_step(self.position.step)

    def _fetch(self) -> None:
        """Take the numbers of the last steps from the device, tell them, and stop at the first that is none."""
        for loss, hits, count in self._ledger.fetch():
            place = self.sums.batches
            step = self.position.step - self.position.batch + place
            self._guard.check_loss(loss, Position(step, self.position.epoch, place))
            self.sums.add(loss, hits, count)
            self.reporter.add(step + 1, loss, hits, count, self.rates.now)
        self.reporter.flush()

    def _finish_epoch(self, ctx: JobContext) -> None:
        self._fetch()
        images_per_s = self.reporter.end_epoch()
        verdict = self.team.judge(self.judged, self._val, self.config.loss.judge(), self.plan)
        self._guard.check_validation(verdict.loss, self.position)
        epoch = self.position.epoch + 1
        is_best = self.best.is_beaten_by(verdict.top1, verdict.loss)
        if is_best:
            self.best = Best.of(self.judged, verdict.top1, verdict.loss, epoch, self.position.step)
        sums, self.sums = self.sums, EpochSums()
        self.position.epoch, self.position.batch = epoch, 0
        self.config.schedule.note_epoch(verdict.loss, self.plateau)
        if early_stop := self.config.regularisation.early_stop:
            self.patience.note(verdict.loss, early_stop - 1)
        trained, judged = (sums.loss, sums.top1), (verdict.loss, verdict.top1)
        more = (verdict.top5, self.rates.now)
        done = EpochDone(epoch, self.position.step, *trained, *judged, images_per_s, is_best, *more)
        self._last = done
        self.emit(done)
        self._tell("on_epoch", done)
        if self.saver.is_kept(epoch):
            self.save(ctx)
        self.reporter.skip_time()

    def _start(self) -> None:
        self.reporter = StepReporter(self.emit, self.steps_per_epoch, self.config.epochs)
        self.emit(started(self, self._train, self._val))
        for note in self.notes:
            self.emit(note)
        self._guess()
        self._tell("on_start")

    def _pause(self, ctx: JobContext) -> None:
        """Save and rest until told otherwise."""
        self._settle(ctx)
        self.emit(RunPaused(self.position.step))
        ctx.wait_until_resumed()
        if ctx.is_cancel_requested:
            raise Cancelled
        self.reporter.skip_time()
        self.emit(RunResumed(self.position.step))

    def save(self, ctx: JobContext) -> None:
        """Put all that is needed to go on from here on the disk, if it isn't there already."""
        step, epoch = self.position.step, self.position.epoch
        # Between an epoch's last step and its end the step stays the same.
        if self.saver.saved == (step, epoch) and not self.best.is_unsaved:
            return
        self._fetch()
        self._guard.check_weights(self.position)
        checkpoint = checkpoint_of(self)
        kept = epoch if self.position.batch == 0 else 0
        duration_s = persist(lambda: self.saver.save(step, kept, checkpoint, self.best), ctx, self.emit, step)
        self.saver.saved = step, epoch
        self.emit(CheckpointSaved(step, epoch, duration_s))
        self.reporter.skip_time()

    def _settle(self, ctx: JobContext) -> None:
        """Tell and save the state in which a training rests or ends: what is shown now and then is up to date then."""
        if self._watcher.is_behind(self.position.step):
            self._guess()
        self.save(ctx)

    def _guess(self) -> None:
        self._watcher.tell(self.judged, self.position.step, self.emit)
        self._to_training()

    def _to_training(self) -> None:
        self.network.train()
        for module in self._still:
            module.eval()  # a frozen batch norm keeps its statistics

    def _note_halved(self, text: str) -> None:
        self.emit(Noted(self.position.step, text, "A smaller batch does the same; see the parts of a batch."))

    def _tell(self, hook: str, *arguments: object) -> None:
        for call in self._hooks[hook]:
            call(self, *arguments)

    def _ended(self, reason: EndReason, text: str, images: tuple[str, ...] = ()) -> RunEnded:
        return RunEnded(reason, self.position.step, self.position.epoch, text, images)
