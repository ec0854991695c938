"""A short phrase in lines of a width: a number stays beside its unit."""

from collections.abc import Callable

Measure = Callable[[str], float]
# These belong to the word before them: a line that begins with "%" reads badly.
UNITS = frozenset(("%", "px", "×"))


def wrapped(phrase: str, width_px: float, measure: Measure) -> tuple[str, ...]:
    """The lines of a phrase; a word that is too long has a line of its own, and is not broken.

    Args:
        phrase: Words with single spaces between.
        width_px: Of a line.
        measure: How wide a text is, in px.
    """
    first, *others = _words(phrase)
    lines = [first]
    for word in others:
        joined = f"{lines[-1]} {word}"
        if measure(joined) <= width_px:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(lines)


def _words(phrase: str) -> list[str]:
    words: list[str] = []
    for word in phrase.split(" "):
        if word in UNITS and words:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words
