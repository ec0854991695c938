"""Find images by a table of labels that lies beside them."""

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.label_table import Columns, Row, read_table
from cnnstudio.data.raw import Problem
from cnnstudio.data.scan import OPEN, SPLIT_NAMES, Scan
from cnnstudio.data.scan_names import labelled
from cnnstudio.data.walk import FoundFile, Walk
from cnnstudio.data.words import counted


def scan_table(root: Path, table: Path, columns: Columns, ctx: JobContext) -> Scan:
    """The images that a table names, anywhere below the folder; the rows that can't be used are named by number.

    A row may give a path below the folder, a file's name, or the name without its suffix.

    Raises:
        DataError: The table can't be read, or none of its rows names an image of the folder.
    """
    rows = read_table(table, columns)
    walk = Walk(root, ctx)
    by_name = _Index(list(walk.files(str(root), -1, OPEN)))
    named: list[tuple[FoundFile, str]] = []
    problems: list[Problem] = []
    labels: dict[str, tuple[str, int]] = {}
    for row in rows:
        ctx.check()
        file, problem = _placed(row, table, by_name, labels)
        if problem is not None:
            problems.append(problem)
        elif file is not None:
            named.append((replace(file, split=SPLIT_NAMES.get(row.split.lower(), OPEN)), row.label))
    if not named:
        raise _nothing_named(root, table, rows, problems)
    scan = labelled(root, named)
    left = by_name.count - len(labels)
    if left > 0:
        text = f"{counted(left, 'image is', 'images are')} in no row of {table.name} and not used."
        problems.append(Problem("", "no_class", text))
    if table.is_relative_to(root):
        # It was passed by as "no image"; it is no stranger.
        walk.foreign -= Counter([table.suffix.lower()])
    scan.problems += [*problems, *walk.problems, *walk.skipped()]
    return scan


class _Index:
    """Files of a folder by what a row may call them: path, name, or name without suffix; None if that is not clear."""

    def __init__(self, files: list[FoundFile]) -> None:
        self.count = len(files)
        self._paths = {file.name: file for file in files}
        self._names: dict[str, FoundFile | None] = {}
        for file in files:
            base = os.path.basename(file.name)
            for key in {base, os.path.splitext(base)[0], os.path.splitext(file.name)[0]}:
                self._names[key] = None if key in self._names else file

    def find(self, name: str) -> FoundFile | None:
        """The file that a row means."""
        clean = os.path.normpath(name.replace("\\", "/")).replace(os.sep, "/")
        return self._paths.get(clean) or self._names.get(clean)

    def is_ambiguous(self, name: str) -> bool:
        """Is the name that of several files?"""
        return name in self._names and self._names[name] is None


def _placed(
    row: Row, table: Path, files: _Index, labels: dict[str, tuple[str, int]]
) -> tuple[FoundFile | None, Problem | None]:
    """The file of a row, or what is wrong with the row; neither for a row that says the same again."""
    place = f"Row {row.line} of {table.name}"
    if not row.name:
        return None, Problem("", "table_row", f"{place} names no file.")
    if _escapes(row.name):
        text = f"{place} names '{row.name}', which lies outside the folder; it is not read."
        return None, Problem(row.name, "unsafe_row", text, hint="Give paths below the folder.")
    if not row.label:
        return None, Problem(row.name, "table_row", f"{place} gives no class for '{row.name}'.")
    file = files.find(row.name)
    if file is None:
        reason = "is the name of several files" if files.is_ambiguous(row.name) else "is not in the folder"
        return None, Problem(row.name, "missing_row", f"{place}: '{row.name}' {reason}.")
    label, line = labels.setdefault(file.name, (row.label, row.line))
    if label != row.label:
        text = f"{place} calls '{row.name}' '{row.label}', row {line} '{label}'; the first one counts."
        return None, Problem(file.name, "conflicting_labels", text)
    return (file, None) if line == row.line else (None, None)


def _escapes(name: str) -> bool:
    clean = name.replace("\\", "/")
    return clean.startswith("/") or clean[1:2] == ":" or ".." in clean.split("/") or "\0" in clean


def _nothing_named(root: Path, table: Path, rows: list[Row], problems: list[Problem]) -> DataError:
    if not rows:
        return DataError(f"{table.name} has no rows below its titles.", hint="Give each image a row: file,class")
    kinds = Counter(problem.kind for problem in problems)
    first = problems[0].text if problems else ""
    return DataError(
        f"None of the {counted(len(rows), 'row')} of {table.name} names an image in {root}. {first}",
        hint="Check the column of files." if kinds["missing_row"] else "Mend the table.",
    )
