"""What a network costs and sees, layer by layer: counted by arithmetic, nothing is built."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.network.infer import infer_shapes, input_shapes
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


def summarize(graph: "NetworkGraph") -> Summary:
    """Outputs, parameters, MACs and receptive fields of all layers whose shape is known; never raises."""
    shapes, _ = infer_shapes(graph)
    counted: list[SummaryRow] = []
    fields: dict[str, ReceptiveField] = {}
    depths: dict[str, int] = {}
    for node_id in shapes:
        inputs = input_shapes(graph, shapes, node_id) or ()
        layer = graph.node(node_id).layer
        sources = graph.predecessors(node_id)
        before = joined([fields[source] for source in sources]) if sources else ReceptiveField()
        fields[node_id] = before.through(layer.window(inputs))
        deepest = max((depths[source] for source in sources), default=0)
        depths[node_id] = deepest + layer.is_weight_layer
        counted.append(
            SummaryRow(
                id=node_id,
                kind=layer.kind,
                label=layer.label,
                output=shapes[node_id],
                parameters=layer.parameters(inputs),
                macs=layer.macs(inputs),
                activation_values=value_count(shapes[node_id]),
                receptive_field=fields[node_id],
                share=0.0,
                macs_share=0.0,
            )
        )
    return _with_shares(counted, max(depths.values(), default=0), _auxiliary(graph))


def _auxiliary(graph: "NetworkGraph") -> set[str]:
    """The nodes that lead to auxiliary outputs only."""
    used: set[str] = set()
    waiting = [node.id for node in graph.of_kind("output")]
    while waiting:
        node_id = waiting.pop()
        if node_id not in used:
            used.add(node_id)
            waiting += graph.predecessors(node_id)
    return {node.id for node in graph.nodes if node.id not in used} if graph.of_kind("aux_output") else set()


def _with_shares(rows: list[SummaryRow], depth: int, auxiliary: set[str]) -> Summary:
    parameters = sum(row.parameters for row in rows)
    macs = sum(row.macs for row in rows)
    shared = tuple(
        SummaryRow(
            **{
                **vars(row),
                "share": row.parameters / parameters if parameters else 0.0,
                "macs_share": row.macs / macs if macs else 0.0,
            }
        )
        for row in rows
    )
    side = [row for row in rows if row.id in auxiliary]
    return Summary(
        shared,
        parameters,
        macs,
        sum(row.activation_values for row in rows),
        depth,
        sum(row.parameters for row in side),
        sum(row.macs for row in side),
    )
