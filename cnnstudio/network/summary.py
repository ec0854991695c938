"""What a network costs and sees, layer by layer: counted by arithmetic, nothing is built."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.network.infer import infer_shapes, input_shapes
from cnnstudio.network.reach import answering
from cnnstudio.network.receptive import ReceptiveField, joined
from cnnstudio.network.shapes import Shape, value_count

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

BYTES_PER_VALUE = 4


@dataclass(frozen=True)
class SummaryRow:
    """One layer: what comes out, what it costs, what it sees.

    `share` is its part of all parameters, `macs_share` its part of all multiply–accumulate pairs, both 0 to 1.
    """

    id: str
    kind: str
    label: str
    output: Shape
    parameters: int
    macs: int
    activation_values: int
    receptive_field: ReceptiveField
    share: float
    macs_share: float


@dataclass(frozen=True)
class Summary:
    """The whole network; `depth` counts the weight layers on the longest way from input to output.

    `auxiliary_parameters` and `auxiliary_macs` are those of side heads, which only training uses.
    """

    rows: tuple[SummaryRow, ...]
    parameters: int
    macs: int
    activation_values: int
    depth: int
    auxiliary_parameters: int = 0
    auxiliary_macs: int = 0

    @property
    def flops(self) -> int:
        """Floating-point operations: two for each multiply–accumulate pair."""
        return 2 * self.macs

    @property
    def weight_bytes(self) -> int:
        """Memory of the weights in 32-bit numbers."""
        return self.parameters * BYTES_PER_VALUE

    @property
    def activation_bytes(self) -> int:
        """Memory of all layers' outputs for one image in 32-bit numbers, as training keeps them."""
        return self.activation_values * BYTES_PER_VALUE

    def row(self, node_id: str) -> SummaryRow | None:
        """The row of a node; None where its shape isn't known."""
        return next((row for row in self.rows if row.id == node_id), None)


def summarize(graph: "NetworkGraph", shapes: Mapping[str, Shape] | None = None) -> Summary:
    """Outputs, parameters, MACs and receptive fields of all layers whose shape is known; never raises.

    Args:
        graph: Sound or not.
        shapes: Output shapes by node from `validate`, if they are at hand already.
    """
    shapes = infer_shapes(graph)[0] if shapes is None else shapes
    arriving = {node_id: input_shapes(graph, shapes, node_id) or () for node_id in shapes}
    costs = {node_id: _cost(graph, node_id, arriving[node_id]) for node_id in shapes}
    parameters, macs = (sum(cost[i] for cost in costs.values()) for i in (0, 1))
    fields = _fields(graph, arriving)
    rows = tuple(
        SummaryRow(
            id=node_id,
            kind=graph.node(node_id).layer.kind,
            label=graph.node(node_id).layer.label,
            output=shape,
            parameters=costs[node_id][0],
            macs=costs[node_id][1],
            activation_values=value_count(shape),
            receptive_field=fields[node_id],
            share=costs[node_id][0] / parameters if parameters else 0.0,
            macs_share=costs[node_id][1] / macs if macs else 0.0,
        )
        for node_id, shape in shapes.items()
    )
    side = [costs[node_id] for node_id in _auxiliary(graph) if node_id in costs]
    return Summary(
        rows,
        parameters,
        macs,
        sum(row.activation_values for row in rows),
        _depth(graph, arriving),
        sum(cost[0] for cost in side),
        sum(cost[1] for cost in side),
    )


def _cost(graph: "NetworkGraph", node_id: str, inputs: tuple[Shape, ...]) -> tuple[int, int]:
    layer = graph.node(node_id).layer
    return layer.parameters(inputs), layer.macs(inputs)


def _fields(graph: "NetworkGraph", arriving: Mapping[str, tuple[Shape, ...]]) -> dict[str, ReceptiveField]:
    fields: dict[str, ReceptiveField] = {}
    for node_id, inputs in arriving.items():
        sources = graph.predecessors(node_id)
        before = joined([fields[source] for source in sources]) if sources else ReceptiveField()
        fields[node_id] = before.through(graph.node(node_id).layer.window(inputs))
    return fields


def _depth(graph: "NetworkGraph", arriving: Iterable[str]) -> int:
    """Weight layers on the longest way."""
    depths: dict[str, int] = {}
    for node_id in arriving:
        before = max((depths[source] for source in graph.predecessors(node_id)), default=0)
        depths[node_id] = before + graph.node(node_id).layer.is_weight_layer
    return max(depths.values(), default=0)


def _auxiliary(graph: "NetworkGraph") -> set[str]:
    """The nodes that lead to auxiliary outputs only."""
    return {node.id for node in graph.nodes} - answering(graph) if graph.of_kind("aux_output") else set()
