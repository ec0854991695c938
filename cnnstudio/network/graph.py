"""The network as data: nodes, edges and groups that never change; an edit returns a new graph.

So undo is keeping the old one, and training, the window and the disk can hold the same graph without surprises.
"""

from collections.abc import Collection
from dataclasses import replace
from functools import cached_property
from typing import Self

from pydantic import ValidationError, model_validator

from cnnstudio.core.errors import GraphError
from cnnstudio.core.specs import Spec, setting
from cnnstudio.network import edits
from cnnstudio.network.index import GraphIndex, index_graph
from cnnstudio.network.parts import Edge, Group, Node, edge_problem, group_problem, node_problem
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import LayerSpec, problem_sentence

__all__ = ["Edge", "Group", "NetworkGraph", "Node"]

VERSION = 1


class NetworkGraph(Spec):
    """A network: layers, connections and groups. Every method that edits returns a new graph.

    The parts always refer to each other rightly; whether the network makes sense is asked of `validate`.
    """

    version: int = VERSION
    name: str = setting("Network", title="Name", description="Name of the network, as shown in lists.")
    architecture: str = ""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    groups: tuple[Group, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        problem = node_problem(self.nodes) or edge_problem(self.nodes, self.edges)
        problem = problem or group_problem(self.nodes, self.groups)
        if problem:
            raise ValueError(problem)
        return self

    # --- questions

    def node(self, node_id: str) -> Node:
        """The node of this id.

        Raises:
            GraphError: There is none.
        """
        try:
            return self._index.nodes[node_id]
        except KeyError:
            raise GraphError(f"'{self.name}' has no layer '{node_id}'.") from None

    def has_node(self, node_id: str) -> bool:
        """True if there is a node of this id."""
        return node_id in self._index.nodes

    def incoming(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that arrive at a node, in port order."""
        return self._index.incoming[self.node(node_id).id]

    def outgoing(self, node_id: str) -> tuple[Edge, ...]:
        """The edges that leave a node."""
        return self._index.outgoing[self.node(node_id).id]

    def predecessors(self, node_id: str) -> tuple[str, ...]:
        """The nodes that feed a node, in port order; one that feeds two ports stands there twice."""
        sources = self._index.sources
        return sources[node_id] if node_id in sources else sources[self.node(node_id).id]

    def successors(self, node_id: str) -> tuple[str, ...]:
        """The nodes that a node feeds."""
        return tuple(dict.fromkeys(edge.target for edge in self.outgoing(node_id)))

    def order(self) -> tuple[str, ...]:
        """All nodes, each behind those that feed it; of several possible orders the one nearest to the list.

        Raises:
            GraphError: There is a cycle.
        """
        if self._index.in_cycles:
            raise GraphError(f"'{self._index.in_cycles[0]}' needs its own output: the layers form a cycle.")
        return self._index.order

    def flowing(self) -> tuple[str, ...]:
        """As `order`, but leaves out what lies on or behind a cycle instead of raising."""
        return self._index.order

    def waiting(self) -> tuple[str, ...]:
        """The nodes that lie on or behind a cycle and never get their data; none in a sound network."""
        return self._index.in_cycles

    def of_kind(self, kind: str) -> tuple[Node, ...]:
        """All nodes whose layer is of this kind."""
        return tuple(node for node in self.nodes if node.layer.kind == kind)

    @property
    def input_shape(self) -> Shape:
        """Shape (C, H, W) of the images that the network takes.

        Raises:
            GraphError: There is no input.
        """
        inputs = self.of_kind("input")
        if not inputs:
            raise GraphError(f"'{self.name}' has no input.", hint="Add an input layer.")
        return inputs[0].layer.output_shape([])

    def group(self, group_id: str) -> Group:
        """The group of this id.

        Raises:
            GraphError: There is none.
        """
        for group in self.groups:
            if group.id == group_id:
                return group
        raise GraphError(f"'{self.name}' has no group '{group_id}'.")

    def group_nodes(self, group_id: str) -> tuple[str, ...]:
        """All nodes in a group and in the groups inside it."""
        inside = [group.id for group in self.groups if group.parent == group_id]
        members = list(self.group(group_id).members)
        for child in inside:
            members += self.group_nodes(child)
        return tuple(members)

    # --- edits; what they do stands in `edits`

    def add_node(self, node: Node, after: str | None = None) -> "NetworkGraph":
        """With one more node, unconnected, or fed by `after`."""
        return edits.add_node(self, node, after)

    def insert_on_edge(self, edge: Edge, node: Node) -> "NetworkGraph":
        """With a new node in the middle of an edge."""
        return edits.insert_on_edge(self, edge, node)

    def remove(self, ids: Collection[str]) -> "NetworkGraph":
        """Without these nodes; what they fed is fed by what fed them."""
        return edits.remove(self, ids)

    def set_layer(self, node_id: str, layer: LayerSpec) -> "NetworkGraph":
        """With another layer at this place."""
        return edits.set_layer(self, node_id, layer)

    def rename(self, node_id: str, new_id: str) -> "NetworkGraph":
        """With a new name for a node."""
        return edits.rename(self, node_id, new_id)

    def connect(self, source: str, target: str, port: int | None = None) -> "NetworkGraph":
        """With one more connection; without a port, the first free one. A taken port gets the new connection."""
        return edits.connect(self, source, target, port)

    def disconnect(self, edge: Edge) -> "NetworkGraph":
        """Without this connection."""
        return edits.disconnect(self, edge)

    def with_group(self, group: Group) -> "NetworkGraph":
        """With these nodes grouped; they leave the groups they were in."""
        return edits.with_group(self, group)

    def without_group(self, group_id: str) -> "NetworkGraph":
        """Without a group; its nodes stay and belong to its parent."""
        return edits.without_group(self, group_id)

    def with_input(self, shape: Shape) -> "NetworkGraph":
        """For images of another shape (C, H, W)."""
        return edits.with_input(self, shape)

    def with_classes(self, classes: int) -> "NetworkGraph":
        """With this many logits: the last layer that can choose its outputs gets that many."""
        return edits.with_classes(self, classes)

    def changed(self, **parts: object) -> "NetworkGraph":
        """With other nodes, edges or groups, checked.

        Raises:
            GraphError: They don't refer to each other rightly.
        """
        try:
            return self.replace(**parts)
        except ValidationError as failed:
            raise GraphError(problem_sentence(failed)) from None

    def adopt_order(self, other: "NetworkGraph") -> None:
        """Take over who feeds whom from a graph with the same edges and names; that needn't be found out again."""
        assert self.edges == other.edges
        self.__dict__["_index"] = replace(other._index, nodes={node.id: node for node in self.nodes})

    @cached_property
    def _index(self) -> GraphIndex:
        return index_graph(self.nodes, self.edges)
