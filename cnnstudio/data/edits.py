"""Edits of a data set by hand: relabelled and left-out pictures, always as a new value, so that undo is easy."""

from collections.abc import Sequence

from cnnstudio.data.spec import DataEdits
from cnnstudio.data.words import counted


def relabelled(edits: DataEdits, names: Sequence[str], own: Sequence[str], wanted: str) -> DataEdits:
    """With some pictures in another class.

    Args:
        edits: Those before.
        names: The pictures.
        own: The class that the source gives each of them; back in it, a picture needs no edit.
        wanted: The class they are in from now on.
    """
    labels = dict(edits.labels)
    for name, label in zip(names, own, strict=True):
        if label == wanted:
            labels.pop(name, None)
        else:
            labels[name] = wanted
    return edits.replace(labels=labels)


def left_out(edits: DataEdits, names: Sequence[str], is_out: bool) -> DataEdits:
    """With some pictures left out, or taken back in."""
    chosen = set(names)
    kept = [name for name in edits.excluded if name not in chosen]
    return edits.replace(excluded=(*kept, *names) if is_out else tuple(kept))


def renamed(edits: DataEdits, moved: Sequence[tuple[str, str]]) -> DataEdits:
    """With the new names of files that were renamed or moved: what was decided about them holds on."""
    new = dict(moved)
    return edits.replace(
        labels={new.get(name, name): label for name, label in edits.labels.items()},
        excluded=tuple(new.get(name, name) for name in edits.excluded),
    )


def edits_text(edits: DataEdits) -> str:
    """In words: "3 pictures relabelled, 1 left out"; empty without edits."""
    parts = []
    if edits.labels:
        parts.append(f"{counted(len(edits.labels), 'picture')} relabelled")
    if edits.excluded:
        parts.append(
            f"{len(edits.excluded):,} left out" if parts else f"{counted(len(edits.excluded), 'picture')} left out"
        )
    return ", ".join(parts)
