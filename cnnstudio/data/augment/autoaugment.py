"""AutoAugment: pairs of operations that a search found good for a data set."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Size, operations, probability
from cnnstudio.data.policy import NAMES, SIGNED, Policy, magnitudes
from cnnstudio.data.policy_tables import POLICIES

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats

LEVELS = 9


@operations.register
class AutoAugment(Policy):
    """One of 25 pairs of operations, each with its own probability and magnitude.

    Source: Cubuk et al. 2018, arXiv:1805.09501, section 3 and appendix A.
    """

    title: ClassVar[str] = "AutoAugment"
    about: ClassVar[str] = "One of 25 pairs of operations that a search found good for a well-known data set."
    draws: ClassVar[int] = 5
    strength_field: ClassVar[str] = ""
    kind: Literal["autoaugment"] = "autoaugment"
    probability: float = probability(1.0)
    policy: Literal["cifar10", "imagenet", "svhn"] = setting(
        "cifar10", title="Found for", description="The data set on which the pairs were searched."
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        pairs = POLICIES[self.policy]
        chosen = np.floor(uniforms[:, 0] * len(pairs)).astype(np.int64)
        columns = []
        for step in range(2):
            table = np.array([self._row(*pair[step], size) for pair in pairs])[chosen]
            is_applied = uniforms[:, 1 + 2 * step] < table[:, 1]
            sign = np.where((table[:, 3] > 0) & (uniforms[:, 2 + 2 * step] < 0.5), -1.0, 1.0)
            columns += [np.where(is_applied, table[:, 0], -1.0), np.where(is_applied, table[:, 2] * sign, 0.0)]
        return tuple(columns)

    @staticmethod
    def _row(name: str, tenths: int, level: int, size: Size) -> tuple[float, float, float, float]:
        """Number of the operation, its probability, its magnitude, and whether that has a sign."""
        import numpy as np

        magnitude = magnitudes(name, np.full(1, max(level, 0) / LEVELS), size)[0]
        return NAMES.index(name), tenths / 10, float(magnitude), float(name in SIGNED)
