"""A cast of colour: each channel is shifted by its own amount."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats


@operations.register
class ChannelShift(PixelOperation):
    """Adds a number of its own to each channel."""

    title: ClassVar[str] = "Channel shift"
    about: ClassVar[str] = "Adds a number of its own to each channel: a cast of colour, as from another lamp."
    group: ClassVar[Group] = "Colour"
    draws: ClassVar[int] = 3
    kind: Literal["channel_shift"] = "channel_shift"
    probability: float = probability(0.8)
    strength: float = setting(
        20.0,
        title="Shift",
        description="Largest shift either way, in grey levels.",
        unit="of 255",
        ge=0.0,
        le=255.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return tuple(self.strength * (2 * uniforms[:, channel] - 1) for channel in range(3))

    def words(self, drawn: "Floats") -> str:
        return "channels " + " ".join(f"{shift:+.0f}" for shift in drawn)

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        import numpy as np

        from cnnstudio.data.pixel_math import shifted

        return shifted(images, np.stack(columns, axis=1)[:, : images.shape[1]] / 255)
