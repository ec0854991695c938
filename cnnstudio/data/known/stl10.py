"""STL-10: photos of 96×96 pixels, column by column in one file each."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core import files
from cnnstudio.core.errors import DataError
from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

ARRAYS, SIDE = "stl10.npz", 96


class Stl10(KnownSet):
    """Coates, Ng and Lee 2011; the labelled pictures: the 100,000 without labels are not read."""

    key, title = "stl-10", "STL-10"
    about = "13,000 photos in ten classes, 96 × 96, colour."
    licence = "None given; made of ImageNet's photos, for research"
    home = "https://cs.stanford.edu/~acoates/stl10/"
    unpacked_bytes = 3_600_000_000
    settings = ("class_names",)
    remote = (
        RemoteFile(
            "http://ai.stanford.edu/~acoates/stl10/stl10_binary.tar.gz",
            "md5:91f7769df0f17e558f3565bffb0c7dfb",
            2_640_397_119,
        ),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Write the labelled part anew as NPZ, and delete the rest: 2.8 GB of pictures without labels."""
        import shutil

        import numpy as np

        inner = unpacked_to(folder / cls.remote[0].name, folder / "files", ctx) / "stl10_binary"
        images, labels = {}, {}
        for part in ("train", "test"):
            ctx.check()
            pixels = np.fromfile(inner / f"{part}_X.bin", np.uint8)
            if pixels.size % (3 * SIDE * SIDE):
                raise DataError(f"{part}_X.bin of STL-10 has {pixels.size:,} bytes, no multiple of a picture's.")
            # Channel, column, row in the file; row, column, channel in an array of pictures.
            images[part] = np.ascontiguousarray(pixels.reshape(-1, 3, SIDE, SIDE).transpose(0, 3, 2, 1))
            labels[part] = np.fromfile(inner / f"{part}_y.bin", np.uint8) - 1
        with files.replacing(folder / ARRAYS) as file:
            np.savez(
                file,
                x_train=images["train"],
                y_train=labels["train"],
                x_test=images["test"],
                y_test=labels["test"],
                class_names=np.array((inner / "class_names.txt").read_text("ascii").split()),
            )
        shutil.rmtree(folder / "files")

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The converted arrays."""
        from cnnstudio.data.sources.npz import NpzSource

        return NpzSource(path=str(folder / ARRAYS))
