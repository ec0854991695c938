"""MNIST and the sets that took its form: IDX files of 28×28 grey pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from cnnstudio.data.known.known_set import KnownSet, RemoteFile, unpacked_to

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.spec import SourceSpec

NAMES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def four_files(base: str, digests: tuple[str, ...], sizes: tuple[int, ...]) -> tuple[RemoteFile, ...]:
    """The four files of such a set."""
    rows = zip(NAMES, digests, sizes, strict=True)
    return tuple(RemoteFile(base + name, f"md5:{digest}", size) for name, digest, size in rows)


class IdxSet(KnownSet):
    """A set of four IDX files."""

    class_names: ClassVar[tuple[str, ...]] = ()
    is_converted = False
    settings = ("class_names",)

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The IDX files as they were downloaded."""
        from cnnstudio.data.sources.idx import IdxSource

        return IdxSource(path=str(folder), class_names=cls.class_names)


class Mnist(IdxSet):
    """LeCun, Cortes and Burges 1998."""

    key, title = "mnist", "MNIST"
    about = "70,000 handwritten digits, 28 × 28, grey."
    licence = "CC BY-SA 3.0"
    home = "http://yann.lecun.com/exdb/mnist/"
    remote = four_files(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        (9_912_422, 28_881, 1_648_877, 4_542),
    )


class FashionMnist(IdxSet):
    """Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747."""

    key, title = "fashion-mnist", "Fashion-MNIST"
    about = "70,000 pictures of clothes in ten classes, 28 × 28, grey."
    licence = "MIT"
    home = "https://github.com/zalandoresearch/fashion-mnist"
    class_names = (
        "T-shirt or top",
        "Trousers",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    remote = four_files(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        (26_421_880, 29_515, 4_422_102, 5_148),
    )


class Kmnist(IdxSet):
    """Clanuwat et al. 2018, arXiv:1812.01718."""

    key, title = "kmnist", "KMNIST"
    about = "70,000 cursive Japanese characters in ten classes, 28 × 28, grey."
    licence = "CC BY-SA 4.0"
    home = "http://codh.rois.ac.jp/kmnist/index.html.en"
    class_names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    remote = four_files(
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        (
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        (18_165_135, 29_497, 3_041_136, 5_120),
    )


class Emnist(KnownSet):
    """Cohen et al. 2017, arXiv:1702.05373; one of its six sets, whose pictures lie on their side in the files."""

    key, title = "emnist", "EMNIST"
    about = "131,600 handwritten letters and digits in 47 classes, 28 × 28, grey; or one of five other choices of them."
    # Numbers of pictures and classes: table II of the paper.
    variants: ClassVar[dict[str, str]] = {
        "": "Balanced: 131,600, 47 classes",
        "emnist-byclass": "By class: 814,255, 62 classes",
        "emnist-bymerge": "By merge: 814,255, 47 classes",
        "emnist-letters": "Letters: 145,600, 26 classes",
        "emnist-digits": "Digits: 280,000, 10 classes",
        "emnist-mnist": "As MNIST: 70,000, 10 classes",
    }
    variant_field = "family"
    settings = ("variant", "class_names")
    licence = "Public domain (NIST)"
    home = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
    unpacked_bytes = 600_000_000
    remote = (
        RemoteFile(
            "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
            "md5:58c8d27c78d21e728a6bc7b3cc06412e",
            561_753_746,
            is_exact=False,
        ),
    )

    @classmethod
    def prepare(cls, folder: Path, ctx: "JobContext") -> None:
        """Unpack the archive; its files stay compressed one by one."""
        unpacked_to(folder / "gzip.zip", folder / "files", ctx)

    @classmethod
    def source(cls, folder: Path) -> "SourceSpec":
        """The balanced one of the six sets in the archive."""
        from cnnstudio.data.sources.idx import IdxSource

        return IdxSource(path=str(folder / "files" / "gzip"), family="emnist-balanced", is_transposed=True)
