"""A table of labels: rows of a CSV file, with the file and the class of each image."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.data.words import printable

MAX_BYTES = 500_000_000
SUFFIXES = (".csv", ".tsv")
NAME_COLUMNS = (
    "file", "filename", "file_name", "image", "image_name", "img", "path", "filepath", "file_path", "image_path",
    "name", "image_id", "id",
)  # fmt: skip
CLASS_COLUMNS = (
    "class", "label", "labels", "class_name", "category", "target", "species", "breed", "diagnosis", "type", "y",
)  # fmt: skip
SPLIT_COLUMNS = ("split", "set", "subset", "partition", "part", "fold")


@dataclass(frozen=True)
class Row:
    """One image of the table: where it stands in the file, what it names, and what it says of it."""

    line: int
    name: str
    label: str
    split: str


@dataclass(frozen=True)
class Columns:
    """Which columns hold what, by their titles; an empty one is found by common names."""

    name: str = ""
    label: str = ""
    split: str = ""


def read_table(path: Path, wanted: Columns) -> list[Row]:
    """All rows of a table of labels.

    UTF-8 with or without a byte-order mark; commas, semicolons or tabs between the cells; any ends of lines.

    Raises:
        DataError: It can't be read, has no such columns, or a row is damaged; the row is named.
    """
    text = _text(path)
    cells = _cells(path, text)
    header = next(cells, (1, []))[1]
    if not any(cell.strip() for cell in header):
        raise DataError(f"{path} is empty.", hint="The first row names the columns: file,class")
    name, label, split = _positions(path, [cell.strip() for cell in header], wanted)
    needed = max(name, label)
    rows = []
    for line, row in cells:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) <= needed:
            raise DataError(
                f"Row {line} of {path.name} has {len(row)} cells where {needed + 1} are needed.",
                hint="Mend the row, or remove it.",
            )
        part = row[split].strip() if 0 <= split < len(row) else ""
        rows.append(Row(line, row[name].strip(), row[label].strip(), part))
    return rows


def column_titles(path: Path) -> tuple[str, ...]:
    """The titles in the first row of a table; empty if it can't be read as one."""
    try:
        with path.open("rb") as file:
            head = file.read(65_536)
    except OSError:
        return ()
    first = _decoded(head).splitlines()[:1]
    return tuple(cell.strip() for cell in next(csv.reader(first, delimiter=_separator(first[0])), [])) if first else ()


def is_label_table(path: Path) -> bool:
    """Does its first row name a column of files and one of classes?"""
    titles = [title.lower() for title in column_titles(path)]
    return _first(titles, NAME_COLUMNS) >= 0 and _first(titles, CLASS_COLUMNS) >= 0


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB and was not read.")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} can't be read ({error.strerror or error}).") from None
    return _decoded(content)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    # Names that aren't Unicode stay the bytes that the folder's names are.
    return content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="surrogateescape")


def _cells(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(first), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataError(
            f"Row {reader.line_num} of {path.name} can't be read: {error}.",
            hint="Look for a quotation mark that is not closed.",
        ) from None


def _separator(line: str) -> str:
    return max(",;\t", key=line.count)


def _positions(path: Path, titles: Sequence[str], wanted: Columns) -> tuple[int, int, int]:
    """The positions of the columns of names, classes and splits; -1 for no splits."""
    lower = [title.lower() for title in titles]
    name = _position(path, titles, wanted.name, _first(lower, NAME_COLUMNS), "files", "Column of files")
    label = _position(path, titles, wanted.label, _first(lower, CLASS_COLUMNS), "classes", "Column of classes")
    if not wanted.split:
        return name, label, _first(lower, SPLIT_COLUMNS)
    return name, label, _position(path, titles, wanted.split, -1, "splits", "Column of splits")


def _position(path: Path, titles: Sequence[str], wanted: str, guess: int, what: str, setting: str) -> int:
    if wanted and wanted in titles:
        return titles.index(wanted)
    if not wanted and guess >= 0:
        return guess
    known = ", ".join(f"'{printable(title)}'" for title in titles[:12])
    problem = f"has no column '{wanted}'" if wanted else f"doesn't say which column holds the {what}"
    raise DataError(f"{path.name} {problem}; its columns are {known}.", hint=f"Name it under '{setting}'.")


def _first(titles: Sequence[str], known: Sequence[str]) -> int:
    return next((titles.index(name) for name in known if name in titles), -1)
