"""NPZ files: arrays of images and labels that numpy saved."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, checked_path, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.place import Place
    from cnnstudio.data.raw import RawData

ZIP = b"PK\3\4"
NAME_AT = 30


@sources.register
class NpzSource(SourceSpec):
    """x and y, images and labels, or the same for each of train, val and test; Python objects are refused."""

    rank: ClassVar[int] = 1
    kind: Literal["npz"] = "npz"
    path: str = setting(title="File", description="NPZ file with arrays of images and labels.")
    class_names: tuple[str, ...] = setting(
        (),
        title="Class names",
        description="Names of the classes in the order of their numbers; empty: as the file says, or the numbers.",
        advanced=True,
    )

    @property
    def title(self) -> str:
        """The file's name."""
        return Path(self.path).stem or self.path

    @classmethod
    def found_at(cls, place: "Place") -> "NpzSource | None":
        """Such a file, or a folder that holds one and no other file of data."""
        if not place.is_folder:
            return cls(path=str(place.path)) if is_npz(place.head) else None
        files = place.files(".npz")
        others = [entry for entry in place.entries if entry.is_dir()]
        return cls(path=str(files[0])) if len(files) == 1 and not others else None

    def default_preprocess(self) -> PreprocessSpec:
        """The size of the images in the file, but at least 32×32, which LeNet-5 needs."""
        from cnnstudio.data.arrays import array_preprocess

        return array_preprocess(*self._size())

    def native_preprocess(self) -> PreprocessSpec | None:
        """The images' own size."""
        from cnnstudio.data.arrays import native_preprocess

        return native_preprocess(*self._size())

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Read images and labels of all splits that are there."""
        from cnnstudio.data.array_values import to_images, to_labels
        from cnnstudio.data.arrays import Part, raw_from_parts
        from cnnstudio.data.npz import array_headers, array_pairs, read_arrays

        path = checked_path(self.path)
        headers = array_headers(path)
        pairs = array_pairs(path, headers)
        wanted = [headers[name] for pair in pairs for name in (pair.images, pair.labels)]
        arrays = read_arrays(path, wanted, ctx)
        images = [to_images(values, pair.images) for values, pair in zip(arrays[::2], pairs, strict=True)]
        labels, names = to_labels(arrays[1::2], [pair.labels for pair in pairs])
        for pair, x, y in zip(pairs, images, labels, strict=True):
            if len(x) != len(y):
                raise DataError(f"'{pair.images}' holds {len(x):,} images, '{pair.labels}' {len(y):,} labels.")
        parts = [Part(x, y, pair.split) for pair, x, y in zip(pairs, images, labels, strict=True)]
        return raw_from_parts(parts, self._names(names, ctx), preprocess, ctx)

    def _names(self, found: tuple[str, ...], ctx: "JobContext") -> tuple[str, ...]:
        """The classes' names: as asked for, as the file has them, or as the labels say."""
        from cnnstudio.data.npz import CLASS_NAMES, array_headers, read_arrays

        headers = array_headers(checked_path(self.path))
        given = next((headers[name] for name in CLASS_NAMES if name in headers), None)
        if self.class_names and len(self.class_names) >= len(found):
            return self.class_names
        if given is None or given.dtype.kind != "U" or len(given.shape) != 1 or given.shape[0] < len(found):
            return found
        return tuple(str(name) for name in read_arrays(checked_path(self.path), [given], ctx)[0])

    def _size(self) -> tuple[int, int, int]:
        from cnnstudio.data.array_values import image_size
        from cnnstudio.data.npz import array_headers, array_pairs

        path = checked_path(self.path)
        headers = array_headers(path)
        name = array_pairs(path, headers)[0].images
        return image_size(headers[name].shape, name)


def is_npz(head: bytes) -> bool:
    """Does a file begin like an NPZ file: a zip archive whose first entry is an array?"""
    name_end = NAME_AT + int.from_bytes(head[26:28], "little")
    return head.startswith(ZIP) and head[NAME_AT:name_end].endswith(b".npy")
