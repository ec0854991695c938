"""The third way: names say nothing, so layers pair up by their kind, their shapes, and their order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnstudio.network.weights.names import COUNTER

Shapes = Mapping[str, tuple[int, ...]]
# How others call what we call weight, bias, running_mean and running_var.
ALIASES = {
    "gamma": "weight",
    "beta": "bias",
    "kernel": "weight",
    "moving_mean": "running_mean",
    "moving_var": "running_var",
    "moving_variance": "running_var",
}
# Above this many comparisons the two networks have nothing to do with each other.
MAX_COMPARISONS = 4_000_000


@dataclass(frozen=True)
class Layer:
    """The tensors of one layer: our leaf name to the full name and the shape."""

    name: str
    parts: dict[str, tuple[str, tuple[int, ...]]]

    @property
    def kind(self) -> int:
        """4 for convolutions, 2 for linear layers, 1 for normalisations."""
        return max((len(shape) for _, shape in self.parts.values()), default=0)

    @property
    def signature(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """What must be equal for two layers to pair up."""
        return tuple(sorted((leaf, shape) for leaf, (_, shape) in self.parts.items() if leaf != COUNTER))


def names_by_order(ours: Shapes, theirs: Shapes, *, has_order: bool) -> dict[str, str]:
    """Their name for each of ours that found a partner.

    Convolutions, linear layers and normalisations are paired among themselves, each in its order, because others
    define them in another sequence. A last layer that differs in its outputs alone is paired too.

    Args:
        ours: Our names and shapes, in order.
        theirs: Theirs.
        has_order: False if their order is lost; then natural order of the names ("2" before "10") stands in.
    """
    own, other = _layers(ours), _layers(theirs)
    if not has_order:
        other = sorted(other, key=lambda layer: _natural(layer.name))
    pairs: list[tuple[Layer, Layer]] = []
    for kind in sorted({layer.kind for layer in own}):
        pairs += _paired([x for x in own if x.kind == kind], [x for x in other if x.kind == kind])
    return {a.parts[leaf][0]: b.parts[leaf][0] for a, b in pairs for leaf in a.parts if leaf in b.parts}


def _layers(shapes: Shapes) -> list[Layer]:
    found: dict[str, Layer] = {}
    for name, shape in shapes.items():
        holder, _, leaf = name.rpartition(".")
        layer = found.setdefault(holder, Layer(holder, {}))
        layer.parts[ALIASES.get(leaf, leaf)] = (name, shape)
    return list(found.values())


def _paired(ours: Sequence[Layer], theirs: Sequence[Layer]) -> list[tuple[Layer, Layer]]:
    pairs = [(ours[i], theirs[j]) for i, j in _longest_common(ours, theirs)]
    mine = [layer for layer in ours if all(layer is not pair[0] for pair in pairs)]
    rest = [layer for layer in theirs if all(layer is not pair[1] for pair in pairs)]
    for layer in list(mine):
        # What stands at another place pairs up only where there is no choice.
        same = [other for other in rest if other.signature == layer.signature]
        if len(same) == 1 and sum(other.signature == layer.signature for other in mine) == 1:
            pairs.append((layer, same[0]))
            mine.remove(layer)
            rest.remove(same[0])
    if mine and rest and mine[-1] is ours[-1] and rest[-1] is theirs[-1] and _differ_in_outputs(mine[-1], rest[-1]):
        pairs.append((mine[-1], rest[-1]))
    return pairs


def _differ_in_outputs(ours: Layer, theirs: Layer) -> bool:
    """Are these two heads for other numbers of classes?"""
    mine, other = dict(ours.signature), dict(theirs.signature)
    return mine.keys() == other.keys() and all(mine[leaf][1:] == other[leaf][1:] for leaf in mine)


def _longest_common(ours: Sequence[Layer], theirs: Sequence[Layer]) -> list[tuple[int, int]]:
    """Positions of the longest common subsequence of signatures."""
    a, b = [layer.signature for layer in ours], [layer.signature for layer in theirs]
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rows, columns = len(a) - start, len(b) - start
    pairs = [(i, i) for i in range(start)]
    if rows * columns > MAX_COMPARISONS:
        return pairs
    longest = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            same = a[start + i] == b[start + j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
    i = j = 0
    while i < rows and j < columns:
        if a[start + i] == b[start + j]:
            pairs.append((start + i, start + j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts numbers in a name by value; "layer2" comes before "layer10"."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
