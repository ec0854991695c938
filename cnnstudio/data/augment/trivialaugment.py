"""TrivialAugment: one of 14 operations, of any magnitude."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Size, operations, probability
from cnnstudio.data.policy import COMMON, NAMES, SIGNED, Policy, magnitudes

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats

LEVELS = 30


@operations.register
class TrivialAugment(Policy):
    """One operation, drawn evenly from 14, with a magnitude drawn evenly from 31 levels of a wide range.

    Source: Müller and Hutter 2021, arXiv:2103.10158, algorithm 1 and table 1 ("wide").
    """

    title: ClassVar[str] = "TrivialAugment"
    about: ClassVar[str] = "One operation, drawn from 14, with any magnitude: nothing to tune, and as good."
    draws: ClassVar[int] = 3
    kind: Literal["trivialaugment"] = "trivialaugment"
    probability: float = probability(1.0)
    strength: int = setting(
        LEVELS, title="Largest magnitude", description="The paper's is 30; less is gentler.", ge=0, le=LEVELS
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        number = np.floor(uniforms[:, 0] * len(COMMON)).astype(np.int64)
        level = np.floor(uniforms[:, 1] * (self.strength + 1)) / LEVELS
        magnitude = np.zeros(len(number))
        for which, name in enumerate(COMMON):
            rows = number == which
            magnitude[rows] = magnitudes(name, level[rows], size, is_wide=True)
        is_signed = np.array([name in SIGNED for name in NAMES])[number]
        sign = np.where(is_signed & (uniforms[:, 2] < 0.5), -1.0, 1.0)
        return number.astype(np.float64), magnitude * sign
