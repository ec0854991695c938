"""Pictures that are there more than once: under two classes, or on both sides of an examination."""

from collections.abc import Iterator, Sequence

import numpy as np

from cnnstudio.data.duplicates import exact_groups, members_of
from cnnstudio.data.raw import Problem, RawData
from cnnstudio.data.splits import EXCLUDED, SPLITS
from cnnstudio.data.words import counted, name_list

Groups = list[list[int]]


def copy_problems(raw: RawData, splits: np.ndarray) -> Iterator[Problem]:
    """What there is to say about files of equal bytes, and then about pictures that only look the same."""
    used = splits != EXCLUDED
    exact = _members(exact_groups(raw.digests), used) if len(raw.digests) else []
    yield from _conflicts(raw, exact)
    yield from _leak(raw, splits, exact, "leak", ("picture is", "pictures are"))
    if exact:
        extra = sum(len(group) - 1 for group in exact)
        text = counted(extra, "file is an exact copy", "files are exact copies")
        yield _problem("duplicates", f"{text} of others: {_first_names(raw, exact)}.", exact)
    if raw.groups is not None:
        yield from _near_problems(raw, splits, _members(raw.groups, used), exact)


def surplus(places: Sequence[int], groups: np.ndarray, splits: np.ndarray) -> list[int]:
    """All but one of the copies among some pictures; what stays is the one in the test, or else in validation.

    So an examination keeps its pictures, and the training loses those that would give its answers away.

    Args:
        places: The pictures.
        groups: int64, shape (N,): copies share a number.
        splits: uint8, shape (N,).
    """
    used = np.array([place for place in places if splits[place] != EXCLUDED], np.int64)
    # Within a group by part, the later ones first; a stable sort keeps the order of the pictures otherwise.
    order = used[np.lexsort((-splits[used].astype(np.int64), groups[used]))]
    is_first = np.ones(len(order), bool)
    is_first[1:] = groups[order][1:] != groups[order][:-1]
    return sorted(order[~is_first].tolist())


def _near_problems(raw: RawData, splits: np.ndarray, groups: Groups, exact: Groups) -> Iterator[Problem]:
    """Resized, re-encoded or mirrored copies: groups that exact copies alone don't make."""
    known = {place for group in exact for place in group}
    near = [group for group in groups if not known.issuperset(group)]
    mixed = [group for group in near if len(set(raw.labels[group].tolist())) > 1]
    if mixed:
        text = counted(len(mixed), "picture seems", "pictures seem")
        yield _problem(
            "near_conflicts",
            f"{text} to be in two classes, as copies that look alike: {_first_names(raw, mixed)}.",
            mixed,
        )
    yield from _leak(raw, splits, near, "near_leak", ("picture has look-alikes", "pictures have look-alikes"))
    if near:
        extra = sum(len(group) - 1 for group in near)
        text = counted(extra, "picture looks", "pictures look")
        yield _problem(
            "near_duplicates",
            f"{text} like another one (resized, re-encoded or mirrored): {_first_names(raw, near)}.",
            near,
        )


def _conflicts(raw: RawData, exact: Groups) -> Iterator[Problem]:
    for group in exact:
        labels = {int(raw.labels[place]) for place in group}
        if len(labels) > 1:
            both = " and ".join(f"'{raw.classes[label]}'" for label in sorted(labels))
            files = name_list([raw.names[place] for place in group])
            text = f"The same picture is in {both}: {files}."
            yield Problem(raw.names[group[0]], "conflicting_labels", text, places=tuple(group))


def _leak(raw: RawData, splits: np.ndarray, groups: Groups, kind: str, words: tuple[str, str]) -> Iterator[Problem]:
    leaks = [group for group in groups if len(set(splits[group].tolist())) > 1]
    if leaks:
        parts = " and ".join(SPLITS[split] for split in sorted({int(splits[i]) for group in leaks for i in group}))
        text = f"{counted(len(leaks), *words)} in more than one of {parts}: {_first_names(raw, leaks)}."
        hint = "Delete the copies." if kind == "leak" else "Keep copies together in the split, or leave them out."
        yield _problem(kind, f"{text} The results look too good.", leaks, hint)


def _members(groups: np.ndarray, used: np.ndarray) -> Groups:
    """The members of each group of two or more that are in use."""
    places = np.flatnonzero(used)
    return [places[members].tolist() for members in members_of(groups[places])]


def _problem(kind: str, text: str, groups: Groups, hint: str = "") -> Problem:
    return Problem("", kind, text, hint=hint, places=tuple(place for group in groups for place in group))


def _first_names(raw: RawData, groups: Sequence[Sequence[int]]) -> str:
    return name_list([raw.names[group[0]] for group in groups])
