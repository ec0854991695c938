"""Which of a file's tensors goes where in a network: a table, made before anything happens."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.network.weights.by_order import names_by_order
from cnnstudio.network.weights.names import (
    COUNTER,
    head_node,
    modern_name,
    state_shapes,
    torchvision_names,
    without_prefixes,
)
from cnnstudio.network.weights.table import WAYS, Match, Shape, Way, WeightRow

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.network.weights.file import WeightsFile

MAX_CLASSES = 10_000


def match_weights(graph: "NetworkGraph", file: "WeightsFile", classes: int | None = None) -> Match:
    """Find the best way to pair a file's tensors with a network's weights.

    Args:
        graph: The network; its input channels follow the file.
        file: As `read_weights` gives it.
        classes: Outputs that are wanted; None for those of the file. If they differ, the head begins anew.

    Raises:
        GraphError: The graph has a problem, or no such number of classes.
    """
    match = _best(graph, file)
    fitted = _with_file_input(match)
    head = _file_classes(match)
    wanted = classes if classes is not None else head
    if wanted is not None:
        if not 1 <= wanted <= MAX_CLASSES:
            raise GraphError(f"{wanted:,} classes are out of range; 1 to {MAX_CLASSES:,} are allowed.")
        fitted = fitted.with_classes(wanted)
    return match if fitted == graph else _best(fitted, file)


def _best(graph: "NetworkGraph", file: "WeightsFile") -> Match:
    ours = state_shapes(graph)
    published = torchvision_names(graph)
    candidates = []
    for prefix, tensors in without_prefixes(file.tensors):
        modern = {modern_name(name): tensor for name, tensor in tensors.items()}
        theirs = {name: tuple(tensor.shape) for name, tensor in modern.items()}
        whole = {name for name, tensor in modern.items() if not tensor.is_floating_point()}
        by_order = names_by_order(ours, theirs, has_order=file.has_order)
        ways: tuple[tuple[Way, dict[str, str]], ...] = (
            ("our names", {name: name for name in ours}),
            ("torchvision's names", {name: published[name] for name in ours if name in published}),
            ("order and shape", by_order),
        )
        candidates += [
            Match(graph, way, prefix, _rows(graph, ours, theirs, names, whole), modern) for way, names in ways
        ]
    # Of equals the first: names say more than places do.
    candidates.sort(key=lambda match: WAYS.index(match.way))
    best = max(candidates, key=lambda match: match.counts()["taken"])
    return _with_notes(best, file)


def _rows(
    graph: "NetworkGraph",
    ours: Mapping[str, Shape],
    theirs: Mapping[str, Shape],
    names: Mapping[str, str],
    whole: Collection[str],
) -> tuple[WeightRow, ...]:
    head, side = head_node(graph), _side_nodes(graph)
    rows = []
    for name, shape in ours.items():
        other = names.get(name, "")
        found = theirs.get(other)
        node = name.rpartition(".")[0]
        if other in whole and not name.endswith(COUNTER):
            rows.append(WeightRow("mismatched", name, other, shape, found, "whole numbers, as of a quantised network"))
        elif found is not None and (found == shape or name.endswith(COUNTER)):
            rows.append(WeightRow("taken", name, other, shape, found))
        elif found is not None:
            is_head = node == head and found[1:] == shape[1:]
            note = f"head for {found[0]:,} classes in the file, {shape[0]:,} here" if is_head else ""
            rows.append(WeightRow("new" if is_head or node in side else "mismatched", name, other, shape, found, note))
        elif name.endswith(COUNTER):
            rows.append(WeightRow("new", name, "", shape, None, "a counter of batches, which older files lack"))
        elif node in side:
            rows.append(WeightRow("new", name, "", shape, None, "side head, used in training only"))
        else:
            rows.append(WeightRow("missing", name, "", shape))
    used = {row.theirs for row in rows if row.theirs}
    rows += [WeightRow("unused", "", name, None, shape) for name, shape in theirs.items() if name not in used]
    return tuple(rows)


def _side_nodes(graph: "NetworkGraph") -> set[str]:
    """The nodes that only lead to auxiliary outputs."""
    needed = {graph.of_kind("output")[0].id}
    for node_id in reversed(graph.order()):
        if node_id in needed:
            needed.update(graph.predecessors(node_id))
    return {node.id for node in graph.nodes if node.id not in needed}


def _file_classes(match: Match) -> int | None:
    """Outputs of the file's head, if it is known which tensor that is."""
    head = head_node(match.graph)
    for row in match.rows:
        if row.theirs and row.their_shape and row.our_shape and row.ours.rpartition(".")[0] == head:
            return row.their_shape[0]
    return None


def _with_file_input(match: Match) -> "NetworkGraph":
    """The network for as many colour channels as the file's first convolution has."""
    rows = [row for row in match.rows if row.our_shape and row.their_shape and len(row.our_shape) == 4]
    if not rows or rows[0].our_shape is None or rows[0].their_shape is None:
        return match.graph
    ours, theirs = rows[0].our_shape, rows[0].their_shape
    _, height, width = match.graph.input_shape
    is_input = ours[1] == match.graph.input_shape[0] and len(theirs) == 4
    if is_input and theirs[1] in (1, 3) and theirs[1] != ours[1] and ours[2:] == theirs[2:]:
        return match.graph.with_input((theirs[1], height, width))
    return match.graph


def _with_notes(match: Match, file: "WeightsFile") -> Match:
    notes = [f"Matched by {match.way}" + (f", without '{match.prefix}' before every name." if match.prefix else ".")]
    if match.way == "order and shape":
        notes.append("Layers of equal shape can't be told apart by it: check the accuracy on known images.")
        if not file.has_order:
            notes.append("safetensors keeps no order, so that of the names was taken; a .pt file is surer.")
    heads = [row for row in match.rows if row.state == "new" and row.note.startswith("head")]
    if heads:
        notes.append(f"The last layer begins with fresh weights ({heads[0].note}): train it before use.")
    kinds = {str(match.tensors[row.theirs].dtype).removeprefix("torch.") for row in match.rows if row.state == "taken"}
    if converted := sorted(kinds - {"float32", "int64"}):
        notes.append(f"Numbers of the kind {', '.join(converted)} become float32.")
    return Match(match.graph, match.way, match.prefix, match.rows, match.tensors, tuple(notes))
