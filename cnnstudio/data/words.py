"""Words for people: counts with their noun, and names of files made fit for one line of text."""

import re

# Control characters, line and paragraph separators, and the marks that turn the direction of writing round.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
REPLACEMENT = "\ufffd"
SHOWN_NAMES = 3


def printable(text: str) -> str:
    """The text on one line: what isn't Unicode in a file's name, or can't be shown, as a replacement character."""
    decoded = text.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")
    return _UNSHOWN.sub(REPLACEMENT, decoded)


def counted(n: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 image", "1,200 images".

    Args:
        n: How many.
        noun: The word for one of them.
        plural: The word for several; the noun with an s if left out.
    """
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def name_list(names: list[str]) -> str:
    """The first names, quoted, and how many more there are."""
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN_NAMES])
    return f"{shown} and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else shown
