"""The text of an exported predict.py: fixed, and harmless whatever the user's names are."""

import ast
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnstudio.network.source import source_code
from cnnstudio.network.zoo import architectures
from cnnstudio.runs.parity import compare
from cnnstudio.runs.predict_code import Backend, predict_code

BACKENDS: tuple[Backend, ...] = ("torch", "onnx")
ALLOWED = {"json", "sys", "io", "importlib", "collections", "dataclasses", "pathlib", "typing", "numpy", "PIL"}
LIBRARIES = {"torch": {"torch", "safetensors"}, "onnx": {"onnxruntime"}}


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_needs_numpy_pillow_and_one_runtime_only(backend: Backend) -> None:
    assert imported(ast.parse(predict_code(backend))) <= ALLOWED | LIBRARIES[backend]
    assert "cnnstudio" not in predict_code(backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_name_in_it_is_defined(backend: Backend) -> None:
    tree = ast.parse(predict_code(backend))
    defined = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    defined |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    defined |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    defined |= {node.name for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            defined |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    used = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}
    builtins = set(dir(__builtins__)) if not isinstance(__builtins__, dict) else set(__builtins__)
    assert used - defined - builtins - {"__file__", "__name__"} == set()


# What the text of a network may call: layers, its own blocks, and what its last lines print.
def calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Call)}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=60)
    | st.sampled_from(['"]; import os; os.system("x") #', "'''", '"""\nimport os', "\\", "__import__"])
)
def test_no_name_of_a_network_becomes_code(name: str) -> None:
    graph = architectures["lenet5"].build().replace(name=name)
    tree = ast.parse(source_code(graph))
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    assert imported(tree) <= {"torch"}
    assert calls(tree) <= classes | {"self", "super", "super()", "nn", "torch", "print", "sum", "p", "network"}


def stages(pixels: np.ndarray, logits: np.ndarray) -> dict[str, np.ndarray]:
    return {"decode0": pixels, "resize0": pixels, "normalise": pixels / np.float32(255), "net": logits}


def test_stages_are_compared_by_their_largest_difference() -> None:
    pixels, logits = np.full((2, 2), 7, np.uint8), np.array([[20.0, -3.0]], np.float32)
    other = stages(pixels.copy(), logits + np.float32(0.0005))
    other["resize0"] = pixels + np.uint8(2)
    found = {stage.stage: stage for stage in compare(stages(pixels, logits), other, other_runtime=True)}
    assert (found["decode"].passed, found["decode"].largest_difference) == (True, 0.0)
    assert (found["resize"].passed, found["resize"].largest_difference) == (False, 2.0)
    # 5e-5 of the largest logit, 20; 1e-5 where the runtime is the same.
    assert found["net"].tolerance == pytest.approx(0.001)
    assert (found["net"].passed, found["net"].largest_difference) == (True, pytest.approx(0.0005, rel=1e-2))
    assert not compare(stages(pixels, logits), other, other_runtime=False)[-1].passed
    # Four times the app's own rounding, for another runtime alone.
    rounded = {"own_rounding": 0.1}
    assert compare(stages(pixels, logits), other, other_runtime=True, **rounded)[-1].tolerance == pytest.approx(0.4)
    assert not compare(stages(pixels, logits), other, other_runtime=False, **rounded)[-1].passed


@pytest.mark.parametrize("wrong", [np.zeros((1, 3), np.float32), np.array([[np.nan, 0.0]], np.float32)])
def test_other_shapes_and_values_that_are_no_numbers_never_pass(wrong: np.ndarray) -> None:
    pixels, logits = np.zeros((2, 2), np.uint8), np.array([[1.0, 2.0]], np.float32)
    net = compare(stages(pixels, logits), stages(pixels, wrong), other_runtime=True)[-1]
    assert (net.passed, net.largest_difference) == (False, None)


def test_the_pictures_code_is_the_apps_own(tmp_path: Path) -> None:
    import inspect

    from cnnstudio.data import decode, resize

    for function in (decode._decode, decode._plain, resize.to_square, resize._letterbox):
        assert inspect.getsource(function) in predict_code("onnx")
