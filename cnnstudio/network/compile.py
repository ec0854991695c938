"""From a graph to a PyTorch network: one fresh module a node, called by the node's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from cnnstudio.core.errors import GraphError
from cnnstudio.network.infer import input_shapes
from cnnstudio.network.layers.ends import AuxiliaryOutput
from cnnstudio.network.reach import upstream
from cnnstudio.network.validate import require_valid

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


class Container(nn.Module):
    """Holds the modules of dotted names: `stage2.block1` holds `conv1`."""


@dataclass(frozen=True)
class Step:
    """One call in the forward pass: which values go in, and which aren't needed afterwards."""

    node: str
    module: nn.Module
    inputs: tuple[str, ...]
    spent: tuple[str, ...]


class Network(nn.Module):
    """A compiled graph. State-dict keys are "<node id>.<parameter>".

    `auxiliary` names the side outputs that only training uses, with the weights of their losses.
    """

    def __init__(self, graph: "NetworkGraph") -> None:
        super().__init__()
        self.graph = graph
        shapes = require_valid(graph)
        self._input = graph.of_kind("input")[0].id
        self._output = graph.of_kind("output")[0].id
        self.auxiliary = {node.id: node.layer.weight for node in graph.nodes if isinstance(node.layer, AuxiliaryOutput)}
        modules = {}
        for node_id in graph.order():
            inputs = input_shapes(graph, shapes, node_id) or ()
            modules[node_id] = graph.node(node_id).layer.build(inputs)
            _place(self, node_id, modules[node_id])
        self._all_steps = _plan(graph, modules, [self._output, *self.auxiliary])
        self._steps = _plan(graph, modules, [self._output]) if self.auxiliary else self._all_steps

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes) for images (N, C, H, W); side branches to auxiliary outputs aren't computed."""
        return self._run(self._steps, x)[self._output]

    def forward_with_auxiliary(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Logits, and those of the auxiliary outputs by node, whose losses training adds."""
        values = self._run(self._all_steps, x)
        return values[self._output], {node_id: values[node_id] for node_id in self.auxiliary}

    def _run(self, steps: Sequence[Step], x: Tensor) -> dict[str, Tensor]:
        values = {self._input: x}
        for step in steps:
            inputs = [values[name] for name in step.inputs] or [x]
            for name in step.spent:
                del values[name]
            values[step.node] = step.module(*inputs)
        return values

    def module_of(self, node_id: str) -> nn.Module:
        """The module of a node.

        Raises:
            GraphError: There is no such node.
        """
        return self.get_submodule(self.graph.node(node_id).id)

    @property
    def node_ids(self) -> tuple[str, ...]:
        """All nodes in the order in which they are computed."""
        return tuple(step.node for step in self._all_steps)


def compile_network(graph: "NetworkGraph", seed: int | None = None) -> Network:
    """Build the network; with a seed, the same weights each time, and no other random number is touched.

    Raises:
        GraphError: The graph has a problem.
    """
    if seed is None:
        return Network(graph)
    # No device is named: weights are made on the CPU, so that they don't depend on the machine.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(graph)


def _place(root: nn.Module, node_id: str, module: nn.Module) -> None:
    *folders, name = node_id.split(".")
    holder = root
    for folder in folders:
        if folder not in holder._modules:
            holder.add_module(folder, Container())
        holder = holder.get_submodule(folder)
    if name in holder._modules:
        raise GraphError(f"'{node_id}' can't be a layer and hold layers.")
    holder.add_module(name, module)


def _plan(graph: "NetworkGraph", modules: dict[str, nn.Module], results: Sequence[str]) -> Sequence[Step]:
    """The calls that lead to these results."""
    needed = upstream(graph, results)
    order = [node_id for node_id in graph.order() if node_id in needed]
    last_use = {source: node_id for node_id in order for source in graph.predecessors(node_id)}
    steps = []
    for node_id in order:
        sources = graph.predecessors(node_id)
        spent = {name for name in sources if last_use[name] == node_id}
        steps.append(Step(node_id, modules[node_id], sources, tuple(sorted(spent))))
    return steps
