"""Random numbers that depend on (seed, epoch, index) alone: equal for any batch size, number of workers, or resume.

A counter-based generator: no state, so that the numbers of a whole batch come at once, and those of one picture are
the same whoever else is in its batch.

Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators" (splitmix64's finaliser).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Floats = npt.NDArray[np.float64]
GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
NORMAL_BITS = 16


def random_key(*parts: int) -> int:
    """A 63-bit number that depends on all of `parts` (seed, epoch, step, …) and on nothing else."""
    text = ",".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _signed(value: int) -> int:
    """The 64 bits of `value` as a number that torch's int64 can hold."""
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def mixed(counter: "Tensor") -> "Tensor":
    """splitmix64's finaliser: 64 bits in (int64), 64 well-shuffled bits out."""
    x = counter
    for shift, factor in ((30, FIRST), (27, SECOND)):
        x = (x ^ _shifted(x, shift)) * _signed(factor)
    return x ^ _shifted(x, 31)


def _shifted(x: "Tensor", by: int) -> "Tensor":
    # torch's shift keeps the sign; the mask takes it away.
    return (x >> by) & ((1 << (64 - by)) - 1)


@dataclass(frozen=True, eq=False)
class Draws:
    """The random numbers of some pictures.

    Args:
        keys: One for each picture, int64, shape (N,), on the CPU.
    """

    keys: "Tensor"

    @classmethod
    def of(cls, seed: int, epoch: int | Sequence[int], indices: "Tensor") -> "Draws":
        """Those of the pictures at these places of the data set.

        Args:
            seed: The run's.
            epoch: From 0; one for all, or one for each picture.
            indices: int64, shape (N,).
        """
        import torch

        epochs = [epoch] if isinstance(epoch, int) else epoch
        bases = torch.tensor([random_key(seed, number) for number in epochs], dtype=torch.int64)
        return cls(mixed(bases + (indices.to("cpu", torch.int64) + 1) * _signed(GOLDEN)))

    def at(self, place: int) -> "Draws":
        """A stream of its own, independent of those at other places."""
        return Draws(mixed(self.keys ^ _signed((place + 1) * GOLDEN)))

    def only(self, rows: npt.NDArray[np.int64]) -> "Draws":
        """Those of some of the pictures."""
        import torch

        return Draws(self.keys[torch.from_numpy(rows)])

    def bits(self, count: int, device: "torch.device | str" = "cpu") -> "Tensor":
        """`count` times 64 random bits for each picture: int64, shape (N, count)."""
        import torch

        counters = torch.arange(1, count + 1, dtype=torch.int64, device=device) * _signed(GOLDEN)
        return mixed(self.keys.to(device)[:, None] + counters)

    def uniforms(self, count: int) -> Floats:
        """Evenly spread numbers from 0 to below 1, shape (N, count)."""
        values: Floats = _shifted(self.bits(count), 11).numpy() * 2.0**-53
        return values

    def normals(self, count: int, device: "torch.device | str") -> "Tensor":
        """Normally spread numbers (mean 0, spread 1), float32, shape (N, count): 65,536 levels, enough for noise."""
        import torch

        words = self.bits(-(-count // 4), device).view(torch.int16)[:, :count]
        return _normal_table(str(device))[words.to(torch.int32) + 2 ** (NORMAL_BITS - 1)]


def normal(uniform: Floats) -> Floats:
    """Normally spread numbers from evenly spread ones."""
    from scipy.special import ndtri

    # 0 would give −∞; half of the smallest step keeps the spread.
    values: Floats = ndtri(uniform + 2.0**-54)
    return values


def beta(uniform: Floats, alpha: float) -> Floats:
    """Numbers from 0 to 1 spread as Beta(alpha, alpha), from evenly spread ones."""
    from scipy.special import betaincinv

    values: Floats = betaincinv(alpha, alpha, uniform)
    return values


@lru_cache(maxsize=4)
def _normal_table(device: str) -> "Tensor":
    import torch

    steps: Any = (np.arange(2**NORMAL_BITS) + 0.5) / 2**NORMAL_BITS
    return torch.from_numpy(normal(steps).astype(np.float32)).to(device)
