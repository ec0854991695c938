"""Five hundred names that want to become code: in the network's name, its blocks, its layers, and what is saved."""

import ast
import contextlib
import itertools
from pathlib import Path

import pytest

from cnnstudio.core.errors import GraphError
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.io import load_graph, parse_graph
from cnnstudio.network.names import free_id, id_problem
from cnnstudio.network.saved_blocks import block_of, list_blocks, save_block
from cnnstudio.network.source import class_name, source_code
from cnnstudio.network.zoo import architectures

OPENINGS = (
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\n",
    "\r",
    "\t",
    "#",
    ")",
    "]",
    "}",
    "{",
    ";",
    "\x00",
    "\u2028",
    "\u202e",
    "é",
    "",
)
PAYLOADS = (
    "import os; os.system('touch {canary}')",
    "__import__('os').system('touch {canary}')",
    "exec(open('{canary}','w').write('1'))",
    "]; open('{canary}', 'w') #",
    "{{open('{canary}','w')}}",
    "\nopen('{canary}', 'w')\n",
    "<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "../../../../etc/passwd",
    "%s%n{{0.__class__}}",
    "'); DROP TABLE runs; --",
    "class", "None", "self", "torch", "__class__", "lambda: 0",
)  # fmt: skip
CLOSINGS = ("", '"""', "'#", "\\")


def names(canary: Path) -> list[str]:
    combined = itertools.product(OPENINGS, PAYLOADS, CLOSINGS)
    made = [f"{a}{b.format(canary=canary)}{c}" for a, b, c in combined]
    return made[:: max(1, len(made) // 500)][:500]


def hostile(graph: NetworkGraph, name: str) -> NetworkGraph:
    """The graph with the name everywhere where any text is allowed."""
    return graph.changed(name=name, groups=tuple(group.replace(title=name) for group in graph.groups))


@pytest.mark.slow
def test_500_names_stay_text_in_code_files_and_blocks(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    start = architectures["resnet20"].build()
    tried = names(canary)
    assert len(set(tried)) == 500
    for name in tried:
        graph = hostile(start, name)
        tree = ast.parse(source_code(graph))
        assert [type(part) for part in tree.body[:2]] == [ast.Expr, ast.ImportFrom]
        assert {type(part) for part in tree.body[2:-1]} == {ast.ClassDef}
        assert isinstance(tree.body[-1], ast.If)
        assert class_name(graph).isidentifier()
        names_called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        classes = {part.name for part in tree.body if isinstance(part, ast.ClassDef)}
        assert names_called <= {"super", "print", "sum", "range", *classes}
        assert parse_graph(graph.to_json()) == graph
        free = free_id(name, {node.id for node in graph.nodes})
        assert not id_problem(free)
        with contextlib.suppress(GraphError):  # names of several lines, or too long
            save_block(block_of(graph, graph.group_nodes("stage1.block1"), name))
    assert {block.title for block in list_blocks()} <= set(tried)
    assert not canary.exists()


@pytest.mark.slow
def test_no_hostile_name_becomes_a_layers_name(tmp_path: Path) -> None:
    graph = architectures["lenet5"].build()
    legal = 0
    for name in names(tmp_path / "canary"):
        if id_problem(name):
            with pytest.raises(GraphError):
                graph.rename("conv1", name)
        else:
            legal += 1
            assert all(part.isidentifier() for part in name.split("."))
    assert legal < 10


@pytest.mark.slow
def test_code_of_hostile_networks_does_nothing_when_it_is_loaded(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    start = architectures["lenet5"].build()
    for name in names(canary)[::25]:
        space: dict[str, object] = {"__name__": "loaded"}
        exec(compile(source_code(start.changed(name=name)), "network.py", "exec"), space)
    assert not canary.exists()


def test_a_network_saved_under_a_hostile_name_is_read_back(tmp_path: Path) -> None:
    from cnnstudio.core.files import write_json

    graph = architectures["lenet5"].build().changed(name='"]; import os; os.system("true") #')
    write_json(tmp_path / "network.json", graph.to_json())
    assert load_graph(tmp_path / "network.json") == graph
