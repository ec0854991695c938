"""Which columns of a table find room beside each other, and how wide each becomes."""

from collections.abc import Sequence


def fitting_columns(least: Sequence[int], leaving: Sequence[int], room: int) -> list[int]:
    """The columns that are shown where all would need more than the room.

    Args:
        least: Below this width, in pixels, a column says too little.
        leaving: Columns in the order in which they go, the one that is missed least first; others always stay.
        room: Width of all together, in pixels.
    """
    shown = list(range(len(least)))
    for column in leaving:
        if sum(least[one] for one in shown) <= room:
            break
        shown.remove(column)
    return shown


def shared_widths(wanted: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """What each gets of some room: what it wants, or, if that is too much, no more than the others that get less."""
    low, high = 0, max(wanted, default=0)
    while low < high:
        most = (low + high + 1) // 2
        is_room = sum(min(want, max(floor, most)) for want, floor in zip(wanted, least, strict=True)) <= room
        low, high = (most, high) if is_room else (low, most - 1)
    return [min(want, max(floor, low)) for want, floor in zip(wanted, least, strict=True)]
