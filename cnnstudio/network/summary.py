"""What a network costs and sees, layer by layer: counted by arithmetic, nothing is built."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.network.facts import LayerFacts, kept
from cnnstudio.network.infer import infer_facts
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


def summarize(graph: "NetworkGraph") -> Summary:
    """Outputs, parameters, MACs and receptive fields of all layers whose shape is known; never raises."""
    return kept(graph, "_summary", lambda: _summarized(graph))


def _summarized(graph: "NetworkGraph") -> Summary:
    facts = infer_facts(graph)
    parameters, macs = sum(fact.parameters for fact in facts.values()), sum(fact.macs for fact in facts.values())
    fields = _fields(graph, facts)
    rows = tuple(
        [
            SummaryRow(
                id=node_id,
                kind=graph.node(node_id).layer.kind,
                label=fact.label,
                output=fact.output,
                parameters=fact.parameters,
                macs=fact.macs,
                activation_values=value_count(fact.output),
                receptive_field=fields[node_id],
                share=fact.parameters / parameters if parameters else 0.0,
                macs_share=fact.macs / macs if macs else 0.0,
            )
            for node_id, fact in facts.items()
        ]
    )
    side = [facts[node_id] for node_id in _auxiliary(graph) if node_id in facts]
    return Summary(
        rows,
        parameters,
        macs,
        sum(row.activation_values for row in rows),
        _depth(graph, facts),
        sum(fact.parameters for fact in side),
        sum(fact.macs for fact in side),
    )


def _fields(graph: "NetworkGraph", facts: Mapping[str, LayerFacts]) -> dict[str, ReceptiveField]:
    fields: dict[str, ReceptiveField] = {}
    for node_id, fact in facts.items():
        sources = graph.predecessors(node_id)
        before = joined([fields[source] for source in sources]) if sources else ReceptiveField()
        fields[node_id] = before.through(fact.window)
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
