"""A well-known data set: where it comes from, what it weighs, and which source its files are."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cnnstudio.core import files
from cnnstudio.core.download import download, partial_bytes
from cnnstudio.core.errors import DataError, FileError
from cnnstudio.core.paths import datasets_dir

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

NOTE = "cnnstudio-set.json"


@dataclass(frozen=True)
class RemoteFile:
    """One file to download.

    Args:
        url: Where it lies.
        digest: "md5:…", as the publisher or torchvision gives it.
        size: In bytes.
        is_exact: The size is known to the byte, and another one is refused at once.
    """

    url: str
    digest: str
    size: int
    is_exact: bool = True

    @property
    def name(self) -> str:
        """What it is called on the disk."""
        return self.url.rpartition("/")[2]


class KnownSet(ABC):
    """One data set; a subclass in a file of this package is all it takes.

    Class attributes:
        key: Name on the command line and in files: "mnist".
        title: Name in the window: "MNIST".
        about: One sentence: what, how many, how large.
        licence: As its authors give it.
        home: Page of its authors.
        unpacked_bytes: What it needs on the disk beside its downloads while it is installed.
        is_converted: The downloads themselves are not needed any more once they are brought into form.
        remote: The files to download.
        variants: What can be chosen of the downloaded files, to its name for people; the usual one is "".
        variant_field: The setting of the inner source that a variant is the value of.
        settings: Which settings of a KnownSource mean something for this set.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    licence: ClassVar[str]
    home: ClassVar[str]
    unpacked_bytes: ClassVar[int] = 0
    is_converted: ClassVar[bool] = True
    remote: ClassVar[tuple[RemoteFile, ...]]
    variants: ClassVar[Mapping[str, str]] = {}
    variant_field: ClassVar[str] = ""
    settings: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def download_bytes(cls) -> int:
        """What has to be downloaded in all."""
        return sum(file.size for file in cls.remote)

    @classmethod
    def folder(cls) -> Path:
        """Where it lies, or would, when no other folder is asked for."""
        return datasets_dir() / cls.key

    @classmethod
    def is_installed(cls, folder: Path | None = None) -> bool:
        """Is it there, whole?"""
        return ((folder or cls.folder()) / NOTE).is_file()

    @classmethod
    def partial_bytes(cls) -> int:
        """How much of it lies there from a download that was stopped."""
        there = sum(file.size for file in cls.remote if (cls.folder() / file.name).is_file())
        return there + sum(partial_bytes(cls.folder() / file.name, file.digest) for file in cls.remote)

    @classmethod
    def install(cls, ctx: "JobContext", folder: Path | None = None) -> Path:
        """Download what is missing, verify it, and bring it into the form that its source reads.

        Returns:
            The folder.

        Raises:
            FileError: The download failed, or the disk is full.
            Cancelled: The user stopped it; what has come so far is kept for the next time.
        """
        folder = folder or cls.folder()
        if cls.is_installed(folder):
            return folder
        cls._require_disk(folder)
        for file in cls.remote:
            size = file.size if file.is_exact else None
            download(file.url, folder / file.name, digest=file.digest, size=size, ctx=ctx)
        cls.prepare(folder, ctx)
        files.write_json(folder / NOTE, {"version": 1, "set": cls.key, "licence": cls.licence, "home": cls.home})
        for file in cls.remote if cls.is_converted else ():
            (folder / file.name).unlink(missing_ok=True)
        return folder

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Bring the downloaded files into form; some need none."""
        ctx.check()

    @classmethod
    @abstractmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """What reads the installed set."""

    @classmethod
    def _require_disk(cls, folder: Path) -> None:
        needed = cls.download_bytes() + cls.unpacked_bytes - (cls.partial_bytes() if folder == cls.folder() else 0)
        place = next(place for place in (folder, *folder.parents) if place.exists())
        free = shutil.disk_usage(place).free
        if needed > free:
            raise FileError(
                f"{cls.title} needs {needed / 1e6:,.0f} MB; {free / 1e6:,.0f} MB are free in {place}.",
                hint="Free some space on the disk, or choose a folder on another one.",
            )


def unpacked_to(archive: Path, target: Path, ctx: "JobContext") -> Path:
    """The content of a downloaded archive in a folder beside it, whole or not at all.

    Raises:
        DataError: It breaks the rules of `data.archives`.
    """
    from cnnstudio.data.archives.rules import Rules
    from cnnstudio.data.archives.unpacked import archive_kind, unpack_zip_or_tar
    from cnnstudio.data.place import head_of

    if target.is_dir():
        return target
    kind = archive_kind(head_of(archive))
    if kind is None:
        raise DataError(f"{archive} is no archive.")
    temp = Path(tempfile.mkdtemp(suffix=files.TEMP_SUFFIX, dir=target.parent))
    try:
        unpack_zip_or_tar(archive, kind, Rules(archive.name, archive.stat().st_size, temp), ctx)
        files.publish_folder(temp, target)
    except OSError as error:
        raise files.write_error(target, error) from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
    return target
