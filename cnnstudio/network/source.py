"""The network as plain PyTorch code that runs without CNN Studio.

Names that share a prefix, like stage2.block1.conv1, become classes of their own, and equal blocks share one. The
attributes are those of the compiled network, so a saved state dict fits the exported class too.
"""

import keyword
import re
from typing import TYPE_CHECKING

from cnnstudio.network.infer import input_shapes
from cnnstudio.network.shapes import shape_text
from cnnstudio.network.source_scope import Scope, scope_of
from cnnstudio.network.source_text import class_text
from cnnstudio.network.validate import require_valid

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


def source_code(graph: "NetworkGraph") -> str:
    """A Python file with the network as `torch.nn.Module`; its last class is `class_name(graph)`.

    Raises:
        GraphError: The graph has a problem.
    """
    shapes = require_valid(graph)
    inputs = {node_id: input_shapes(graph, shapes, node_id) or () for node_id in graph.order()}
    writer = _Writer(graph, {node_id: (inputs[node_id], shapes[node_id]) for node_id in inputs})
    name = class_name(graph)
    writer.names.add(name)
    body = writer.write(scope_of(graph), name)
    parameters = sum(graph.node(node_id).layer.parameters(inputs[node_id]) for node_id in inputs)
    output = shapes[graph.of_kind("output")[0].id]
    about = (
        f"{graph.name}: images of {shape_text(graph.input_shape)} in, {shape_text(output)} logits out,"
        f" {parameters:,} parameters."
    )
    parts = [*writer.classes, body]
    uses_torch = any("torch." in part for part in parts)
    header = f"{about!r}\n\n" + ("import torch\n" if uses_torch else "") + "from torch import nn\n"
    main = (
        f'if __name__ == "__main__":\n    network = {name}()\n    print(network)\n'
        '    print(f"{sum(p.numel() for p in network.parameters()):,} parameters")\n'
    )
    return "\n\n".join([header, *(part + "\n" for part in parts), main])


def class_name(graph: "NetworkGraph") -> str:
    """Name of the network's class in the exported code: "LeNet5" for "LeNet-5"."""
    return _camel_case(graph.name) or "Network"


class _Writer:
    """Writes the classes of nested scopes, inner ones first, equal ones once."""

    def __init__(self, graph: "NetworkGraph", shapes: "dict[str, tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]]"):
        self.graph = graph
        self.shapes = shapes
        self.classes: list[str] = []
        self.names: set[str] = set()
        self._known: dict[str, str] = {}

    def write(self, scope: Scope, name: str) -> str:
        """The text of a scope's class; its inner classes are added to `classes`."""
        inner = {block.path: self._inner_class(block) for block in scope.blocks}
        return class_text(self.graph, scope, name, inner, self.shapes)

    def _inner_class(self, scope: Scope) -> str:
        body = self.write(scope, "_")
        if body not in self._known:
            name = self._free_name(_camel_case(scope.path.rpartition(".")[2].rstrip("0123456789")) or "Block")
            self._known[body] = name
            self.classes.append(body.replace("class _(", f"class {name}(", 1))
        return self._known[body]

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self.names:
            number += 1
            name = f"{wanted}{number}"
        self.names.add(name)
        return name


def _camel_case(text: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", text)
    name = "".join(word[:1].upper() + word[1:] for word in words)[:80].lstrip("0123456789")
    return f"{name}Network" if keyword.iskeyword(name) else name
