"""CIFAR-10 and CIFAR-100, in the binary version of their author: the Python version is made of pickles."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

FILES = "files"


class CifarSet(KnownSet):
    """Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"."""

    inner: ClassVar[str]
    licence = "None given; cite the author"
    home = "https://www.cs.toronto.edu/~kriz/cifar.html"
    unpacked_bytes = 190_000_000

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Unpack the archive."""
        unpacked_to(folder / cls.remote[0].name, folder / FILES, ctx)

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The binary files."""
        from cnnstudio.data.sources.cifar import CifarSource

        return CifarSource(path=str(folder / FILES / cls.inner))


class Cifar10(CifarSet):
    """Ten classes of animals and vehicles."""

    key, title, inner = "cifar-10", "CIFAR-10", "cifar-10-batches-bin"
    about = "60,000 small photos in ten classes, 32 × 32, colour."
    remote = (
        RemoteFile(
            "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
            "md5:c32a1d4ab5d03f1284b67883e8d87530",
            170_052_171,
        ),
    )


class Cifar100(CifarSet):
    """A hundred classes in twenty groups."""

    key, title, inner = "cifar-100", "CIFAR-100", "cifar-100-binary"
    about = "60,000 small photos in a hundred classes, 32 × 32, colour."
    variants: ClassVar[dict[str, str]] = {"": "All hundred classes", "coarse": "Twenty groups of five"}
    variant_field = "labels"
    settings = ("variant",)
    remote = (
        RemoteFile(
            "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
            "md5:03b5dce01913d631647c71ecec9e9cb8",
            168_513_733,
        ),
    )
