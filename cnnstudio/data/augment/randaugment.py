"""RandAugment: a few of 14 operations, all with one magnitude."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Size, operations, probability
from cnnstudio.data.policy import COMMON, NAMES, SIGNED, Policy, magnitudes

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats

LEVELS = 30


@operations.register
class RandAugment(Policy):
    """A few operations in a row, each drawn evenly from 14, all with the same magnitude.

    Source: Cubuk et al. 2019, arXiv:1909.13719, section 3.
    """

    title: ClassVar[str] = "RandAugment"
    about: ClassVar[str] = "A few operations in a row, each drawn from 14, all with the same magnitude."
    draws: ClassVar[int] = 20
    kind: Literal["randaugment"] = "randaugment"
    probability: float = probability(1.0)
    strength: int = setting(9, title="Magnitude", description="How strong each operation is.", ge=0, le=LEVELS)
    count: int = setting(2, title="Operations", description="How many follow each other.", ge=1, le=10)

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        level = np.full(1, self.strength / LEVELS)
        by_name = np.array([magnitudes(name, level, size)[0] for name in COMMON])
        is_signed = np.array([name in SIGNED for name in NAMES])
        columns = []
        for step in range(self.count):
            number = np.floor(uniforms[:, 2 * step] * len(COMMON)).astype(np.int64)
            sign = np.where(is_signed[number] & (uniforms[:, 2 * step + 1] < 0.5), -1.0, 1.0)
            columns += [number.astype(np.float64), by_name[number] * sign]
        return tuple(columns)
