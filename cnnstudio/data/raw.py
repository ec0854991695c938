"""What a source hands over: pictures at training size and what was found on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cnnstudio.data.difference import Difference
    from cnnstudio.data.manifest import Manifest


@dataclass(frozen=True)
class Problem:
    """Something about the data that the user should know.

    Args:
        file: Path below the data's folder; empty if it is about several files or the whole.
        kind: Short key to group by: "empty", "truncated", "foreign", "tiny_class", …
        text: One sentence with names and numbers.
        hint: What to do about it.
        is_blocking: Training must not start before the user has decided.
        places: Positions of the pictures it is about, as the data set counts them; empty where none can be shown.
    """

    file: str
    kind: str
    text: str
    hint: str = ""
    is_blocking: bool = False
    places: tuple[int, ...] = ()


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
        groups: int64, shape (N,): copies of the same picture, exact or near, share a number; None: not looked for yet.
        prints: uint8, shape (N, 64): fingerprints; None: not made yet.
        sums: int64, shape (N, 2, C): sum of each picture's levels and of their squares; None: not added up yet.
        manifest: The files behind the pictures, those that can't be read included; None if there are none.
        difference: What changed since the files were seen last; None if they weren't, or nothing did.
    """

    classes: tuple[str, ...]
    names: tuple[str, ...]
    paths: Sequence[Path | None]
    pixels: np.ndarray
    labels: np.ndarray
    given_splits: np.ndarray | None = None
    masks: np.ndarray | None = None
    thumbnails: np.ndarray | None = None
    digests: Sequence[bytes] = ()
    problems: tuple[Problem, ...] = ()
    groups: np.ndarray | None = None
    prints: np.ndarray | None = None
    sums: np.ndarray | None = None
    manifest: "Manifest | None" = None
    difference: "Difference | None" = None
