"""Stopping when a training diverges: what is no number any more, in which step, and on which images."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from cnnstudio.core.errors import StudioError
from cnnstudio.data.loader import Batches
from cnnstudio.training.finite import wrong_gradient, wrong_images, wrong_weight

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from cnnstudio.training.position import Position

SMALLEST_SCALE = 2.0**-14
SHOWN_NAMES = 3
SMALLER = "Try a learning rate ten times smaller, or clip the gradients."


class Diverged(StudioError):
    """A loss, a gradient or a weight is no longer a number.

    Args:
        message: What it is, and in which step.
        hint: What to try.
        images: Names of the images of that batch; those that hold such numbers themselves first.
    """

    def __init__(self, message: str, *, hint: str = "", images: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.images = images

    def with_kept(self, kept: str) -> str:
        """The whole text, with a sentence on which weights of before are kept."""
        return " ".join(part for part in (self.message, kept, self.hint) if part)


class Guard:
    """Looks at losses, gradients and weights, and raises Diverged at the first that is no number.

    Args:
        network: What is trained.
        batches: The training images, to name those of a batch.
        name_of: Name of a training image by its position in the split.
        scaler: fp16's, whose overflows are its own business until it can't scale any lower.
        saved_step: Tells the step of the last checkpoint; negative if there is none.
    """

    def __init__(
        self,
        network: "nn.Module",
        batches: Batches,
        name_of: Callable[[int], str],
        scaler: "torch.amp.GradScaler | None",
        saved_step: Callable[[], int] = lambda: -1,
    ) -> None:
        self._saved_step = saved_step
        self._network, self._batches, self._name_of, self._scaler = network, batches, name_of, scaler
        # Kept: walking through the modules takes as long as looking at a gradient.
        self._parameters = list(network.named_parameters())

    def check_step(self, loss: "Tensor", at: "Position") -> None:
        """Loss and gradients of the batch at a position, where a look doesn't wait for the device."""
        if loss.device.type == "cpu":
            self.check_loss(loss.item(), at)
            self.check_gradients(at)

    def check_loss(self, loss: float, at: "Position") -> None:
        """The mean loss of the batch at a position."""
        if math.isfinite(loss):
            return
        # A weight that went wrong in the step before shows in the loss of this one.
        if weight := wrong_weight(self._network.state_dict()):
            raise self._diverged(f"{weight}, so the loss is {loss}", at)
        raise self._diverged(f"The loss is {loss}", at)

    def check_gradients(self, at: "Position") -> None:
        """The gradients of the batch at a position."""
        if self._scaler is not None:
            if self._scaler.get_scale() < SMALLEST_SCALE:
                raise self._diverged("The gradients overflow fp16 at every scale", at, "Compute in bf16 or fp32.")
        elif problem := wrong_gradient(self._parameters, at.step):
            raise self._diverged(problem, at)

    def check_weights(self, at: "Position") -> None:
        """Weights and statistics after the step before this position."""
        if problem := wrong_weight(self._network.state_dict()):
            step = f"after step {at.step:,} (epoch {at.epoch + 1:,})"
            raise Diverged(f"{problem} {step}. {self._safe()}", hint=SMALLER)

    def check_validation(self, loss: float, at: "Position") -> None:
        """The validation loss at the end of an epoch."""
        if not math.isfinite(loss):
            self.check_weights(at)
            where = f"after epoch {at.epoch + 1:,} (step {at.step:,})"
            raise Diverged(f"The validation loss is {loss} {where}. {self._safe()}", hint=SMALLER)

    def _diverged(self, problem: str, at: "Position", hint: str = SMALLER) -> Diverged:
        wrong, names = self._images(at)
        text = f"{problem} at step {at.step + 1:,} (epoch {at.epoch + 1:,}, batch {at.batch + 1:,})."
        if wrong:
            text += f" Not all numbers: {_listed(wrong)}."
            hint = "Leave these images out of the training, or mend them."
        elif names:
            text += f" Images of the batch: {_listed(names)}."
        return Diverged(f"{text} {self._safe()}", hint=hint, images=(*wrong, *names))

    def _safe(self) -> str:
        step = self._saved_step()
        return f"The checkpoint of step {step:,} is safe." if step >= 0 else "There was no checkpoint yet."

    def _images(self, at: "Position") -> tuple[list[str], list[str]]:
        """The names of a batch's images: those that hold odd values, and the others."""
        size = self._batches.size
        positions = self._batches.order(at.epoch)[at.batch * size : (at.batch + 1) * size]
        names = [self._name_of(position % self._batches.image_count) for position in positions.tolist()]
        images, _ = self._batches.draw(positions, at.epoch)
        odd = set(wrong_images(images))
        return [names[i] for i in sorted(odd)], [name for i, name in enumerate(names) if i not in odd]


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN_NAMES
    shown = ", ".join(names[:SHOWN_NAMES])
    return f"{shown} and {more:,} more" if more > 0 else shown
