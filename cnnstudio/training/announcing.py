"""What a trainer says of itself when it starts, and when it ends as it should."""

from typing import TYPE_CHECKING

from cnnstudio.training.device import device_text
from cnnstudio.training.diagnosis import blow_up
from cnnstudio.training.events import EndReason, EpochDone, RunEnded, RunStarted

if TYPE_CHECKING:
    from cnnstudio.data.loader import Batches
    from cnnstudio.training.trainer import Trainer


def started(trainer: "Trainer", train: "Batches", val: "Batches") -> RunStarted:
    """From where, how far, on what and how it is about to train."""
    import torch

    return RunStarted(
        step=trainer.position.step,
        epoch=trainer.position.epoch,
        epochs=trainer.config.epochs,
        steps_per_epoch=trainer.steps_per_epoch,
        device=device_text(trainer.device),
        threads=torch.get_num_threads(),
        train_count=train.image_count,
        val_count=val.image_count,
        plan=trainer.plan.why,
    )


def finished(trainer: "Trainer", last: EpochDone | None, classes: int) -> RunEnded:
    """Why it is at its end: all epochs are done, or it doesn't get better; and whether it came to anything.

    Args:
        last: The newest epoch, if one was made in this process.
        classes: How many there are.
    """
    blown_up = blow_up(last, classes) if last is not None else None
    text = _finished_text(trainer)
    if blown_up is not None:
        text = f"{text} But it diverged. {blown_up.text}"
    at = trainer.position
    return RunEnded(EndReason.FINISHED, at.step, at.epoch, text, has_blown_up=blown_up is not None)


def _finished_text(trainer: "Trainer") -> str:
    if not trainer.patience.stalls:
        epochs = trainer.config.epochs
        return f"All {epochs:,} epochs are done." if epochs > 1 else "The one epoch is done."
    waited = f"the validation loss has not fallen for {trainer.config.regularisation.early_stop:,} epochs"
    return f"Stopped early after epoch {trainer.position.epoch:,}: {waited}."
