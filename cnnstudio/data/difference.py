"""What changed in a data set since it was seen last: by name and content, never by the time of a file alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnnstudio.data.manifest import Manifest
from cnnstudio.data.words import counted


@dataclass(frozen=True)
class Difference:
    """Names of files, by what happened to them.

    Args:
        added: New ones.
        removed: Gone.
        changed: Other content under the same name.
        relabelled: In another class, by the table or pattern that names it.
        moved: Name before to name now: the same content elsewhere, perhaps in another class's folder.
        resplit: In another of the parts train, val and test.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    resplit: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.relabelled, self.moved, self.resplit))

    def text(self) -> str:
        """In words: "3 files added, 1 changed"; empty if nothing differs."""
        parts = (
            (self.added, "added"),
            (self.removed, "removed"),
            (self.changed, "changed"),
            (self.relabelled, "in another class"),
            (self.moved, "renamed or moved"),
            (self.resplit, "in another part"),
        )
        found = [(len(names), what) for names, what in parts if names]
        if not found:
            return ""
        first = f"{counted(found[0][0], 'file')} {found[0][1]}"
        return ", ".join([first, *(f"{n:,} {what}" for n, what in found[1:])])


def difference(before: Manifest, now: Manifest) -> Difference:
    """Compare two states of a data set; files that can't be read count by their name and size."""
    if before.names == now.names and _contents(before) == _contents(now) and _places(before) == _places(now):
        return Difference()
    old, new = (
        dict(zip(before.names, _contents(before), strict=True)),
        dict(zip(now.names, _contents(now), strict=True)),
    )
    old_places, new_places = (dict(zip(m.names, _places(m), strict=True)) for m in (before, now))
    both = [name for name in now.names if name in old]
    gone, came = [n for n in before.names if n not in new], [n for n in now.names if n not in old]
    moved = _moved({name: old[name] for name in gone}, {name: new[name] for name in came})
    left, arrived = {name for name, _ in moved}, {name for _, name in moved}
    return Difference(
        added=tuple(name for name in came if name not in arrived),
        removed=tuple(name for name in gone if name not in left),
        changed=tuple(name for name in both if old[name] != new[name]),
        relabelled=tuple(name for name in both if old_places[name][0] != new_places[name][0]),
        moved=tuple(moved),
        resplit=tuple(name for name in both if old_places[name][1] != new_places[name][1]),
    )


def _moved(gone: Mapping[str, bytes], came: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Pairs of a name that is gone and a new one with the same content, each name once."""
    waiting: dict[bytes, list[str]] = {}
    for name, content in gone.items():
        waiting.setdefault(content, []).append(name)
    return [(waiting[content].pop(0), name) for name, content in came.items() if waiting.get(content)]


def _contents(manifest: Manifest) -> list[bytes]:
    digests = [bytes(row) for row in manifest.digests.view(f"V{manifest.digests.shape[1]}").ravel().tolist()]
    for position, failure in manifest.failures.items():
        # Some can't even be opened: nothing is known of their content.
        if not manifest.digests[position].any():
            digests[position] = f"{failure.kind} {int(manifest.stamps[position, 0])}".encode()
    return digests


def _places(manifest: Manifest) -> list[tuple[str, int]]:
    """Class and part of each file; the class by name, since a new class shifts the numbers."""
    names = np.array([*manifest.classes, ""], object)
    return list(zip(names[manifest.labels].tolist(), manifest.splits.tolist(), strict=True))
