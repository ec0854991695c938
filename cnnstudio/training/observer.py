"""Those who watch a training from within: health, pre-flight, whoever wants to see gradients and weights."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.training.events import EpochDone
    from cnnstudio.training.trainer import Trainer


class Observer:
    """Sees every step, changes neither weights nor random numbers, and tells by `trainer.emit`.

    The order in a step: `on_batch`, forward, backward, `on_step`, the optimiser's step, `on_update`.
    """

    def on_start(self, trainer: "Trainer") -> None:
        """The first step of this process is about to be made (again after a resume)."""

    def on_batch(self, trainer: "Trainer", images: "Tensor", targets: "Tensor") -> None:
        """A batch is about to be passed through the network: the moment to hang hooks on it."""

    def on_step(self, trainer: "Trainer", loss: "Tensor") -> None:
        """The gradients of this step are complete, unscaled and not yet clipped; the weights are as before the step.

        Args:
            trainer: `trainer.position.step` is the number of finished steps: this one is that number plus 1.
            loss: Mean loss of the batch, detached, on the device; reading it may wait for the GPU.
        """

    def on_update(self, trainer: "Trainer") -> None:
        """The weights have moved; `trainer.position.step` counts this step, and the gradients are still there."""

    def on_epoch(self, trainer: "Trainer", done: "EpochDone") -> None:
        """An epoch was finished and judged."""

    def on_end(self, trainer: "Trainer") -> None:
        """No more steps in this process, for whatever reason: the moment to take hooks off again."""


HOOKS = ("on_start", "on_batch", "on_step", "on_update", "on_epoch", "on_end")


def hooks_of(observers: "Sequence[Observer]") -> dict[str, list[Callable[..., Any]]]:
    """Whom to call at each moment: those that have something to do then."""
    return {
        hook: [getattr(one, hook) for one in observers if getattr(type(one), hook, None) is not getattr(Observer, hook)]
        for hook in HOOKS
    }
