"""A run's trained network, ready to look into, judge or classify with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import RunError
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.runs.run import Run
from cnnstudio.training.checkpoint import LOST_HINT, Checkpoint, load_best, load_latest

if TYPE_CHECKING:
    from cnnstudio.network.compile import Network


@dataclass(frozen=True, eq=False)
class LoadedRun:
    """A network of its own (never shared with the one in training), in evaluation mode, on the CPU."""

    run: Run
    network: "Network"
    epoch: int

    @property
    def preprocess(self) -> PreprocessSpec:
        """How a picture becomes the numbers that this network was trained on."""
        return self.run.data.preprocess

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names in the order of the logits."""
        return self.run.classes


def load_run_network(run: Run, checkpoint: str = "best") -> LoadedRun:
    """Load a run's weights: of the best epoch so far, or the last saved step.

    Args:
        checkpoint: "best" (falls back to the last while no epoch is done) or "last".

    Raises:
        RunError: Nothing was saved yet, or the weights don't fit the graph.
    """
    import torch

    from cnnstudio.network.compile import compile_network

    found = find_checkpoint(run, checkpoint)
    # Built without memory and without drawing a random number: a training in another thread may be drawing.
    with torch.device("meta"):
        network = compile_network(run.graph)
    try:
        network.load_state_dict(found.weights, assign=True)
    except RuntimeError as error:
        raise RunError(f"The weights of {run.name} don't fit its network: {error}") from None
    network.requires_grad_(False).eval()
    epoch = found.state.get("epoch", found.state.get("position", {}).get("epoch", 0))
    return LoadedRun(run, network, int(epoch))


def find_checkpoint(run: Run, checkpoint: str = "best") -> Checkpoint:
    """The checkpoint that was asked for.

    Raises:
        RunError: Nothing was saved yet, or it is gone.
    """
    best = load_best(run.checkpoints) if checkpoint == "best" else None
    found = best or load_latest(run.checkpoints)
    if found is None and run.best() is not None:
        raise RunError(f"The weights of {run.name} are gone: {run.checkpoints} holds none.", hint=LOST_HINT)
    if found is None:
        raise RunError(f"{run.name} has no saved weights yet.", hint="Train it for at least a few seconds.")
    return found
