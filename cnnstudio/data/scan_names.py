"""Find images whose names tell their class."""

from dataclasses import replace
from pathlib import Path

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.name_pattern import class_in, name_pattern
from cnnstudio.data.raw import Problem
from cnnstudio.data.scan import MAX_CLASSES, OPEN, SPLIT_NAMES, Scan, natural_key
from cnnstudio.data.walk import FoundFile, Walk
from cnnstudio.data.words import counted

SHOWN = 3


def scan_names(root: Path, pattern: str, ctx: JobContext) -> Scan:
    """Walk a folder whose files' names tell their class; folders called train, val and test above them count.

    Raises:
        DataError: The pattern is none, or fits no file, or gives more than 10,000 classes.
    """
    expression = name_pattern(pattern)
    walk = Walk(root, ctx)
    named: list[tuple[FoundFile, str]] = []
    unnamed: list[str] = []
    for file in walk.files(str(root), -1, OPEN):
        found = class_in(file.name, expression)
        if found is None:
            unnamed.append(file.name)
        else:
            named.append((file, found))
    _check(root, pattern, named, unnamed)
    scan = labelled(root, named)
    if unnamed:
        first = ", ".join(f"'{name}'" for name in unnamed[:SHOWN])
        text = f"{counted(len(unnamed), 'image has a name', 'images have names')} that '{pattern}' doesn't fit"
        scan.problems.append(Problem("", "no_class", f"{text} (first: {first}).", hint="Change the pattern."))
    scan.problems += [*walk.problems, *walk.skipped()]
    return scan


def labelled(root: Path, named: list[tuple[FoundFile, str]]) -> Scan:
    """A scan of files with the names of their classes, in natural order; the top folder may tell the split."""
    classes = tuple(sorted({name for _, name in named}, key=natural_key))
    if len(classes) > MAX_CLASSES:
        raise DataError(f"{root} has {len(classes):,} classes; at most {MAX_CLASSES:,} are read.")
    number = {name: index for index, name in enumerate(classes)}
    scan = Scan(root, classes)
    for file, name in named:
        split = file.split if file.split != OPEN else _split_of(file.name)
        scan.has_splits = scan.has_splits or split != OPEN
        scan.files.append(replace(file, label=number[name], split=split))
    return scan


def _split_of(name: str) -> int:
    top, slash, _ = name.partition("/")
    return SPLIT_NAMES.get(top.lower(), OPEN) if slash else OPEN


def _check(root: Path, pattern: str, named: list[tuple[FoundFile, str]], unnamed: list[str]) -> None:
    if named:
        return
    if unnamed:
        n = counted(len(unnamed), "image")
        raise DataError(
            f"The pattern '{pattern}' fits none of the {n} in {root}; the first is '{unnamed[0]}'.",
            hint="Write {class} where the class stands, # for a number and * for anything.",
        )
    raise DataError(f"No images found in {root}.", hint="Choose a folder that holds images.")
