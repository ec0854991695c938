"""SVHN: house numbers from the street, in MATLAB files."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.core import files
from cnnstudio.data.known.known_set import KnownSet, RemoteFile

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

ARRAYS = "svhn.npz"


class Svhn(KnownSet):
    """Netzer et al. 2011; the cropped digits, without the half million easier ones ("extra")."""

    key, title = "svhn", "SVHN"
    about = "99,289 digits of house numbers, 32 × 32, colour."
    licence = "Non-commercial use only"
    home = "http://ufldl.stanford.edu/housenumbers/"
    unpacked_bytes = 310_000_000
    settings = ("class_names",)
    remote = (
        RemoteFile(
            "http://ufldl.stanford.edu/housenumbers/train_32x32.mat",
            "md5:e26dedcc434d2e4c54c9b2d4a06d8373",
            182_040_794,
        ),
        RemoteFile(
            "http://ufldl.stanford.edu/housenumbers/test_32x32.mat",
            "md5:eb5a983be6a315427106f1b164d9cef3",
            64_275_384,
        ),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Write the arrays anew as NPZ; in SVHN's files a zero is the class 10."""
        import numpy as np
        from scipy.io import loadmat

        images, labels = {}, {}
        for number, part in enumerate(("train", "test")):
            ctx.check()
            ctx.progress(number, 2, f"Converting the {part} part")
            read = loadmat(folder / f"{part}_32x32.mat", variable_names=("X", "y"))
            images[part] = np.ascontiguousarray(read["X"].transpose(3, 0, 1, 2))
            labels[part] = (read["y"].ravel() % 10).astype(np.uint8)
        with files.replacing(folder / ARRAYS) as file:
            np.savez(
                file,
                x_train=images["train"],
                y_train=labels["train"],
                x_test=images["test"],
                y_test=labels["test"],
            )

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The converted arrays."""
        from cnnstudio.data.sources.npz import NpzSource

        return NpzSource(path=str(folder / ARRAYS))
