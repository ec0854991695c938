"""Ready-made augmentations, for pictures of a given side."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.core.files import read_json
from cnnstudio.data.augmentation import AugmentSpec, Outside, parse_augment


@dataclass(frozen=True)
class Preset:
    """An augmentation with a name."""

    key: str
    title: str
    about: str
    make: Callable[[int], AugmentSpec]


def preset(key: str, side: int) -> AugmentSpec:
    """The augmentation of a preset for pictures of this side.

    Args:
        key: The preset's key or its title, in capitals or not.
        side: Width and height of the pictures.

    Raises:
        DataError: There is none of that name.
    """
    for one in PRESETS:
        if key.casefold() in (one.key, one.title.casefold()):
            return one.make(side)
    known = ", ".join(one.key for one in PRESETS)
    raise DataError(f"There is no augmentation '{key}'.", hint=f"Known: {known}; or give a JSON file.")


def named_augment(text: str, side: int) -> AugmentSpec:
    """An augmentation from what a user types: the name of a preset, or a JSON file.

    Raises:
        DataError: There is neither, or the file holds something else.
        FileError: The file can't be read.
    """
    if Path(text).suffix.lower() != ".json":
        return preset(text, side)
    return parse_augment(read_json(Path(text)), text)


def _made(outside: Outside, *operations: dict[str, object]) -> AugmentSpec:
    return AugmentSpec.model_validate({"outside": outside, "operations": operations})


def _none(side: int) -> AugmentSpec:
    return AugmentSpec()


def _alexnet(side: int) -> AugmentSpec:
    """Crops of 224 from 256 move by up to 16 pixels of 224."""
    padding = max(1, round(side * 16 / 224))
    return _made("mirror", {"kind": "mirror"}, {"kind": "random_crop", "strength": padding}, {"kind": "pca_colour"})


def _cifar(side: int) -> AugmentSpec:
    return _made("mean", {"kind": "mirror"}, {"kind": "random_crop", "strength": max(1, round(side / 8))})


def _digits(side: int) -> AugmentSpec:
    return _made(
        "edge",
        {"kind": "rotation", "strength": 10.0},
        {"kind": "shear", "strength": 12.0},
        {"kind": "scale", "strength": 10.0, "width": 10.0},
        {"kind": "translation", "strength": 6.0},
        {"kind": "elastic", "strength": 3.0},
        {"kind": "stroke", "strength": max(0.25, side / 64)},
    )


def _photos(side: int) -> AugmentSpec:
    return _made(
        "mirror",
        {"kind": "mirror"},
        {"kind": "resized_crop"},
        {"kind": "brightness"},
        {"kind": "contrast"},
        {"kind": "saturation"},
        {"kind": "hue"},
    )


PRESETS = (
    Preset("none", "None", "The pictures as they are.", _none),
    Preset("alexnet", "AlexNet 2012", "Mirror, crops of 224 from 256, and PCA colour.", _alexnet),
    Preset("cifar", "CIFAR", "Mirror, and crops from 4 pixels of padding: the recipe of ResNet.", _cifar),
    Preset("digits", "Digits", "Turn, slant, scale, move, warp and stroke width; never a mirror.", _digits),
    Preset("photos", "Photos", "Mirror, random resized crops, and the light and colours of other days.", _photos),
)
