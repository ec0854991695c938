"""What curves and layers say, in plain words: what is wrong, and what to try. Pure arithmetic over events."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cnnstudio.training.events import EpochDone, LayerHealth, LayerRow

Tone = Literal["ok", "warn", "bad", "muted"]

MANY_DEAD, MOST_DEAD = 0.5, 0.9
VANISHED = 1e-6  # of the largest gradient
HUGE_STEP, TINY_STEP = 0.1, 1e-7  # of the size of the weights
FLAT = 1e-5  # spread of outputs that hardly differ
LEAST_EPOCHS, LOOK_BACK = 3, 3
GAP, WIDE_GAP = 0.05, 0.10
STALLED, RISEN = 0.01, 0.10
BLOWN_UP = 3.0  # times the loss of a guesser
WELL = 0.90


@dataclass(frozen=True)
class Diagnosis:
    """A sentence or two: what is seen and what to try.

    Args:
        node: The layer, if it is about one.
        has_diverged: The loss has blown up, though all numbers are finite still.
    """

    tone: Tone
    text: str
    node: str = ""
    has_diverged: bool = False


def layer_findings(health: LayerHealth) -> tuple[Diagnosis, ...]:
    """What is wrong with the layers, worst first; nothing if all are well."""
    largest = max((row.gradient or 0.0 for row in health.rows), default=0.0)
    found = [diagnosis for row in health.rows if (diagnosis := row_finding(row, largest)) is not None]
    return tuple(sorted(found, key=lambda diagnosis: diagnosis.tone != "bad"))


def row_finding(row: LayerRow, largest_gradient: float) -> Diagnosis | None:
    """What is wrong with one layer; None if it is well.

    Args:
        largest_gradient: Norm of the largest gradient of any layer in the same step.
    """
    if row.dead is not None and row.dead >= MANY_DEAD:
        tone: Tone = "bad" if row.dead >= MOST_DEAD else "warn"
        cure = "try He initialisation or a smaller learning rate"
        return Diagnosis(tone, f"Layer {row.node}: {_whole(row.dead)} of the units never fire; {cure}.", row.node)
    if row.gradient is not None and largest_gradient > 0 and row.gradient < VANISHED * largest_gradient:
        share = f"{row.gradient / largest_gradient:.0e} of the largest" if row.gradient else "zero"
        cure = "try ReLU, batch normalisation or shortcuts"
        return Diagnosis("bad", f"Layer {row.node}: its gradient is {share}, so it learns nothing; {cure}.", row.node)
    if row.update_ratio is not None and row.update_ratio > HUGE_STEP:
        much = _whole(row.update_ratio)
        text = f"Layer {row.node}: one step changes its weights by {much}; try a smaller learning rate."
        return Diagnosis("warn", text, row.node)
    if row.update_ratio is not None and 0 < row.update_ratio < TINY_STEP:
        text = (
            f"Layer {row.node}: a step changes its weights by {row.update_ratio:.0e} only; try a larger learning rate."
        )
        return Diagnosis("warn", text, row.node)
    if row.spread is not None and row.spread < FLAT:
        text = f"Layer {row.node}: its outputs are all nearly the same; try another initialisation."
        return Diagnosis("warn", text, row.node)
    return None


def course(epochs: Sequence[EpochDone], classes: int, lowest: EpochDone | None = None) -> Diagnosis | None:
    """What the gap between training and validation means; None while it is too early to tell.

    Args:
        epochs: All epochs so far, oldest first.
        classes: How many there are: a guesser gets one in so many.
        lowest: The first epoch with the lowest validation loss, by one who keeps it: a long run has thousands.
    """
    if len(epochs) < LEAST_EPOCHS:
        return None
    last = epochs[-1]
    lowest = lowest or min(epochs, key=lambda epoch: epoch.val_loss)
    numbers = f"training {_percent(last.train_top1)}, validation {_percent(last.val_top1)}"
    chance = 1 / max(2, classes)
    guessing = math.log(max(2, classes))
    if (blown_up := blow_up(last, classes)) is not None:
        return blown_up
    if _is_stalled(epochs) and last.train_top1 < 1.5 * chance:
        return Diagnosis("bad", f"The loss stays where it was ({numbers}): {_STUCK}")
    if last.val_loss > BLOWN_UP * guessing and last.val_top1 < 3 * chance < last.train_top1:
        return Diagnosis("warn", f"Judged, the network only guesses, though it learns ({numbers}). {_UNSETTLED}")
    gap = last.train_top1 - last.val_top1
    has_risen = last.val_loss > (1 + RISEN) * lowest.val_loss and last.epoch - lowest.epoch >= LOOK_BACK - 1
    if gap > WIDE_GAP or (gap > GAP / 2 and has_risen):
        since = f"; validation loss has grown since epoch {lowest.epoch:,}" if has_risen else ""
        return Diagnosis("warn", f"Overfitting: {numbers}{since}. {_OVER}")
    if last.train_top1 < WELL and gap < GAP and _is_stalled(epochs):
        return Diagnosis("warn", f"Underfitting: {numbers}, and neither improves. {_UNDER}")
    if gap > GAP:
        return Diagnosis("muted", f"Training is {100 * gap:.1f} points ahead of validation: watch the gap.")
    return Diagnosis("ok", f"Training and validation agree ({numbers}).")


def blow_up(last: EpochDone, classes: int) -> Diagnosis | None:
    """What there is to say of a loss that has blown up, though all numbers are finite still; None if it has not.

    Args:
        last: The newest epoch; in the first two it is too early to tell.
        classes: How many there are.
    """
    guessing = math.log(max(2, classes))
    if last.epoch < LEAST_EPOCHS or last.train_loss <= BLOWN_UP * guessing or last.train_top1 >= WELL:
        return None
    number = f"{last.train_loss:,.0f}" if last.train_loss >= 100 else f"{last.train_loss:.3g}"
    loss = f"training loss {number}, and somebody who only guesses has {guessing:.3g}"
    return Diagnosis("bad", f"The steps are too large: {loss}. {_TOO_FAST}", has_diverged=True)


_STUCK = "run the checks, find a learning rate, or try another initialisation."
_TOO_FAST = "Try a learning rate ten times smaller, a warm-up, or clipped gradients."
_OVER = "Try augmentation, dropout, weight decay, early stop, or more images."
_UNSETTLED = (
    "The averages that batch normalisation judges with settle over some hundred steps: wait, or take smaller batches. "
    "If it stays so, look whether the validation images are of another kind."
)
_UNDER = "Try a larger network, a higher learning rate, less regularisation, or more epochs."


def _is_stalled(epochs: Sequence[EpochDone]) -> bool:
    """Has the training loss hardly fallen over the last epochs?"""
    recent = epochs[-LOOK_BACK:]
    return recent[0].train_loss - recent[-1].train_loss < STALLED * abs(recent[0].train_loss)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _whole(share: float) -> str:
    return f"{100 * share:.0f} %"
