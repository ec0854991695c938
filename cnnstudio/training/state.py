"""All that a training must remember to go on as if nothing had happened."""

from typing import TYPE_CHECKING, Any

from cnnstudio.training.checkpoint import Checkpoint, optimizer_tensors, restore_optimizer
from cnnstudio.training.metrics import Best, EpochSums
from cnnstudio.training.patience import Patience

if TYPE_CHECKING:
    from cnnstudio.training.trainer import Trainer


def checkpoint_of(trainer: "Trainer") -> Checkpoint:
    """The state between two steps. No generator's: order, distortion and dropout follow from seed, epoch and step."""
    tensors, numbers = optimizer_tensors(trainer.optimizer)
    scaler = trainer.passes.scaler
    state = {
        "position": vars(trainer.position).copy(),
        "sums": vars(trainer.sums).copy(),
        "best": trainer.best.numbers(),
        "optimizer_numbers": numbers,
        "plateau": vars(trainer.plateau).copy(),
        "patience": vars(trainer.patience).copy(),
        "parts": trainer.passes.parts,
        "scaler": scaler.state_dict() if scaler is not None else None,
        "made_with": trainer.made_with,
    }
    average = trainer.average.tensors() if trainer.average is not None else {}
    return Checkpoint(trainer.network.state_dict(), tensors, state, average)


def restore(trainer: "Trainer", checkpoint: Checkpoint, best: Checkpoint | None) -> None:
    """Go back to where a checkpoint was taken; what older versions didn't store begins anew."""
    from cnnstudio.training.position import Position

    state = checkpoint.state
    trainer.network.load_state_dict(checkpoint.weights)
    restore_optimizer(trainer.optimizer, checkpoint.optimizer, state["optimizer_numbers"])
    trainer.position = Position(**state["position"])
    trainer.sums = EpochSums(**{**state["sums"], "batches": trainer.position.batch})
    trainer.best = _best(trainer, state, best)
    trainer.plateau = Patience(**state.get("plateau", {}))
    trainer.patience = _with_hope(Patience(**state.get("patience", {})))
    trainer.passes.parts = max(trainer.passes.parts, int(state.get("parts", 1)))
    if trainer.passes.scaler is not None and state.get("scaler"):
        trainer.passes.scaler.load_state_dict(state["scaler"])
    if trainer.average is not None:
        trainer.average.restore(checkpoint.average, trainer.network)
    trainer.saver.saved = trainer.position.step, trainer.position.epoch


def _best(trainer: "Trainer", state: dict[str, Any], best: Checkpoint | None) -> Best:
    """The best epoch so far.

    Weights that were saved as the best in a later step are those of epochs that will be made again: alike, and then
    the same one is found; or otherwise, as after a divergence, and then the first of them has to take its place.
    """
    is_later = best is not None and best.state["step"] > state["position"]["step"]
    if is_later and state.get("made_with") != trainer.made_with:
        return Best()
    return Best(**state["best"], weights=best.weights if best else None)


def _with_hope(patience: Patience) -> Patience:
    """A training that stopped early and is to go on waits anew."""
    return Patience(patience.best) if patience.stalls else patience
