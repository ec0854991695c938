"""Oxford Flowers-102: flowers of the United Kingdom, with their labels in MATLAB files."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to
from cnnstudio.data.known.labelled_archive import table_source, write_table

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

BASE = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/"
SPLITS = {"train": "trnid", "val": "valid", "test": "tstid"}


class Flowers102(KnownSet):
    """Nilsback and Zisserman 2008."""

    key, title = "flowers-102", "Flowers-102"
    about = "8,189 photos of 102 kinds of flowers, at least 500 px wide."
    licence = "None given; for research"
    home = "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/"
    unpacked_bytes = 350_000_000
    settings = ("accept_problems",)
    remote = (
        RemoteFile(BASE + "102flowers.tgz", "md5:52808999861908f626f3c1f4e79d11fa", 344_862_509),
        RemoteFile(BASE + "imagelabels.mat", "md5:e0620be6f572b9609742df49c70aed4d", 502),
        RemoteFile(BASE + "setid.mat", "md5:a5357ecc9cb78c4bef273ce3793fc85c", 14_989),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Unpack the archive, and write numbers of images and kinds as a table."""
        from scipy.io import loadmat

        inner = unpacked_to(folder / cls.remote[0].name, folder / "files", ctx)
        labels = loadmat(folder / "imagelabels.mat")["labels"].ravel()
        numbers = loadmat(folder / "setid.mat")
        rows = [
            (f"jpg/image_{number:05d}.jpg", f"{int(labels[number - 1]):03d}", split)
            for split, key in SPLITS.items()
            for number in numbers[key].ravel().tolist()
        ]
        write_table(inner, sorted(rows))

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The images with their table; the kinds are numbered from 001 to 102, as their authors do."""
        return table_source(folder / "files")
