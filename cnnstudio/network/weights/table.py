"""The table of an import: which of a file's tensors goes where in a network."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

    from cnnstudio.network.graph import NetworkGraph

State = Literal["taken", "new", "missing", "mismatched", "unused"]
Way = Literal["our names", "torchvision's names", "order and shape"]
WAYS: tuple[Way, ...] = ("our names", "torchvision's names", "order and shape")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class WeightRow:
    """One line of the table.

    Args:
        state: "taken" from the file; "new": begins with fresh numbers, as intended; "missing": the file lacks it;
            "mismatched": the shapes differ; "unused": the file has it and the network doesn't need it.
        ours: Our name; empty for what is unused.
        theirs: The file's name; empty for what is missing.
        our_shape: Shape in the network.
        their_shape: Shape in the file.
        note: Why, in a few words.
    """

    state: State
    ours: str
    theirs: str
    our_shape: Shape | None = None
    their_shape: Shape | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        shapes = {"our_shape": self.our_shape, "their_shape": self.their_shape}
        listed = {key: None if shape is None else list(shape) for key, shape in shapes.items()}
        return {"state": self.state, "ours": self.ours, "theirs": self.theirs, **listed, "note": self.note}


@dataclass(frozen=True, eq=False)
class Match:
    """How a file fits a network.

    Args:
        graph: The network, with input channels and classes as the file or the user has them.
        way: What paired the names.
        prefix: What was taken off all of the file's names: "module.".
        rows: The table.
        tensors: The file's, by their names without the prefix.
        notes: What the user should know, in sentences.
    """

    graph: "NetworkGraph"
    way: Way
    prefix: str
    rows: tuple[WeightRow, ...]
    tensors: "Mapping[str, torch.Tensor]"
    notes: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Number of rows of each state."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in ("taken", "new", "missing", "mismatched", "unused")}

    @property
    def is_complete(self) -> bool:
        """True if every weight of ours has its numbers, or gets fresh ones on purpose."""
        counts = self.counts()
        return counts["taken"] > 0 and counts["missing"] == counts["mismatched"] == 0

    def weights(self, seed: int = 1) -> "dict[str, torch.Tensor]":
        """The network's whole state dict: the file's numbers as float32, and fresh ones for the rest."""
        from cnnstudio.network.compile import compile_network

        state = dict(compile_network(self.graph, seed=seed).state_dict())
        for row in self.rows:
            if row.state == "taken":
                state[row.ours] = self.tensors[row.theirs].to(state[row.ours].dtype).reshape(state[row.ours].shape)
        return state


def tensor_text(shape: Shape | None) -> str:
    """A tensor's shape: 64×3×7×7; 1 for a single number, a dash for none."""
    return "–" if shape is None else "×".join(str(n) for n in shape) or "1"
