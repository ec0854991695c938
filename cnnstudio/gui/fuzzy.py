"""Finding a command by a few of its letters, as command palettes do."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
START, NEXT, INSIDE = 8, 5, 1


def score(query: str, text: str) -> int:
    """How well the letters of `query` are found in `text`, in order; 0 if they aren't.

    Letters at the start of a word count most, letters right behind the one before count more than scattered ones.
    """
    wanted, there = query.casefold().replace(" ", ""), text.casefold()
    if not wanted:
        return 1
    if (place := there.find(query.casefold().strip())) >= 0:
        # The words themselves: better than any scattering of their letters.
        return START * len(wanted) * 2 - min(place, START * len(wanted) - 1)
    total, last = 0, -1
    for letter in wanted:
        place = _best_place(there, letter, last)
        if place < 0:
            return 0
        total += START if _starts_word(there, place) else NEXT if place == last + 1 else INSIDE
        last = place
    return total


def best(query: str, items: Sequence[T], text: Callable[[T], str]) -> list[T]:
    """The items that match, best first; equally good ones keep their order."""
    scored = [(score(query, text(item)), -place, item) for place, item in enumerate(items)]
    found = sorted((entry for entry in scored if entry[0] > 0), key=lambda entry: entry[:2], reverse=True)
    return [item for _, _, item in found]


def _best_place(text: str, letter: str, last: int) -> int:
    """Right behind the last letter, else at a word's start, else anywhere later."""
    if text[last + 1 : last + 2] == letter:
        return last + 1
    starts = [i for i in range(last + 1, len(text)) if text[i] == letter and _starts_word(text, i)]
    return starts[0] if starts else text.find(letter, last + 1)


def _starts_word(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
