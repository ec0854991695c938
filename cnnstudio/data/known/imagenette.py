"""Imagenette: ten easily told classes of ImageNet, as a folder of photos."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

# ImageNet's numbers of the classes, which are the folders' names.
CLASSES = {
    "n01440764": "tench",
    "n02102040": "English springer",
    "n02979186": "cassette player",
    "n03000684": "chain saw",
    "n03028079": "church",
    "n03394916": "French horn",
    "n03417042": "garbage truck",
    "n03425413": "gas pump",
    "n03445777": "golf ball",
    "n03888257": "parachute",
}


class Imagenette(KnownSet):
    """Howard 2019, in its version with the shorter side brought to 160 pixels."""

    key, title = "imagenette", "Imagenette"
    about = "13,394 photos in ten classes of ImageNet, 160 px on the shorter side."
    licence = "Apache 2.0 (the photos: ImageNet's terms)"
    home = "https://github.com/fastai/imagenette"
    unpacked_bytes = 130_000_000
    settings = ("accept_problems",)
    remote = (
        RemoteFile(
            "https://s3.amazonaws.com/fast-ai-imageclas/imagenette2-160.tgz",
            "md5:e793b78cc4c9e9a4ccc0c1155377a412",
            99_000_000,
            is_exact=False,
        ),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Unpack the archive and give the class folders their names."""
        inner = unpacked_to(folder / cls.remote[0].name, folder / "files", ctx) / "imagenette2-160"
        for part in ("train", "val"):
            for number, name in CLASSES.items():
                if (inner / part / number).is_dir():
                    (inner / part / number).rename(inner / part / name)

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The folder with train and val."""
        from cnnstudio.data.sources.folder import FolderSource

        return FolderSource(path=str(folder / "files" / "imagenette2-160"))
