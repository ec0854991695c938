"""The text of one class of the exported code."""

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from cnnstudio.network.shapes import Shape, shape_text
from cnnstudio.network.source_scope import Scope

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

Shapes = Mapping[str, tuple[tuple[Shape, ...], Shape]]  # what arrives at a node, and what comes out


def class_text(graph: "NetworkGraph", scope: Scope, name: str, block_classes: Mapping[str, str], shapes: Shapes) -> str:
    """A class with `__init__` and `forward`; `block_classes` names the classes of the blocks in it by their path."""
    init = [*_folder_lines(scope), *_init_lines(graph, scope, block_classes, shapes)]
    lines = [
        f"class {name}(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in init),
        "",
        "    def forward(self, x):",
        *(f"        {line}" for line in _forward_lines(graph, scope, shapes)),
    ]
    return "\n".join(lines)


def _attribute(scope: Scope, node_id: str) -> str:
    return f"self.{node_id[len(scope.path) + 1 :] if scope.path else node_id}"


def _folder_lines(scope: Scope) -> list[str]:
    """Empty modules to hold what lies in a folder that is no block."""
    folders: dict[str, None] = {}
    depth = len(scope.path.split(".")) if scope.path else 0
    for path in (*scope.nodes, *(block.path for block in scope.blocks)):
        parts = path.split(".")
        for count in range(depth + 1, len(parts)):
            folders[".".join(parts[:count])] = None
    return [f"{_attribute(scope, folder)} = nn.Module()" for folder in folders]


def _init_lines(graph: "NetworkGraph", scope: Scope, block_classes: Mapping[str, str], shapes: Shapes) -> Iterator[str]:
    for path, node_id in _units(graph, scope):
        if path in block_classes:
            yield f"{_attribute(scope, path)} = {block_classes[path]}()"
        elif not _is_alias(graph, node_id) and _expression(graph, node_id, ["x"] * 9, shapes) is None:
            source = graph.node(node_id).layer.source(shapes[node_id][0])
            yield f"{_attribute(scope, path)} = {source}"


def _forward_lines(graph: "NetworkGraph", scope: Scope, shapes: Shapes) -> list[str]:
    units = _units(graph, scope)
    sources = _unit_sources(graph, scope)
    last_use = {source: path for path, _ in units for source in sources[path]}
    side_results = [path for path, node_id in units if node_id != scope.result and graph.node(node_id).layer.is_end]
    last_use |= dict.fromkeys((scope.result, *side_results), "")  # the caller
    variables = {scope.source: "x"}
    if scope.source not in last_use:
        variables = {}
    lines = []
    for path, node_id in units:
        names = [variables[source] for source in sources[path]]
        for source in set(sources[path]):
            if last_use[source] == path:
                del variables[source]
        if not names or _is_alias(graph, node_id):
            variables[node_id] = names[0] if names else "x"
            continue
        variables[node_id] = next(name for name in _names() if name not in variables.values())
        code = None if path != node_id else _expression(graph, node_id, names, shapes)
        code = code or f"{_attribute(scope, path)}({', '.join(names)})"
        lines.append(f"{variables[node_id]} = {code}{_shape_comment(node_id, shapes)}")
    if side_results:
        every = ", ".join(variables[name] for name in (scope.result, *side_results))
        lines += ["if self.training:", f"    return {every}  # the last ones are auxiliary"]
    return [*lines, f"return {variables[scope.result]}"]


def _units(graph: "NetworkGraph", scope: Scope) -> list[tuple[str, str]]:
    """Nodes and blocks as (path, the node whose value it gives), in the order of computation."""
    results = {block.result: block.path for block in scope.blocks}
    own = set(scope.nodes) | set(results)
    return [(results.get(node_id, node_id), node_id) for node_id in graph.order() if node_id in own]


def _unit_sources(graph: "NetworkGraph", scope: Scope) -> dict[str, tuple[str, ...]]:
    """The nodes whose values each unit needs, in port order."""
    found = {node_id: graph.predecessors(node_id) for node_id in scope.nodes}
    return found | {block.path: (block.source,) for block in scope.blocks}


def _is_alias(graph: "NetworkGraph", node_id: str) -> bool:
    return graph.node(node_id).layer.kind in ("input", "output", "aux_output")


def _expression(graph: "NetworkGraph", node_id: str, names: list[str], shapes: Shapes) -> str | None:
    inputs = shapes[node_id][0]
    return graph.node(node_id).layer.expression(names[: len(inputs)], inputs)


def _names() -> Iterator[str]:
    yield from "xyzuvw"
    for number in itertools.count(1):
        yield f"t{number}"


def _shape_comment(node_id: str, shapes: Shapes) -> str:
    inputs, output = shapes[node_id]
    return "" if inputs == (output,) or set(inputs) == {output} else f"  # {shape_text(output)}"
