"""IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST, and whoever took their form."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, checked_folder, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.arrays import Part
    from cnnstudio.data.place import Place
    from cnnstudio.data.raw import RawData

# "emnist-balanced-train-images-idx3-ubyte.gz": family, part of the set, what it holds.
_NAME = re.compile(
    r"(?P<family>.*?)[-_.]?(?P<part>train|t10k|test|val|valid)?[-_.]?(?P<what>images|labels)([-_.]idx\d)?"
    r"([-_.]ubyte)?(\.idx)?(\.gz)?",
    re.IGNORECASE,
)
_SPLITS = {"train": 0, "val": 1, "valid": 1, "t10k": 2, "test": 2, "": -1}
MAX_MAPPING_BYTES = 100_000


@dataclass(frozen=True)
class Pair:
    """A file of images and the one of their labels."""

    family: str
    split: int
    images: Path
    labels: Path


@sources.register
class IdxSource(SourceSpec):
    """Pairs of IDX files of images and labels in a folder; "train" and "t10k" or "test" in the names are the splits."""

    rank: ClassVar[int] = 1
    kind: Literal["idx"] = "idx"
    path: str = setting(title="Folder", description="Folder with the IDX files of images and of labels.")
    family: str = setting(
        "",
        title="Set",
        description="Which set, if the folder holds several: what the names begin with, such as emnist-balanced.",
    )
    is_transposed: bool = setting(
        False,
        title="Swap rows and columns",
        description="Turn pictures that lie on their side; EMNIST's do.",
        advanced=True,
    )
    class_names: tuple[str, ...] = setting(
        (),
        title="Class names",
        description="Names of the classes in the order of their numbers; empty: as the file says, or the numbers.",
        advanced=True,
    )

    @property
    def title(self) -> str:
        """The folder's name, and which set."""
        name = Path(self.path).name or self.path
        return f"{name}, {self.family}" if self.family else name

    @classmethod
    def found_at(cls, place: "Place") -> "IdxSource | None":
        """A folder with a pair of such files, or one of the files."""
        from cnnstudio.data.idx import header_of, idx_header

        if not place.is_folder and idx_header(place.unpacked_head) is None:
            return None
        pairs = [pair for pair in idx_pairs(place.files()) if header_of(pair.images) is not None]
        if not pairs:
            if place.is_folder:
                return None
            raise DataError(
                f"'{place.path.name}' is an IDX file, but its images or labels are not beside it.",
                hint="Put the file of images and the one of labels into one folder, named …-images… and …-labels….",
            )
        families = [pair.family for pair in pairs if place.path in (pair.images, pair.labels)]
        family = families[0] if families else pairs[0].family
        return cls(path=str(place.folder), family=family, is_transposed=family.startswith("emnist"))

    def default_preprocess(self) -> PreprocessSpec:
        """Grey, at the pictures' size but at least 32×32, which LeNet-5 needs."""
        from cnnstudio.data.arrays import array_preprocess

        return array_preprocess(*self._size())

    def native_preprocess(self) -> PreprocessSpec | None:
        """The pictures' own size."""
        from cnnstudio.data.arrays import native_preprocess

        return native_preprocess(*self._size())

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Read all pairs of the set."""
        from cnnstudio.data.arrays import raw_from_parts

        pairs = self._pairs()
        parts = [self._part(pair, ctx) for pair in pairs]
        mapped = _mapped_names(pairs[0])
        if mapped and min((int(part.labels.min()) for part in parts if len(part.labels)), default=0) == 1:
            # EMNIST's letters count from 1: a class without a picture would be one too many for the network.
            parts = [replace(part, labels=part.labels - 1) for part in parts]
            mapped = mapped[1:]
        top = max((int(part.labels.max()) for part in parts if len(part.labels)), default=0)
        names = self.class_names or mapped or tuple(str(number) for number in range(top + 1))
        return raw_from_parts(parts, names, preprocess, ctx)

    def _pairs(self) -> list[Pair]:
        folder = checked_folder(self.path)
        pairs = [pair for pair in idx_pairs(sorted(folder.iterdir())) if pair.family == self.family]
        if not pairs:
            raise DataError(f"{folder} holds no IDX files of images and labels.", hint="They may have been moved.")
        return pairs

    def _size(self) -> tuple[int, int, int]:
        from cnnstudio.data.idx import header_of

        header = header_of(self._pairs()[0].images)
        return _picture_size(header.shape if header else (), self._pairs()[0].images)

    def _part(self, pair: Pair, ctx: "JobContext") -> "Part":
        import numpy as np

        from cnnstudio.data.arrays import Part
        from cnnstudio.data.idx import read_idx

        ctx.progress(0, 0, f"Reading {pair.images.name}")
        images, labels = read_idx(pair.images, ctx), read_idx(pair.labels, ctx)
        height, width, channels = _picture_size(images.shape, pair.images)
        if labels.ndim != 1 or len(labels) != len(images):
            raise DataError(
                f"'{pair.images.name}' holds {len(images):,} images, '{pair.labels.name}' {labels.size:,} labels.",
                hint="The files don't belong together; download both again.",
            )
        images = images.reshape(-1, height, width, channels)
        images = images.transpose(0, 2, 1, 3) if self.is_transposed else images
        return Part(np.ascontiguousarray(images), labels.astype(np.int64), pair.split)


def idx_pairs(files: list[Path]) -> list[Pair]:
    """Images and labels that belong together by their names; unpacked files before gzipped ones."""
    found: dict[tuple[str, str, str], Path] = {}
    for file in sorted(files, key=lambda file: (file.suffix == ".gz", file.name)):
        match = _NAME.fullmatch(file.name)
        if match and file.is_file():
            key = (match["family"], (match["part"] or "").lower(), match["what"].lower())
            found.setdefault(key, file)
    pairs = [
        Pair(family, _SPLITS[part], images, found[family, part, "labels"])
        for (family, part, what), images in found.items()
        if what == "images" and (family, part, "labels") in found
    ]
    return sorted(pairs, key=lambda pair: (pair.family, pair.split))


def _picture_size(shape: tuple[int, ...], file: Path) -> tuple[int, int, int]:
    """Height, width and channels of the pictures in an array of this shape."""
    if len(shape) == 3:
        return shape[1], shape[2], 1
    if len(shape) == 4 and shape[3] in (1, 3):
        return shape[1], shape[2], shape[3]
    raise DataError(f"'{file.name}' holds an array of {len(shape)} dimensions; images have 3 (number, height, width).")


def _mapped_names(pair: Pair) -> tuple[str, ...]:
    """Names from EMNIST's table beside the files: lines of a class's number and its letters' codes."""
    table = pair.images.parent / f"{pair.family}-mapping.txt"
    if not table.is_file() or table.stat().st_size > MAX_MAPPING_BYTES:
        return ()
    rows = [line.split() for line in table.read_text("ascii", errors="replace").splitlines() if line.strip()]
    if not all(len(row) >= 2 and all(cell.isdigit() for cell in row) for row in rows):
        return ()
    names = {int(row[0]): chr(int(row[1])) for row in rows}
    return tuple(names.get(number, str(number)) for number in range(max(names, default=-1) + 1))
