"""Which groups layers lie in: those that their names tell, stage1 of stage1.conv2, and those that were made by hand."""

from collections.abc import Collection, Sequence

from cnnstudio.network.parts import Group

INDENT = "   "


class LayerGroups:
    """Layers and groups as they stand below each other.

    Args:
        layers: Names of the layers with something to learn, in order.
        groups: The network's. One that holds other layers than those of its name was made by hand.
    """

    def __init__(self, layers: Collection[str], groups: Sequence[Group] = ()) -> None:
        self._by_id = {group.id: group for group in groups}
        self._made = {group.id for group in groups if group.id not in layers and not self._is_by_name(group)}
        self._home = {layer: group.id for group in groups if group.id in self._made for layer in group.members}
        self.inside: dict[str, list[str]] = {}
        for layer in layers:
            for name in {*self.outer(layer), *_outer_by_name(layer)}:
                self.inside.setdefault(name, []).append(layer)
        self.made = self._made & self.inside.keys()
        self.order = self._in_order(layers)

    def outer(self, name: str) -> list[str]:
        """The groups that a layer or group lies in, the outermost first."""
        if name in self._made or name in self._home:
            home = self._home.get(name, "")
            return [*self._around(home or name), *([home] if home else [])]
        by_name = _outer_by_name(name)
        around = [group for inner in (*by_name, name) for group in (*self._around(inner), inner)]
        return list(dict.fromkeys(group for group in around if group in by_name or group in self._made))

    def label(self, name: str) -> str:
        """What its row says: a layer of a group that was made by hand has its whole name."""
        outer = self.outer(name)
        is_by_name = bool(outer) and name.startswith(f"{outer[-1]}.")
        return INDENT * len(outer) + (name.rpartition(".")[2] if is_by_name else name)

    def title(self, group: str) -> str:
        """What a group is called; empty if only its layers' names tell of it."""
        return self._by_id[group].title if group in self._by_id else ""

    def _is_by_name(self, group: Group) -> bool:
        """Do the names of all that it holds tell of it?"""
        inner = [other for other in self._by_id.values() if other.parent == group.id]
        names = (*group.members, *(other.id for other in inner))
        return all(name.startswith(f"{group.id}.") for name in names)

    def _around(self, group: str) -> list[str]:
        """The groups around one that was made by hand, or that another is in."""
        parent = self._by_id[group].parent if group in self._by_id else None
        return [*self._around(parent), parent] if parent else []

    def _in_order(self, layers: Collection[str]) -> list[str]:
        """Each group where its first layer comes, all it holds behind it."""
        below: dict[str, dict[str, None]] = {}
        for layer in layers:
            outer = self.outer(layer)
            for group, name in zip(["", *outer], [*outer, layer], strict=True):
                below.setdefault(group, {})[name] = None

        def lines(name: str) -> list[str]:
            return [line for inner in below.get(name, ()) for line in (inner, *lines(inner))]

        return lines("")


def _outer_by_name(name: str) -> list[str]:
    """The groups that a name tells: stage1 and stage1.block2 of stage1.block2.conv1."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]
