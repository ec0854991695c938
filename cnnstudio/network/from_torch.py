"""A graph from a plain PyTorch module: traced by torch.fx, then written in our layers.

The module is an object that a program hands over; nothing here reads or runs files.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor, fx, nn

from cnnstudio.core.errors import GraphError, ShapeError
from cnnstudio.network.compile import compile_network
from cnnstudio.network.foreign_calls import is_size, layer_of_call, tensors_of
from cnnstudio.network.foreign_modules import UnmappableError, layer_of_module, require_known
from cnnstudio.network.foreign_names import groups_of, legal_id, place_of
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.ends import Input, Output
from cnnstudio.network.parts import Edge, Node
from cnnstudio.network.shapes import Shape, plural
from cnnstudio.network.spec import LayerSpec
from cnnstudio.network.validate import require_valid

if TYPE_CHECKING:
    from collections.abc import Sequence

TOLERANCE = 1e-4
NAMED = 5  # of the parts without a counterpart, in the message


@dataclass(frozen=True)
class ImportedNetwork:
    """The graph, and which of our layers holds the weights of which of the module's parts."""

    graph: NetworkGraph
    places: Mapping[str, str]  # path in the module → node

    def weights(self, module: nn.Module) -> dict[str, Tensor]:
        """The module's state dict under our names; parts that its forward pass in use doesn't call are left out."""
        found = {}
        for key, tensor in module.state_dict().items():
            path, _, leaf = key.rpartition(".")
            if path in self.places:
                found[f"{self.places[path]}.{leaf}"] = tensor
        return found


def import_module(module: nn.Module, input_shape: Shape, name: str = "Imported") -> ImportedNetwork:
    """The network that a module is in evaluation mode; side heads that only training computes are left out.

    Args:
        module: Any module that torch.fx can trace; it isn't changed.
        input_shape: Shape (C, H, W) of its images.
        name: Name of the graph.

    Raises:
        GraphError: The module can't be traced, parts of it have no counterpart here (they are named), or the graph
            gives other answers to a random image than the module.
    """
    channels, height, width = input_shape
    writer = _Writer(module, Input(channels=channels, height=height, width=width))
    for step in _traced(module).nodes:
        writer.take(step)
    imported = ImportedNetwork(writer.finish(name), writer.places)
    require_valid(imported.graph)
    _require_same_answers(module, imported)
    return imported


def _require_same_answers(module: nn.Module, imported: ImportedNetwork) -> None:
    # A trace doesn't show everything: an in-place step may change what another one gets too.
    x = torch.randn(2, *imported.graph.input_shape, generator=torch.Generator().manual_seed(0))
    network = compile_network(imported.graph, seed=0)
    network.load_state_dict(imported.weights(module))
    with _evaluating(module), torch.no_grad():
        expected, found = module(x.clone()), network.eval()(x)
    if expected.shape != found.shape or not torch.allclose(expected, found, rtol=1e-3, atol=TOLERANCE, equal_nan=True):
        raise GraphError(
            f"{type(module).__name__} can't be imported: the same layers here give other answers to the same image.",
            hint="Look for steps that change a value in place which is used elsewhere too.",
        )


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    was_training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in was_training:
            part.training = True


def _traced(module: nn.Module) -> fx.Graph:
    try:
        with _evaluating(module):
            return fx.Tracer().trace(module)
    except Exception as error:  # the module's own code runs here and may raise anything
        reason = str(error).strip().splitlines()
        raise GraphError(
            f"{type(module).__name__} can't be followed: {reason[0] if reason else type(error).__name__}",
            hint="Its forward pass must not depend on the values of its input.",
        ) from error


@dataclass
class _Writer:
    """Turns the traced steps into nodes, one after the other."""

    module: nn.Module
    input: Input
    places: dict[str, str] = field(default_factory=dict)
    _nodes: list[Node] = field(default_factory=list)
    _edges: list[Edge] = field(default_factory=list)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _values: "dict[fx.Node, str]" = field(default_factory=dict)
    _lost: "dict[fx.Node, str]" = field(default_factory=dict)  # steps without a counterpart, and why

    def take(self, step: fx.Node) -> None:
        """Add what this step is in our layers, or remember why it is nothing of ours."""
        try:
            if step.op == "placeholder":
                self._take_input(step)
            elif step.op == "output":
                self._take_output(step)
            elif not is_size(step):
                sources = tensors_of(step)
                if not any(source in self._lost for source in sources):
                    return self._add(step, sources)
                self._lost[step] = ""  # the reason stands at its source
                if step.op == "call_module":
                    require_known(self.module.get_submodule(str(step.target)))
        except UnmappableError as problem:
            self._lost[step] = f"'{place_of(step)}' ({problem})"

    def finish(self, name: str) -> NetworkGraph:
        """The graph.

        Raises:
            GraphError: Steps had no counterpart.
        """
        reasons = [reason for reason in self._lost.values() if reason]
        if reasons:
            more = len(reasons) - NAMED
            others = f"; and {more} more" if more > 0 else ""
            raise GraphError(
                f"{type(self.module).__name__} has {plural(len(reasons), 'part')} without a counterpart here:"
                f" {'; '.join(reasons[:NAMED])}{others}.",
                hint="Replace them in the module, and import it again.",
            )
        return NetworkGraph(
            name=name, nodes=tuple(self._nodes), edges=tuple(self._edges), groups=groups_of(self._nodes)
        )

    def _take_input(self, step: fx.Node) -> None:
        if self._nodes:
            raise UnmappableError("a second input; networks here take one image")
        self._write(step, "input", self.input, [])

    def _take_output(self, step: fx.Node) -> None:
        result = step.args[0]
        if not isinstance(result, fx.Node):
            raise UnmappableError("several values are returned; networks here give one")
        if result in self._values:
            answers = len(self._shapes[self._values[result]])
            self._write(step, "output", Output(answer="image" if answers == 1 else "pixel"), [result])

    def _add(self, step: fx.Node, sources: "Sequence[fx.Node]") -> None:
        inputs = [self._shapes[self._values[source]] for source in sources]
        if step.op == "call_module":
            layer = layer_of_module(self.module.get_submodule(str(step.target)), inputs)
        elif step.op in ("call_function", "call_method"):
            layer = layer_of_call(step, inputs)
        else:
            raise UnmappableError("a number or tensor that belongs to no layer")
        if layer is None:  # changes nothing
            self._values[step] = self._values[sources[0]]
            return
        path = str(step.target)
        if step.op == "call_module" and any(True for _ in self.module.get_submodule(path).parameters()):
            if path in self.places:
                raise UnmappableError("its weights are used at two places")
            self._write(step, place_of(step), layer, sources)
            self.places[path] = self._values[step]
        else:
            self._write(step, place_of(step), layer, sources)

    def _write(self, step: fx.Node, wanted: str, layer: LayerSpec, sources: "Sequence[fx.Node]") -> None:
        names = [self._values[source] for source in sources]
        try:
            shape = layer.output_shape([self._shapes[name] for name in names])
        except ShapeError as error:
            raise UnmappableError(error.message.rstrip(".")) from None
        node_id = legal_id(wanted, {node.id for node in self._nodes})
        self._nodes.append(Node(id=node_id, layer=layer))
        self._edges += [Edge(source=name, target=node_id, port=port) for port, name in enumerate(names)]
        self._values[step], self._shapes[node_id] = node_id, shape
