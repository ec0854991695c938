"""What a source hands over: pictures at training size and what was found on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Problem:
    """Something about the data that the user should know.

    Args:
        file: Path below the data's folder; empty if it is about several files or the whole.
        kind: Short key to group by: "empty", "truncated", "foreign", "tiny_class", …
        text: One sentence with names and numbers.
        hint: What to do about it.
        is_blocking: Training must not start before the user has decided.
    """

    file: str
    kind: str
    text: str
    hint: str = ""
    is_blocking: bool = False


@dataclass(frozen=True, eq=False)
class RawData:
    """All pictures of a source, brought to size but not yet split.

    Args:
        classes: Names, in the order of their numbers.
        names: One for each picture.
        paths: The file of each picture; None where there is none.
        pixels: uint8, shape (N, C, H, W).
        labels: int64, shape (N,), index into `classes`.
        given_splits: int8, shape (N,), index into SPLITS, -1 where the source leaves it open.
        masks: bool, shape (N, H, W); where the thing lies that gives the class.
        thumbnails: uint8, shape (N, 96, 96, 3); None if the pixels serve as such.
        digests: Hash of each picture's file; empty if there are no files.
        problems: What was found on the way.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[Path | None, ...]
    pixels: np.ndarray
    labels: np.ndarray
    given_splits: np.ndarray | None = None
    masks: np.ndarray | None = None
    thumbnails: np.ndarray | None = None
    digests: Sequence[bytes] = ()
    problems: tuple[Problem, ...] = ()
