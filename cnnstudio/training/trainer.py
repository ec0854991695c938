"""The training loop: batch, loss, backward, step; and what keeps it exact and watchable."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.loader import Batches, random_key
from cnnstudio.training.checkpoint import (
    Checkpoint,
    optimizer_tensors,
    restore_optimizer,
    save_checkpoint,
    save_step,
)
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.device import device_text
from cnnstudio.training.events import (
    CheckpointSaved,
    EndReason,
    EpochDone,
    Guesses,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
    TrainingEvent,
)
from cnnstudio.training.metrics import Best, EpochSums, StepReporter, judge
from cnnstudio.training.observer import Observer
from cnnstudio.training.plan import Plan

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

SAVE_EVERY_S = 5.0
SAVE_SHARE = 0.02  # saving may cost this share of the time
GUESS_EVERY_S = 0.7
WATCHED_IMAGES = 8


@dataclass
class Position:
    """How far the training is; with weights and optimiser this is all that a resume needs.

    Randomness isn't stored: the order of an epoch follows from (seed, epoch), dropout from (seed, step).
    """

    step: int = 0
    epoch: int = 0
    batch: int = 0


class Diverged(StudioError):
    """The loss is no longer a number."""


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
    ) -> None:
        from torch.nn.modules.dropout import _DropoutNd

        self.config, self.device, self.plan = config, device, plan or Plan()
        self.network = self.plan.apply(network, device)
        self.optimizer = config.optimizer.build(network.parameters())
        self.observers = tuple(observers)
        self.emit: Callable[[TrainingEvent | Progress], None] = lambda event: None
        self.position = Position()
        self.best = Best()
        self._train, self._val, self._folder = train, val, folder
        self._before_save = before_save
        self._watched = a_few_of_each(val.labels.cpu(), WATCHED_IMAGES)
        self._has_dropout = any(isinstance(module, _DropoutNd) for module in network.modules())
        self._side_weights: dict[str, float] = getattr(network, "auxiliary", {})
        self._forward_fast = self.plan.fast(
            self.network.forward_with_auxiliary if self._side_weights else self.network  # type: ignore[arg-type]
        )
        self._scaler = self.plan.scaler(device)
        self._sums = EpochSums()
        self._saved_step = -1
        self._next_save_s = self._next_guess_s = 0.0

    def run(self, ctx: JobContext, emit: Callable[[TrainingEvent | Progress], None]) -> RunEnded:
        """Train until the last epoch or until `ctx` says stop; the last checkpoint is on the disk afterwards."""
        self.emit = emit
        try:
            reason, text = self._run(ctx)
        except Exception as error:
            emit(self._ended(EndReason.FAILED, str(error)))
            raise
        ended = self._ended(reason, text)
        emit(ended)
        return ended

    def restore(self, checkpoint: Checkpoint, best: Checkpoint | None) -> None:
        """Go back to where a checkpoint was taken."""
        state = checkpoint.state
        self.network.load_state_dict(checkpoint.weights)
        restore_optimizer(self.optimizer, checkpoint.optimizer, state["optimizer_numbers"])
        self.position = Position(**state["position"])
        self._sums = EpochSums(**state["sums"])
        self.best = Best(**state["best"], weights=best.weights if best else None)
        self._saved_step = self.position.step

    def _run(self, ctx: JobContext) -> tuple[EndReason, str]:
        self._start()
        try:
            for observer in self.observers:
                observer.on_start(self)
            while self.position.epoch < self.config.epochs:
                if not self._train_epoch(ctx):
                    self._save()
                    return EndReason.STOPPED, f"Stopped at step {self.position.step:,}; it can be resumed."
                self._finish_epoch()
            self._save()
        except Diverged as error:
            return EndReason.DIVERGED, str(error)
        finally:
            for observer in self.observers:
                observer.on_end(self)
        return EndReason.FINISHED, f"All {self.config.epochs:,} epochs are done."

    def _train_epoch(self, ctx: JobContext) -> bool:
        """Make the steps that are left of the current epoch; False if the user stopped it."""
        self.network.train()
        for images, labels in self._train.epoch(self.position.epoch, skip=self.position.batch):
            if ctx.is_cancel_requested or (ctx.is_pause_requested and not self._pause(ctx)):
                return False
            self._step(images, labels)
            if time.monotonic() >= self._next_save_s:
                self._save()
            if time.monotonic() >= self._next_guess_s:
                self._guess()
        return True

    def _step(self, images: "Tensor", labels: "Tensor") -> None:
        self._seed_step()
        images = self.plan.place(images)
        for observer in self.observers:
            observer.on_batch(self, images, labels)
        with self.plan.autocast(self.device):
            logits, loss = self._forward(images, labels)
        self.optimizer.zero_grad(set_to_none=True)
        self._backward(loss)
        loss_value = loss.item()
        self._check_finite("loss", loss_value)
        for observer in self.observers:
            observer.on_step(self, loss.detach())
        self._update()
        hits = int((logits.argmax(1) == labels).sum())
        self.position.step += 1
        self.position.batch += 1
        for observer in self.observers:
            observer.on_update(self)
        self._sums.add(loss_value, hits, len(labels))
        self._reporter.add(self.position.step, loss_value, hits, len(labels))

    def _backward(self, loss: "Tensor") -> None:
        if self._scaler is None:
            loss.backward()
            return
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self.optimizer)

    def _update(self) -> None:
        if self._scaler is None:
            self.optimizer.step()
            return
        self._scaler.step(self.optimizer)
        self._scaler.update()

    def _seed_step(self) -> None:
        """Make dropout's draws depend on (seed, step) alone: no generator state to store, and none to disturb."""
        import torch

        if not self._has_dropout:
            return
        # torch.manual_seed would note a traceback for each kind of GPU that isn't there: 0.7 ms a step.
        key = random_key(self.config.seed, self.position.step)
        torch.default_generator.manual_seed(key)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(key)
        elif self.device.type == "mps":
            torch.mps.manual_seed(key)

    def _forward(self, images: "Tensor", labels: "Tensor") -> "tuple[Tensor, Tensor]":
        """Logits, and the mean loss; side outputs (GoogLeNet's heads) add theirs by their weight."""
        from torch.nn import functional

        if not self._side_weights:
            logits = self._forward_fast(images)
            return logits, functional.cross_entropy(logits, labels)
        logits, sides = self._forward_fast(images)
        loss = functional.cross_entropy(logits, labels)
        for node, side in sides.items():
            loss = loss + self._side_weights[node] * functional.cross_entropy(side, labels)
        return logits, loss

    def _finish_epoch(self) -> None:
        images_per_s = self._reporter.end_epoch()
        val_loss, val_top1 = judge(self.network, self._val, self.plan)
        self._check_finite("validation loss", val_loss)
        epoch = self.position.epoch + 1
        is_best = self.best.is_beaten_by(val_top1, val_loss)
        if is_best:
            self.best = Best.of(self.network, val_top1, val_loss, epoch, self.position.step)
        sums, self._sums = self._sums, EpochSums()
        self.position.epoch, self.position.batch = epoch, 0
        done = EpochDone(epoch, self.position.step, sums.loss, sums.top1, val_loss, val_top1, images_per_s, is_best)
        self.emit(done)
        for observer in self.observers:
            observer.on_epoch(self, done)
        self._reporter.skip_time()

    def _start(self) -> None:
        import torch

        count = self._train.count()
        self._reporter = StepReporter(self.emit, count, self.config.epochs)
        self._next_save_s = time.monotonic() + SAVE_EVERY_S
        self.emit(
            RunStarted(
                step=self.position.step,
                epoch=self.position.epoch,
                epochs=self.config.epochs,
                steps_per_epoch=count,
                device=device_text(self.device),
                threads=torch.get_num_threads(),
                train_count=self._train.image_count,
                val_count=self._val.image_count,
            )
        )
        self._guess()

    def _pause(self, ctx: JobContext) -> bool:
        """Save, rest until told otherwise; False if stopped while resting."""
        self._reporter.flush()
        self._save()
        self.emit(RunPaused(self.position.step))
        ctx.wait_until_resumed()
        if ctx.is_cancel_requested:
            return False
        self._reporter.skip_time()
        self.emit(RunResumed(self.position.step))
        return True

    def _save(self) -> None:
        if self._saved_step == self.position.step and not self.best.is_unsaved:
            return
        self._reporter.flush()
        for name, tensor in self.network.state_dict().items():
            self._check_finite(f"largest value of {name}", float(tensor.abs().max()))
        started_s = time.monotonic()
        self._before_save()
        if self.best.is_unsaved and self.best.weights is not None:
            save_checkpoint(self._folder, "best", Checkpoint(self.best.weights, {}, self.best.numbers()))
            self.best.is_unsaved = False
        save_step(self._folder, self.position.step, self._checkpoint())
        duration_s = time.monotonic() - started_s
        self._saved_step = self.position.step
        self._next_save_s = time.monotonic() + max(SAVE_EVERY_S, duration_s / SAVE_SHARE)
        self.emit(CheckpointSaved(self.position.step, self.position.epoch, duration_s))
        self._reporter.skip_time()

    def _checkpoint(self) -> Checkpoint:
        tensors, numbers = optimizer_tensors(self.optimizer)
        state = {
            "position": vars(self.position),
            "sums": vars(self._sums),
            "best": self.best.numbers(),
            "optimizer_numbers": numbers,
        }
        return Checkpoint(self.network.state_dict(), tensors, state)

    def _guess(self) -> None:
        """Tell what the network thinks of the watched validation images now."""
        import torch

        self.network.eval()
        with torch.no_grad(), self.plan.autocast(self.device):
            probabilities = self.network(self.plan.place(self._val.images(self._watched))).float().softmax(1)
        self.network.train()
        self.emit(Guesses(self.position.step, self._watched.numpy(), probabilities.float().cpu().numpy()))
        self._next_guess_s = time.monotonic() + GUESS_EVERY_S

    def _check_finite(self, what: str, value: float) -> None:
        if not math.isfinite(value):
            self._reporter.flush()
            raise Diverged(
                f"The {what} is {value} at step {self.position.step + 1:,} (epoch {self.position.epoch + 1}). "
                "The weights of the last checkpoint are safe.",
                hint="Try a learning rate ten times smaller.",
            )

    def _ended(self, reason: EndReason, text: str) -> RunEnded:
        return RunEnded(reason, self.position.step, self.position.epoch, text)


def a_few_of_each(labels: "Tensor", count: int) -> "Tensor":
    """Positions of up to `count` images that show as many classes as possible, ascending by class and round."""
    seen: dict[int, int] = {}
    rounds = []
    for position, label in enumerate(labels.tolist()):
        seen[label] = seen.get(label, -1) + 1
        rounds.append((seen[label], label, position))
    chosen = sorted(rounds)[:count]
    return labels.new_tensor([position for _, _, position in chosen])
