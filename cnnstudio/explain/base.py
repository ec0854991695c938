"""What every explanation method shares: its declaration, and the map that it returns."""

import contextlib
import time
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, SerializeAsAny

from cnnstudio.core.errors import ShapeError, StudioError
from cnnstudio.core.specs import Family, Spec

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.network.compile import Network


@dataclass(frozen=True, eq=False)
class Attribution:
    """Where in one picture the evidence for one class lay.

    `map` is float32 of shape (h, w), in the method's own units and not upsampled; `score` is the class's logit and
    `ms` the time the method took, in milliseconds.
    """

    map: npt.NDArray[np.float32]
    node: str
    class_index: int
    class_name: str
    score: float
    ms: float

    @property
    def peak(self) -> tuple[float, float]:
        """Place of the largest value as shares of height and width, (y, x) each 0 to 1, the cell's middle."""
        row, column = np.unravel_index(int(self.map.argmax()), self.map.shape)
        return (float(row) + 0.5) / self.map.shape[0], (float(column) + 0.5) / self.map.shape[1]

    @property
    def is_empty(self) -> bool:
        """True if nothing spoke for the class: the map is zero everywhere."""
        return not bool(self.map.any())


class ExplanationMethod(Spec):
    """One way to ask a network what it looked at.

    A method says in `title`, `about` (one sentence) and `paper` what it computes, and does so in `attribute`.
    """

    title: ClassVar[str]
    about: ClassVar[str]
    paper: ClassVar[str]

    def prepare(self) -> None:
        """Import what the method needs; done before the clock starts, as it happens once a process."""

    @abstractmethod
    def attribute(self, network: "Network", x: "Tensor", class_index: int, node: str) -> "tuple[Tensor, Tensor]":
        """The map of shape (h, w) and the logits of shape (classes,); the network is in evaluation mode."""

    def explain(
        self,
        network: "Network",
        x: "Tensor",
        class_index: int,
        node: str | None = None,
        *,
        classes: Sequence[str] = (),
    ) -> Attribution:
        """Where in the picture did the evidence for the class lie?

        Args:
            network: Left as it was: no hook, no gradient and no mode stays behind.
            x: One normalised picture, shape (1, C, H, W).
            class_index: The class that is asked about, right or wrong.
            node: Whose feature maps to look at; left out, the one that `default_node` names.
            classes: Class names, to name the answer.

        Raises:
            ShapeError: `x` isn't one picture, or the node has no feature maps.
            StudioError: There is no such class, or the network answers for each pixel.
        """
        import torch

        from cnnstudio.explain.nodes import require_spatial
        from cnnstudio.network.answers import image_classes

        _require_one_picture(tuple(x.shape))
        image_classes(network.graph, "explaining")
        chosen = require_spatial(network.graph, node)
        self.prepare()
        started_s = time.perf_counter()
        with evaluating(network), torch.enable_grad():
            values, logits = self.attribute(network, x, class_index, chosen)
        ms = (time.perf_counter() - started_s) * 1000
        name = classes[class_index] if classes else str(class_index)
        cells = values.detach().float().cpu().numpy()
        return Attribution(cells, chosen, class_index, name, float(logits[class_index]), ms)


methods: Family[ExplanationMethod] = Family("explanation method", "cnnstudio.explain.methods")

AnyMethod = Annotated[SerializeAsAny[ExplanationMethod], BeforeValidator(methods.parse)]


@contextlib.contextmanager
def evaluating(network: "nn.Module") -> Iterator[None]:
    """Put every module into evaluation mode, and back as it was.

    A look in training mode would move the running statistics of batch normalisation, and with them the network.
    """
    was_training = [module for module in network.modules() if module.training]
    network.eval()
    try:
        yield
    finally:
        for module in was_training:
            module.training = True


def require_class(class_index: int, classes: int) -> None:
    """Refuse a class that the network doesn't have."""
    if not 0 <= class_index < classes:
        raise StudioError(
            f"There is no class number {class_index}: the network knows {classes}.",
            hint=f"Choose one from 0 to {classes - 1}.",
        )


def _require_one_picture(shape: tuple[int, ...]) -> None:
    if len(shape) != 4 or shape[0] != 1:
        raise ShapeError(
            f"One picture of shape (1, C, H, W) can be explained at a time, not {shape}.",
            hint="Pass the pictures one by one.",
        )


def to_array(values: "Tensor") -> npt.NDArray[Any]:
    """A tensor's values in memory of their own, float32, on the processor."""
    return np.array(values.detach().float().cpu().numpy())
