"""Operations that choose among many others by a policy; the single ones are torchvision's.

They work on bytes, as in the papers. Pictures that drew the same go together.
"""

from abc import abstractmethod
from math import atan, degrees
from typing import TYPE_CHECKING, Any, ClassVar

from cnnstudio.data.augmentation import Columns, Group, PixelOperation, Size

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats

NAMES = (
    "Identity",
    "ShearX",
    "ShearY",
    "TranslateX",
    "TranslateY",
    "Rotate",
    "Brightness",
    "Color",
    "Contrast",
    "Sharpness",
    "Posterize",
    "Solarize",
    "AutoContrast",
    "Equalize",
    "Invert",
)
# What can be drawn with either sign; the last one is in AutoAugment alone.
SIGNED = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness")
COMMON = NAMES[:-1]


class Policy(PixelOperation):
    """Draws names and magnitudes: the columns are (number of the name, magnitude) for each step, −1 for none."""

    group: ClassVar[Group] = "Policies"
    works_on_bytes: ClassVar[bool] = True

    def words(self, drawn: "Floats") -> str:
        said = [
            f"{NAMES[int(number)]} {magnitude:.2g}" if magnitude else NAMES[int(number)]
            for number, magnitude in drawn.reshape(-1, 2)
            if number >= 0 and NAMES[int(number)] != "Identity"
        ]
        return ", ".join(said) or "nothing"

    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        import numpy as np
        import torch

        images = images.clone()
        for step in range(0, len(columns), 2):
            drawn = np.stack(columns[step : step + 2], axis=1)
            for number, magnitude in np.unique(drawn, axis=0):
                if number < 0:
                    continue
                same = (drawn == (number, magnitude)).all(axis=1)
                rows = torch.from_numpy(np.flatnonzero(same)).to(images.device)
                images[rows] = named(images[rows], NAMES[int(number)], float(magnitude))
        return images

    @abstractmethod
    def values(self, uniforms: "Floats", size: Size) -> Columns:
        """Number and magnitude of each step."""


def magnitudes(name: str, levels: "Floats", size: Size, *, is_wide: bool = False) -> "Floats":
    """What a level from 0 to 1 means for an operation.

    Args:
        name: One of NAMES.
        levels: How strong, 0 to 1.
        size: Height and width; distances go by them.
        is_wide: TrivialAugment's ranges instead of RandAugment's.

    Source: Cubuk et al. 2018, arXiv:1805.09501, table 6; Müller and Hutter 2021, arXiv:2103.10158, table 1.
    """
    import numpy as np

    height, width = size
    if name in ("AutoContrast", "Equalize", "Invert", "Identity"):
        return np.zeros_like(levels)
    if name == "Posterize":
        return 8 - np.rint(levels * (6 if is_wide else 4))
    if name == "Solarize":
        return 1 - levels
    reach: dict[str, float] = {
        "ShearX": 0.99 if is_wide else 0.3,
        "ShearY": 0.99 if is_wide else 0.3,
        "TranslateX": 32 if is_wide else 150 / 331 * width,
        "TranslateY": 32 if is_wide else 150 / 331 * height,
        "Rotate": 135 if is_wide else 30,
    }
    return levels * reach.get(name, 0.99 if is_wide else 0.9)


def named(images: "Tensor", name: str, magnitude: float) -> "Tensor":
    """Bytes, shape (M, C, H, W), changed by one of NAMES; all by the same magnitude."""
    from torchvision.transforms.v2 import functional

    changed: Tensor
    if name in ("ShearX", "ShearY", "TranslateX", "TranslateY"):
        changed = functional.affine(images, **_affine(name, magnitude))
    elif name == "Rotate":
        changed = functional.rotate(images, angle=magnitude)
    elif name == "Posterize":
        changed = functional.posterize(images, bits=int(magnitude))
    elif name == "Solarize":
        changed = functional.solarize(images, threshold=255 * magnitude)
    elif name in _ENHANCEMENTS:
        changed = getattr(functional, _ENHANCEMENTS[name])(images, 1 + magnitude)
    elif name in _PLAIN:
        changed = getattr(functional, _PLAIN[name])(images)
    else:
        changed = images
    return changed


_ENHANCEMENTS = {
    "Brightness": "adjust_brightness",
    "Color": "adjust_saturation",
    "Contrast": "adjust_contrast",
    "Sharpness": "adjust_sharpness",
}
_PLAIN = {"AutoContrast": "autocontrast", "Equalize": "equalize", "Invert": "invert"}


def _affine(name: str, magnitude: float) -> dict[str, Any]:
    """Shears keep the upper left corner in its place, as Pillow's transform in the papers' code."""
    still: dict[str, Any] = {"angle": 0.0, "translate": [0, 0], "scale": 1.0, "shear": [0.0, 0.0]}
    if name.startswith("Translate"):
        distance = int(magnitude)
        return {**still, "translate": [distance, 0] if name == "TranslateX" else [0, distance]}
    angle = degrees(atan(magnitude))
    return {**still, "shear": [angle, 0.0] if name == "ShearX" else [0.0, angle], "center": [0, 0]}
