"""Which source is it that was typed or dropped? The content decides, and what is none is told why."""

from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.data.place import Place, head_of, is_pickle, unpacked
from cnnstudio.data.spec import SourceSpec, sources

NAME_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
TAKEN = "a folder of images, a zip or tar archive, IDX, CIFAR binary or NPZ files, or a CSV file of labels"


def named_source(text: str) -> SourceSpec | None:
    """A source that needs no path: "digits", "shapes", or a well-known set by its name; None if it is none."""
    from cnnstudio.data.sources.digits import DigitsSource
    from cnnstudio.data.sources.known import KnownSource
    from cnnstudio.data.sources.shapes import ShapesSource

    if text == "digits":
        return DigitsSource()
    if text == "shapes":
        return ShapesSource()
    if not set(text) <= NAME_SIGNS:
        return None
    # What downloads takes 50 ms to import: only for what may be a name.
    from cnnstudio.data.known import KNOWN

    if text in KNOWN:
        return KnownSource(name=text)
    # "emnist-letters", "cifar-100-coarse": a set and its version.
    for name, known in KNOWN.items():
        for variant in filter(None, known.variants):
            if text == f"{name}-{variant.removeprefix(name + '-')}":
                return KnownSource(name=name, variant=variant)
    return None


def source_at(path: Path) -> SourceSpec:
    """The source that a file or folder is.

    Raises:
        DataError: It is none; the message says what it is instead.
    """
    place = Place(path)
    for cls in sorted(sources, key=lambda cls: cls.rank):
        found = cls.found_at(place)
        if found is not None:
            return found
    raise _no_source(place)


def pickles_in(place: Place) -> list[str]:
    """Names of the Python pickles in a folder: CIFAR's Python version is made of them, and they are never opened."""
    return [file.name for file in place.files() if not file.suffix and is_pickle(unpacked(head_of(file)))]


def pickle_error(name: str) -> DataError:
    """Why a pickle is not opened, and what to take instead."""
    return DataError(
        f"'{name}' is a Python pickle, which can contain program code; it is not opened.",
        hint="Take the binary version of CIFAR (cifar-10-binary.tar.gz), or save the arrays as .npz.",
    )


def _no_source(place: Place) -> DataError:
    name = place.path.name
    if place.kind == "a Python pickle":
        return pickle_error(name)
    if place.kind == "an image":
        return DataError(
            f"'{name}' is a single picture; a network learns from many, each with its class.",
            hint="Choose the folder that holds them. To classify this one, drop it on the page Classify.",
        )
    what = f"is {place.kind}" if place.kind else "is nothing that data can be read from"
    if not place.head:
        what = "is empty or can't be read"
    return DataError(f"'{name}' {what}.", hint=f"Choose {TAKEN}.")
