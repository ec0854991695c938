"""The report of a data set as a table: one row for each finding and picture, then one for each class."""

from collections.abc import Iterator
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.core.tables import csv_text
from cnnstudio.data.dataset import EXCLUDED, SPLITS, Dataset
from cnnstudio.data.words import printable

HEADER = ("finding", "stops training", "file", "class", "part", "width", "height", "what", "what to do")
Row = tuple[object, ...]


def report_rows(dataset: Dataset) -> Iterator[Row]:
    """All rows below the header."""
    for problem in dataset.problems:
        stops = "yes" if problem.is_blocking else "no"
        what, hint = printable(problem.text), printable(problem.hint)
        if not problem.places:
            yield (problem.kind, stops, printable(problem.file), "", "", "", "", what, hint)
        for place in problem.places:
            yield (problem.kind, stops, *_about(dataset, place), what, hint)
    for name, count in dataset.counts().items():
        parts = ", ".join(f"{dataset.counts(split)[name]:,} {split}" for split in SPLITS)
        yield ("class", "no", "", printable(name), "", "", "", f"{count:,} pictures: {parts}", "")


def save_report(dataset: Dataset, path: Path) -> None:
    """Write the report as CSV.

    Raises:
        FileError: The place can't be written.
    """
    files.write_text(path, csv_text(HEADER, report_rows(dataset)))


def _about(dataset: Dataset, place: int) -> Row:
    split = int(dataset.splits[place])
    part = "left out" if split == EXCLUDED else SPLITS[split]
    label = printable(dataset.classes[int(dataset.labels[place])])
    return (printable(dataset.names[place]), label, part, *_size(dataset, place))


def _size(dataset: Dataset, place: int) -> Row:
    manifest = dataset.raw.manifest if dataset.raw is not None else None
    if manifest is None:
        return (dataset.pixels.shape[3], dataset.pixels.shape[2])
    width, height = manifest.sizes[manifest.readable[place]].tolist()
    return (width, height)
