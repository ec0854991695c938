"""The user's own pictures, from files or the clipboard to what the network takes; read in child processes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnstudio.core.errors import StudioError
from cnnstudio.data.dataset import printable
from cnnstudio.data.preprocess import to_pixels
from cnnstudio.data.sniff import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import PreprocessSpec

Bytes = npt.NDArray[np.uint8]
SHOWN_PX = 224
MOST_FILES = 500
INSTEAD = "Drop a picture instead: PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF."


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture of the user's: as the network takes it (C, side, side), and the same view sharper, to look at.

    Where it couldn't be read both are None and `problem` and `hint` say why.
    """

    name: str
    pixels: Bytes | None
    shown: Bytes | None
    problem: str = ""
    hint: str = ""


def read_pictures(
    ctx: "JobContext", sources: Sequence[Path | Bytes], preprocess: "PreprocessSpec"
) -> Iterator[OwnPicture]:
    """Read files (folders give the images in them) and pictures from memory, one after the other.

    Args:
        ctx: Checked between two pictures.
        sources: Paths, or uint8 pictures (H, W, 3) from the clipboard.
        preprocess: How the network's training pictures were brought to size.
    """
    from cnnstudio.data.decoder import Decoder

    items = expanded(sources)
    with Decoder(workers=1) as decoder:
        for number, item in enumerate(items):
            ctx.check()
            ctx.progress(number, len(items), "Reading pictures")
            name = printable(item.name) if isinstance(item, Path) else "Pasted picture"
            try:
                image = decoder.decode_one(item, float_range=preprocess.float_range) if isinstance(item, Path) else item
                yield OwnPicture(name, to_pixels(image, preprocess), shown_picture(image, preprocess))
            except StudioError as error:
                yield OwnPicture(name, None, None, printable(error.message), _advice(error))


def _advice(error: StudioError) -> str:
    """What to do; whoever chose a program or a letter meant another file, and is not to convert that one."""
    from cnnstudio.data.decode import HINTS, REMOVE

    return INSTEAD if error.hint in (REMOVE, HINTS["a text"]) else error.hint


def expanded(sources: Sequence[Path | Bytes]) -> list[Path | Bytes]:
    """The same with each folder replaced by the images in it, in the order of their names; at most 500 in all."""
    items: list[Path | Bytes] = []
    for source in sources:
        if isinstance(source, Path) and source.is_dir():
            found = sorted(p for p in source.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES and p.is_file())
            items += found[: MOST_FILES - len(items)]
        else:
            items.append(source)
    return items[:MOST_FILES]


def shown_picture(image: Bytes, preprocess: "PreprocessSpec") -> Bytes:
    """What the network sees of a picture, in more detail where the file has it: uint8 (H, W, C)."""
    side = min(max(preprocess.side, min(image.shape[:2])), max(SHOWN_PX, preprocess.side))
    # The spec's steps of 8 px are for forms only; any side is legal.
    planes: Bytes = to_pixels(image, preprocess.replace(side=side))
    return np.ascontiguousarray(planes.transpose(1, 2, 0))
