"""Exported code: it computes the same, reads well, and carries nobody's code but ours."""

import ast

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from cnnstudio.network.compile import compile_network
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.source import class_name, source_code
from cnnstudio.network.zoo import architectures


def exported(graph: NetworkGraph) -> nn.Module:
    namespace: dict[str, object] = {"__name__": "exported"}
    exec(compile(source_code(graph), "network.py", "exec"), namespace)
    cls = namespace[class_name(graph)]
    assert isinstance(cls, type)
    module = cls()
    assert isinstance(module, nn.Module)
    return module


@pytest.mark.parametrize("name", ["lenet5", "lenet5-modern", "gap-cnn", "plain20", "resnet20"])
def test_exported_class_takes_our_weights_and_gives_our_logits(name: str) -> None:
    graph = architectures[name].build()
    network = compile_network(graph, seed=1).eval()
    twin = exported(graph)
    twin.load_state_dict(network.state_dict())
    x = torch.randn(2, *graph.input_shape)
    assert torch.equal(twin.eval()(x), network(x))


def test_equal_blocks_share_a_class() -> None:
    code = source_code(architectures["resnet20"].build())
    classes = [node for node in ast.parse(code).body if isinstance(node, ast.ClassDef)]
    # 16→16, 16→32, 32→32, 32→64, 64→64, three stages, and the network.
    assert len(classes) == 9


def test_code_imports_nothing_but_torch() -> None:
    tree = ast.parse(source_code(architectures["resnet20"].build()))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported == {"torch"}


def test_dotted_names_that_are_no_block_still_work() -> None:
    graph = architectures["lenet5"].build()
    for old, new in (("conv1", "a.first"), ("fc3", "a.last"), ("conv2", "b.c.d")):
        graph = graph.rename(old, new)
    network = compile_network(graph, seed=1).eval()
    twin = exported(graph)
    twin.load_state_dict(network.state_dict())
    x = torch.randn(2, *graph.input_shape)
    assert torch.equal(twin.eval()(x), network(x))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=60) | st.sampled_from(['"""]; import os', "'\n__import__('os')", "none", "1", "\\", "\ud800"]))
def test_hostile_names_stay_text(name: str) -> None:
    code = source_code(architectures["lenet5"].build().replace(name=name))
    tree = ast.parse(code)
    assert isinstance(tree.body[0], ast.Expr)
    assert isinstance(tree.body[0].value, ast.Constant)
    assert str(tree.body[0].value.value).startswith(name)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called <= {"super", "print", "sum", class_name(architectures["lenet5"].build().replace(name=name))}
    kinds = [type(node) for node in tree.body[1:]]
    assert kinds == [ast.ImportFrom, ast.ClassDef, ast.If]
