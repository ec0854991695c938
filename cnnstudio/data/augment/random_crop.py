"""Crop the padded picture at a random place: it moves by whole pixels."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from cnnstudio.data.draws import Floats


@operations.register
class RandomCrop(Geometric):
    """Pads the picture on all sides and cuts a piece of its own size out of it.

    Source: the padding of 4 pixels for CIFAR is that of Lee et al. 2015 and He et al. 2015, arXiv:1512.03385, 4.2.
    """

    title: ClassVar[str] = "Random crop"
    about: ClassVar[str] = "Pads all sides and cuts a piece of the picture's own size: it moves by whole pixels."
    group: ClassVar[Group] = "Geometry"
    draws: ClassVar[int] = 2
    is_exact: ClassVar[bool] = True
    kind: Literal["random_crop"] = "random_crop"
    probability: float = probability(1.0)
    strength: int = setting(
        4, title="Padding", description="The picture moves by up to so many pixels each way.", unit="px", ge=0, le=128
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        import numpy as np

        right, down = (
            np.floor(uniforms[:, axis] * (2 * reach + 1)) - reach
            for axis, reach in enumerate(min(self.strength, side - 1) for side in reversed(size))
        )
        return right, down

    def words(self, drawn: "Floats") -> str:
        from cnnstudio.data.phrases import moved_words

        return moved_words(drawn[0], drawn[1])

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import moved

        return moved(*columns)
