"""Calls of PyTorch's functions and tensor methods as our layers, from a torch.fx trace. This file imports torch."""

import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import fx
from torch.nn import functional as F

from cnnstudio.network.foreign_modules import UnmappableError, adaptive, average, make, maximum, require
from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import LayerSpec

ACTIVATIONS: dict[Any, str] = {
    **dict.fromkeys((F.relu, F.relu_, torch.relu, torch.relu_, "relu", "relu_"), "relu"),
    **dict.fromkeys((torch.sigmoid, F.sigmoid, "sigmoid", "sigmoid_"), "sigmoid"),
    **dict.fromkeys((torch.tanh, F.tanh, "tanh", "tanh_"), "tanh"),
    F.selu: "selu",
}
ADDITIONS = (operator.add, operator.iadd, torch.add, "add", "add_")
STACKS = (torch.cat, torch.concat, torch.concatenate)
FLATTENS = (torch.flatten, "flatten")
RESHAPES = (torch.reshape, "view", "reshape")
MEANS = (torch.mean, "mean")
UNCHANGED = ("contiguous",)


def is_size(step: fx.Node) -> bool:
    """True for a step that asks for a size, as x.size(0) or x.shape[0]: it gives a number, no tensor."""
    if step.op == "call_method":
        return step.target in ("size", "dim")
    if step.op == "call_function" and step.target is getattr:
        return bool(step.args[1] == "shape")
    if step.op == "call_function" and step.target is operator.getitem:
        return isinstance(step.args[0], fx.Node) and is_size(step.args[0])
    return False


def tensors_of(step: fx.Node) -> list[fx.Node]:
    """The tensors that arrive, in the order of the ports; one that arrives twice stands there twice."""
    found: list[fx.Node] = []

    def look(value: Any) -> None:
        if isinstance(value, fx.Node):
            found.extend([] if is_size(value) else [value])
        elif isinstance(value, tuple | list):
            for item in value:
                look(item)

    for value in (*step.args, *step.kwargs.values()):
        look(value)
    return found


def layer_of_call(step: fx.Node, inputs: Sequence[Shape]) -> LayerSpec | None:
    """Our layer for a call; None for one that changes nothing.

    Raises:
        UnmappableError: There is none.
    """
    target = step.target
    if target in UNCHANGED:
        return None
    if target in ACTIVATIONS:
        return make(kind=ACTIVATIONS[target])
    if target in ADDITIONS:
        require(len(inputs) == 2 and bool(step.kwargs.get("alpha", 1) == 1), "an addition that isn't of two tensors")
        return make(kind="add")
    if target in STACKS:
        require(_option(step, 1, "dim", 0) == 1, "a concatenation that isn't along the channels")
        return make(kind="concat") if len(inputs) > 1 else None
    if target in FLATTENS or target in RESHAPES:
        return _flatten(step, inputs)
    if target in MEANS:
        return _mean(step, inputs)
    return _pool_or_dropout(step)


def _pool_or_dropout(step: fx.Node) -> LayerSpec:
    target = step.target
    if target in (F.max_pool2d, torch.max_pool2d):
        return make(
            **maximum(
                *_values(
                    step, kernel_size=..., stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
                )
            )
        )
    if target is F.avg_pool2d:
        return make(
            **average(
                *_values(
                    step,
                    kernel_size=...,
                    stride=None,
                    padding=0,
                    ceil_mode=False,
                    count_include_pad=True,
                    divisor_override=None,
                )
            )
        )
    if target is F.adaptive_avg_pool2d:
        return make(**adaptive("adaptive_avg_pool", _option(step, 1, "output_size", None)))
    if target is F.dropout:
        return make(kind="dropout", rate=_option(step, 1, "p", 0.5))
    if target is F.leaky_relu:
        return make(kind="leaky_relu", slope=_option(step, 1, "negative_slope", 0.01))
    name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
    raise UnmappableError(f"a call of {name}")


def _flatten(step: fx.Node, inputs: Sequence[Shape]) -> LayerSpec:
    if step.target in FLATTENS:
        start, end = _option(step, 1, "start_dim", 0), _option(step, 2, "end_dim", -1)
        require(start == 1 and end in (-1, len(inputs[0])), "a flatten of some dimensions only")
        return make(kind="flatten")
    sizes = step.args[1:]
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
        sizes = tuple(sizes[0])
    # x.view(x.size(0), -1): the batch stays, all else is one row.
    is_row = bool(len(sizes) == 2 and isinstance(sizes[0], fx.Node) and sizes[1] == -1)
    require(is_row, "a reshape to something else than a row")
    return make(kind="flatten")


def _mean(step: fx.Node, inputs: Sequence[Shape]) -> LayerSpec:
    dims = _option(step, 1, "dim", None)
    over = {dim % 4 for dim in dims} if isinstance(dims, tuple | list) else set()
    require(len(inputs[0]) == 3 and over == {2, 3}, "a mean that isn't over height and width")
    return (
        make(kind="adaptive_avg_pool", side=1) if _option(step, 2, "keepdim", False) else make(kind="global_avg_pool")
    )


def _option(step: fx.Node, place: int, name: str, default: Any) -> Any:
    return step.args[place] if len(step.args) > place else step.kwargs.get(name, default)


def _values(step: fx.Node, **defaults: Any) -> list[Any]:
    """The arguments behind the tensor, in the order of the function's signature."""
    return [_option(step, place, name, default) for place, (name, default) in enumerate(defaults.items(), start=1)]
