"""The class in a file's name: "cat.123.jpg" by the pattern "{class}.#"."""

import os
import re
from collections import Counter
from collections.abc import Sequence

from cnnstudio.core.errors import DataError

CLASS = "{class}"
_WILDCARDS = {"*": ".*?", "?": ".", "#": r"\d+"}
# What folders from phones, cameras and contests look like; the first that fits is proposed.
COMMON = (
    "{class}_#",
    "{class}-#",
    "{class}.#",
    "{class} (#)",
    "{class} #",
    "{class}#",
    "#_{class}",
    "#-{class}",
    "# {class}",
    "{class}_*",
    "{class}-*",
    "*_{class}",
    "*-{class}",
)
FITTING_SHARE = 0.95
MIN_PER_CLASS = 2


def name_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern as a regular expression over a file's name without its suffix.

    `{class}` stands for the class, `#` for a number, `*` for anything, `?` for one character.

    Raises:
        DataError: `{class}` is not in it exactly once.
    """
    if pattern.count(CLASS) != 1:
        raise DataError(
            f"The pattern '{pattern}' doesn't say where the class stands.",
            hint="Write {class} once, # for a number and * for anything: {class}_# fits cat_001.jpg.",
        )
    before, after = pattern.split(CLASS)
    return re.compile(f"{_plain(before)}(?P<class>.+?){_plain(after)}", re.DOTALL)


def class_in(name: str, pattern: re.Pattern[str]) -> str | None:
    """The class that a file's name tells, or None if the pattern doesn't fit."""
    stem = os.path.splitext(os.path.basename(name))[0]
    found = pattern.fullmatch(stem)
    return found["class"] if found else None


def guessed_pattern(names: Sequence[str]) -> str | None:
    """The first common pattern that fits nearly all names and gives at least two classes of two images."""
    for pattern in COMMON:
        expression = name_pattern(pattern)
        classes = Counter(class_in(name, expression) for name in names)
        fitting = len(names) - classes.pop(None, 0)
        usual = sum(count for count in classes.values() if count >= MIN_PER_CLASS)
        if fitting >= FITTING_SHARE * len(names) and len(classes) >= 2 and usual >= FITTING_SHARE * fitting:
            return pattern
    return None


def _plain(text: str) -> str:
    return "".join(_WILDCARDS.get(sign, re.escape(sign)) for sign in text)
