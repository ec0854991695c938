"""How widely the first weights are spread: arithmetic over the shape of the weights, without torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Where the first weights of a layer lie, around zero.

    Args:
        deviation: Their standard deviation.
        is_even: All numbers within the range are equally frequent; otherwise they are bell-shaped.
    """

    deviation: float
    is_even: bool = False

    @property
    def reach(self) -> float:
        """The largest weight: of evenly spread ones exactly, of bell-shaped ones all but three in a thousand."""
        return self.deviation * (math.sqrt(3) if self.is_even else 3.0)

    @property
    def text(self) -> str:
        """The numbers in words: "even within ±0.2" or "bell-shaped, deviation 0.118"."""
        if self.deviation == 0:
            return "all zero"
        return f"even within ±{self.reach:.3g}" if self.is_even else f"bell-shaped, deviation {self.deviation:.3g}"


def fans(weight_shape: Sequence[int]) -> tuple[int, int]:
    """Inputs of a unit and outputs of an input, as torch.nn.init counts them.

    Args:
        weight_shape: (outputs, inputs) of a linear layer, (outputs, inputs, height, width) of a convolution.
    """
    window = math.prod(weight_shape[2:])
    return weight_shape[1] * window, weight_shape[0] * window
