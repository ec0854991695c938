"""Does the network make sense? Problems located at their layer, in words, with a cure where one is obvious."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError, ShapeError
from cnnstudio.network.infer import arity_problem, infer_facts, infer_shapes, input_shapes
from cnnstudio.network.names import free_id
from cnnstudio.network.parts import Node
from cnnstudio.network.reach import upstream
from cnnstudio.network.shapes import Shape, value_count
from cnnstudio.network.spec import LayerFix, LayerSpec, layers

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph

# Weights, gradients and two moments of a network of this size fill 32 GB.
MAX_PARAMETERS = 2_000_000_000
MAX_ACTIVATIONS = 2_000_000_000


@dataclass(frozen=True)
class GraphFix:
    """A cure that one click applies: `edit` takes the graph and returns the mended one."""

    title: str
    edit: "Callable[[NetworkGraph], NetworkGraph]" = field(compare=False)


@dataclass(frozen=True)
class GraphProblem:
    """What is wrong, at which node ("" for the whole network), what to do, and the cure if there is one."""

    node: str
    text: str
    hint: str = ""
    fix: GraphFix | None = None


@dataclass(frozen=True)
class Validation:
    """The shape that comes out of each node, as far as known, and all problems in the order of the data's way."""

    shapes: Mapping[str, Shape]
    problems: tuple[GraphProblem, ...]

    @property
    def is_ok(self) -> bool:
        """True if the network can be built."""
        return not self.problems

    def at(self, node_id: str) -> tuple[GraphProblem, ...]:
        """The problems of one node."""
        return tuple(problem for problem in self.problems if problem.node == node_id)


def validate(graph: "NetworkGraph") -> Validation:
    """Shapes and problems of a graph; never raises."""
    shapes, errors = infer_shapes(graph)
    problems = [_misfit(graph, shapes, node_id, error) for node_id, error in errors.items()]
    problems += _wrong_counts(graph)
    problems += _wrong_ends(graph) or _dead_ends(graph)
    problems += _too_large(graph, shapes)
    if cycle := graph.waiting():
        problems.append(
            GraphProblem(
                cycle[0],
                f"'{cycle[0]}' needs its own output: the layers form a cycle.",
                "Take one of the connections of the circle away.",
            )
        )
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    return Validation(shapes, tuple(sorted(problems, key=lambda problem: place.get(problem.node, -1))))


def require_valid(graph: "NetworkGraph") -> Mapping[str, Shape]:
    """The shape that comes out of each node of a sound network.

    Raises:
        GraphError: The first problem, with its place.
    """
    validation = validate(graph)
    if validation.is_ok:
        return validation.shapes
    problem = validation.problems[0]
    more = len(validation.problems) - 1
    place = f" at '{problem.node}'" if problem.node and f"'{problem.node}'" not in problem.text else ""
    others = f" ({more} more {'problem' if more == 1 else 'problems'})" if more else ""
    raise GraphError(f"The network '{graph.name}' has a problem{place}: {problem.text}{others}", hint=problem.hint)


def _misfit(graph: "NetworkGraph", shapes: Mapping[str, Shape], node_id: str, error: ShapeError) -> GraphProblem:
    inputs = input_shapes(graph, shapes, node_id) or ()
    cure = graph.node(node_id).layer.fix(inputs)
    fix = None if cure is None else GraphFix(cure.title, partial(apply_fix, node_id=node_id, fix=cure))
    return GraphProblem(node_id, error.message, error.hint, fix)


def apply_fix(graph: "NetworkGraph", *, node_id: str, fix: LayerFix) -> "NetworkGraph":
    """The graph with a layer's cure applied: another form of it, or a new layer before one of its ports."""
    if fix.layer is not None:
        graph = graph.set_layer(node_id, fix.layer)
    if fix.before is not None:
        edge = graph.incoming(node_id)[fix.port]
        graph = graph.insert_on_edge(edge, _new_node(graph, fix.before, near=node_id))
    return graph


def _new_node(graph: "NetworkGraph", layer: LayerSpec, near: str = "") -> Node:
    folder = near.rpartition(".")[0]
    wanted = f"{folder}.{layer.kind}" if folder else layer.kind
    return Node(id=free_id(wanted, [node.id for node in graph.nodes]), layer=layer)


def _wrong_counts(graph: "NetworkGraph") -> list[GraphProblem]:
    return [
        GraphProblem(node.id, text, "Connect what is missing, or remove the layer.")
        for node in graph.nodes
        if (text := arity_problem(graph, node.id))
    ]


def _wrong_ends(graph: "NetworkGraph") -> list[GraphProblem]:
    """Exactly one input and one output are needed."""
    problems = []
    for kind, what in (("input", "input"), ("output", "output")):
        found = graph.of_kind(kind)
        problems += [
            GraphProblem(
                extra.id,
                f"There are {len(found)} {what}s, and a network has exactly one.",
                f"Remove all but one {what}.",
                GraphFix(f"Remove '{extra.id}'", partial(_without, node_id=extra.id)),
            )
            for extra in found[1:]
        ]
        if not found:
            fix = _output_fix(graph) if kind == "output" else None
            problems.append(GraphProblem("", f"The network has no {what}.", f"Add an {what} layer.", fix))
    return problems


def _output_fix(graph: "NetworkGraph") -> GraphFix | None:
    ends = [node.id for node in graph.nodes if not graph.outgoing(node.id)]
    if len(ends) != 1 or graph.waiting():
        return None
    return GraphFix(f"Add an output behind '{ends[0]}'", partial(_with_output, after=ends[0]))


def _with_output(graph: "NetworkGraph", *, after: str) -> "NetworkGraph":
    return graph.add_node(_new_node(graph, layers.parse({"kind": "output"})), after=after)


def _without(graph: "NetworkGraph", *, node_id: str) -> "NetworkGraph":
    return graph.remove([node_id])


def _dead_ends(graph: "NetworkGraph") -> list[GraphProblem]:
    """Layers whose result nobody uses."""
    used = upstream(graph, (node.id for node in graph.nodes if node.layer.is_end))
    return [
        GraphProblem(
            node.id,
            f"'{node.id}' leads nowhere: nothing between it and the output uses its result.",
            "Connect it, or remove it.",
            GraphFix(f"Remove '{node.id}'", partial(_without, node_id=node.id)),
        )
        for node in graph.nodes
        if node.id not in used and not any(edge.target not in used for edge in graph.outgoing(node.id))
    ]


def _too_large(graph: "NetworkGraph", shapes: Mapping[str, Shape]) -> list[GraphProblem]:
    """Counted by arithmetic, before anything is built."""
    problems = []
    parameters = {node_id: facts.parameters for node_id, facts in infer_facts(graph).items()}
    total = sum(parameters.values())
    if total > MAX_PARAMETERS:
        worst = max(parameters, key=lambda node_id: parameters[node_id])
        problems.append(
            GraphProblem(
                worst,
                f"The network would have {total:,} parameters, {parameters[worst]:,} of them in '{worst}';"
                f" at most {MAX_PARAMETERS:,} are allowed.",
                "Make the layer or what it gets smaller, for instance by pooling before it.",
            )
        )
    for node_id, shape in shapes.items():
        if value_count(shape) > MAX_ACTIVATIONS:
            problems.append(
                GraphProblem(
                    node_id,
                    f"'{node_id}' would put out {value_count(shape):,} values for each image;"
                    f" at most {MAX_ACTIVATIONS:,} are allowed.",
                    "Use smaller images, a stride, or fewer channels.",
                )
            )
    return problems
