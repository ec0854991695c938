"""Write a network down layer after layer, as the zoo does."""

from collections.abc import Iterator
from contextlib import contextmanager

from cnnstudio.network.graph import Edge, Group, NetworkGraph, Node
from cnnstudio.network.layers.ends import Answer, Input, Output
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import LayerSpec


class GraphBuilder:
    """Collects nodes, edges and groups; `finish` makes the graph.

    Inside a `group`, names get the group's name before them: conv1 in stage2.block1 is stage2.block1.conv1.
    """

    def __init__(self, name: str, architecture: str, input_shape: Shape) -> None:
        self._name = name
        self._architecture = architecture
        self._nodes: list[Node] = []
        self._edges: list[Edge] = []
        self._members: dict[str, list[str]] = {}
        self._titles: dict[str, str] = {}
        self._parents: dict[str, str | None] = {}
        self._prefix: list[str] = []
        channels, height, width = input_shape
        self.last = self.add("input", Input(channels=channels, height=height, width=width))

    def add(self, name: str, layer: LayerSpec, *sources: str) -> str:
        """Add a layer fed by `sources` (full names), or by the last one added; returns its full name."""
        node_id = ".".join([*self._prefix, name])
        feeding = sources or ((self.last,) if self._nodes else ())
        self._nodes.append(Node(id=node_id, layer=layer))
        self._edges += [Edge(source=source, target=node_id, port=i) for i, source in enumerate(feeding)]
        if self._prefix:
            self._members[".".join(self._prefix)].append(node_id)
        self.last = node_id
        return node_id

    @contextmanager
    def group(self, name: str, title: str) -> Iterator[None]:
        """All layers added in the block belong to a group."""
        parent = ".".join(self._prefix) or None
        self._prefix.append(name)
        group_id = ".".join(self._prefix)
        self._members[group_id], self._titles[group_id], self._parents[group_id] = [], title, parent
        try:
            yield
        finally:
            self._prefix.pop()

    def finish(self, answer: Answer = "image") -> NetworkGraph:
        """Add the output behind the last layer and make the graph."""
        self.add("output", Output(answer=answer))
        groups = tuple(
            Group(id=group_id, title=self._titles[group_id], members=tuple(members), parent=self._parents[group_id])
            for group_id, members in self._members.items()
        )
        return NetworkGraph(
            name=self._name,
            architecture=self._architecture,
            nodes=tuple(self._nodes),
            edges=tuple(self._edges),
            groups=groups,
        )
