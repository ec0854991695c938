"""CIFAR-10 and CIFAR-100 in their binary version: records of labels and 32×32 pixels, channel by channel."""

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

SIDE, PIXEL_BYTES = 32, 3 * 32 * 32
# Name of a file without its suffix, to its split; CIFAR-10's come in batches, CIFAR-100's whole.
TEN = {**{f"data_batch_{number}": 0 for number in range(1, 6)}, "test_batch": 2}
HUNDRED = {"train": 0, "test": 2}
MAX_NAMES_BYTES = 100_000


@sources.register
class CifarSource(SourceSpec):
    """The binary files of Krizhevsky 2009; the Python version is made of pickles and not opened."""

    rank: ClassVar[int] = 1
    kind: Literal["cifar"] = "cifar"
    path: str = setting(title="Folder", description="Folder with the binary files of CIFAR-10 or CIFAR-100.")
    labels: Literal["fine", "coarse"] = setting(
        "fine", title="Classes", description="CIFAR-100's hundred classes, or its twenty groups of five."
    )

    @property
    def title(self) -> str:
        """The folder's name."""
        return Path(self.path).name or self.path

    @classmethod
    def found_at(cls, place: "Place") -> "CifarSource | None":
        """A folder with such files, or one of them."""
        files = _files(place.folder)
        if not files or not (place.is_folder or place.path in files):
            return None
        return cls(path=str(place.folder))

    def default_preprocess(self) -> PreprocessSpec:
        """32×32 colour, as they are."""
        return PreprocessSpec(side=SIDE, channels=3, resize="stretch")

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Read all files that are there."""
        from cnnstudio.data.arrays import raw_from_parts

        files = _files(checked_folder(self.path))
        if not files:
            raise DataError(f"{self.path} holds no binary files of CIFAR.", hint="They may have been moved.")
        is_hundred = next(iter(files)).stem in HUNDRED
        parts = []
        for done, (file, split) in enumerate(files.items()):
            ctx.check()
            ctx.progress(done, len(files), f"Reading {file.name}")
            parts.append(self._part(file, split, is_hundred))
        return raw_from_parts(parts, self._names(is_hundred, parts), preprocess, ctx)

    def _part(self, file: Path, split: int, is_hundred: bool) -> "Part":
        import numpy as np

        from cnnstudio.data.arrays import Part
        from cnnstudio.data.memory import SHARE, available_bytes

        label_bytes = 2 if is_hundred else 1
        size, record = file.stat().st_size, label_bytes + PIXEL_BYTES
        if not size or size % record:
            raise DataError(
                f"'{file.name}' has {size:,} bytes, which is no multiple of {record:,}, the length of one picture.",
                hint="Download it again.",
            )
        if size > SHARE * available_bytes():
            raise DataError(f"'{file.name}' needs {size / 1e9:.1f} GB of memory, more than is free.")
        records = np.fromfile(file, np.uint8).reshape(-1, record)
        column = 1 if is_hundred and self.labels == "fine" else 0
        images = records[:, label_bytes:].reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
        return Part(images, records[:, column].astype(np.int64), split)

    def _names(self, is_hundred: bool, parts: list["Part"]) -> tuple[str, ...]:
        """The names from the table beside the files, or numbers."""
        table = f"{self.labels}_label_names.txt" if is_hundred else "batches.meta.txt"
        path = Path(self.path) / table
        top = max(int(part.labels.max()) for part in parts) + 1
        if not path.is_file() or path.stat().st_size > MAX_NAMES_BYTES:
            return tuple(str(number) for number in range(top))
        names = path.read_text("utf-8", errors="replace").split()
        return tuple(names) if len(names) >= top else tuple(str(number) for number in range(top))


def _files(folder: Path) -> dict[Path, int]:
    """The files of CIFAR-10, or else of CIFAR-100, with their splits; by name and by the length of their records."""
    for known, record in ((TEN, 1 + PIXEL_BYTES), (HUNDRED, 2 + PIXEL_BYTES)):
        files = {folder / f"{stem}.bin": split for stem, split in known.items()}
        there = {file: split for file, split in files.items() if file.is_file()}
        if there and (known is TEN or any(file.stat().st_size % record == 0 for file in there)):
            return there
    return {}
