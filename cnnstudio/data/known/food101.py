"""Food-101: photos of dishes, with lists of what is for training and what for the test."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to
from cnnstudio.data.known.labelled_archive import table_source, write_table

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec


class Food101(KnownSet):
    """Bossard, Guillaumin and Van Gool 2014."""

    key, title = "food-101", "Food-101"
    about = "101,000 photos of 101 dishes, up to 512 px."
    licence = "None given; photos from Foodspotting, for research"
    home = "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/"
    unpacked_bytes = 5_200_000_000
    settings = ("accept_problems",)
    remote = (
        RemoteFile(
            "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz",
            "md5:85eeb15f3717b99a5da872d97d918f87",
            4_996_278_331,
        ),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Unpack the archive, and write its lists as a table."""
        inner = unpacked_to(folder / cls.remote[0].name, folder / "files", ctx) / "food-101"
        rows = [
            (f"images/{line}.jpg", line.partition("/")[0].replace("_", " "), split)
            for split in ("train", "test")
            for line in (inner / "meta" / f"{split}.txt").read_text("utf-8").split()
        ]
        write_table(inner, rows)

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The images with their table."""
        return table_source(folder / "files" / "food-101")
