"""From pictures to logits, and from logits to guesses.

Only `predict` and `guess` need torch, and import it when they are called.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import RunError
from cnnstudio.core.jobs import JobContext

if TYPE_CHECKING:
    from torch import Tensor, nn

    from cnnstudio.data.spec import PreprocessSpec

Floats = npt.NDArray[np.floating[Any]]
Bytes = npt.NDArray[np.uint8]

# A best guess below one half is less likely than all others together: the page says "not sure".
SURE_FROM = 0.5


@dataclass(frozen=True)
class Guess:
    """One class and how probable the network holds it to be (0 to 1)."""

    class_index: int
    class_name: str
    p: float

    def to_json(self) -> dict[str, Any]:
        """As `predict --json` prints it."""
        return {"class": self.class_name, "p": self.p}


@dataclass(frozen=True)
class Prediction:
    """The best guesses for one picture, best first, and the milliseconds they took."""

    image: str
    top: tuple[Guess, ...]
    ms: float

    @property
    def best(self) -> Guess:
        """The most probable class."""
        return self.top[0]

    @property
    def is_sure(self) -> bool:
        """False when the best guess is less probable than all others together."""
        return self.best.p >= SURE_FROM

    def to_json(self) -> dict[str, Any]:
        """As `predict --json` prints it."""
        return {"image": self.image, "top": [guess.to_json() for guess in self.top], "ms": round(self.ms, 3)}


def predict(
    network: "nn.Module", pixels: Bytes, preprocess: "PreprocessSpec", ctx: JobContext, *, batch: int = 256
) -> npt.NDArray[np.float32]:
    """What does the network say about each of these pictures?

    Args:
        network: In evaluation mode, on any device.
        pixels: Pictures at training size, uint8, shape (N, C, H, W).
        preprocess: How the network's training pictures were normalised.
        ctx: Asked between batches whether to stop, told how far the work has come.
        batch: Pictures at a time.

    Returns:
        Logits, shape (N, classes).

    Raises:
        RunError: The network's answer isn't a number.
    """
    return predict_inputs(network, lambda rows: to_input(pixels[rows], preprocess, network), len(pixels), ctx, batch)


def predict_inputs(
    network: "nn.Module", inputs: "Callable[[slice], Tensor]", count: int, ctx: JobContext, batch: int = 256
) -> npt.NDArray[np.float32]:
    """What does the network say about tensors that are made as they are needed?

    Args:
        network: In evaluation mode.
        inputs: The tensor of some pictures in a row, on the network's device.
        count: Pictures in all.
        ctx: Asked between batches whether to stop, told how far the work has come.
        batch: Pictures at a time.

    Returns:
        Logits, shape (N, classes).

    Raises:
        RunError: The network's answer isn't a number.
    """
    import torch

    rows = []
    with torch.inference_mode():
        for start in range(0, count, batch):
            ctx.check()
            rows.append(network(inputs(slice(start, start + batch))).float().cpu().numpy())
            ctx.progress(min(start + batch, count), count, "images")
    logits: npt.NDArray[np.float32] = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
    _require_finite(logits)
    return logits


def to_input(pixels: Bytes, preprocess: "PreprocessSpec", network: "nn.Module") -> "Tensor":
    """The tensor that the network takes, on the network's device: normalised float32, shape (N, C, H, W)."""
    import torch

    from cnnstudio.data.preprocess import normalise

    parameter = next(network.parameters(), None)
    device = torch.device("cpu") if parameter is None else parameter.device
    # The copy also turns a read-only or strided view of a mapped file into memory that torch may hold.
    return normalise(torch.from_numpy(np.array(pixels, order="C")).to(device), preprocess)


def guess(
    network: "nn.Module",
    pixels: Bytes,
    preprocess: "PreprocessSpec",
    classes: Sequence[str],
    *,
    image: str = "",
    k: int = 5,
) -> Prediction:
    """The best guesses for one picture of shape (C, H, W), timed from pixels to probabilities."""
    started_s = time.perf_counter()
    logits = predict(network, pixels[None], preprocess, JobContext())
    p = softmax(logits)[0]
    ms = (time.perf_counter() - started_s) * 1000
    return Prediction(image, top_guesses(p, classes, k), ms)


def softmax(logits: Floats) -> npt.NDArray[np.float64]:
    """Probabilities from logits, row by row, shape (N, classes)."""
    values = np.asarray(logits, np.float64)
    # Without the shift exp overflows from a logit of 710 on; the quotient is the same.
    powers = np.exp(values - values.max(axis=-1, keepdims=True, initial=-np.inf))
    shares: npt.NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def top_guesses(p: Floats, classes: Sequence[str], k: int = 5) -> tuple[Guess, ...]:
    """The `k` most probable classes, best first; of equals the first in class order."""
    order = np.argsort(-np.asarray(p), kind="stable")[:k]
    return tuple(Guess(int(index), classes[index], float(p[index])) for index in order)


def _require_finite(logits: Floats) -> None:
    bad = int((~np.isfinite(logits)).any(axis=1).sum()) if logits.size else 0
    if bad:
        raise RunError(
            f"The network's answer is not a number for {bad:,} of {len(logits):,} images.",
            hint="Its weights have probably diverged: choose an earlier checkpoint, or train again with a smaller "
            "learning rate.",
        )
