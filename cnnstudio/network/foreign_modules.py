"""PyTorch's modules as our layers: the same settings, or a reason why not. This file imports torch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from torch import nn

from cnnstudio.network.shapes import Shape
from cnnstudio.network.spec import LayerSpec, parse_layer


class UnmappableError(Exception):
    """A part of a module that our layers can't express; the text says why."""


def layer_of_module(module: nn.Module, inputs: Sequence[Shape]) -> LayerSpec | None:
    """Our layer for a module; None for one that changes nothing.

    Raises:
        UnmappableError: There is none.
    """
    if type(module) is nn.Identity:
        return None
    require_known(module)
    return make(**CONVERTERS[type(module)](module, inputs))


def require_known(module: nn.Module) -> None:
    """Refuse a kind of module that has no counterpart, whatever its settings and inputs."""
    require(type(module) in CONVERTERS or type(module) is nn.Identity, type(module).__name__)


def make(**values: Any) -> LayerSpec:
    """A layer of these settings.

    Raises:
        UnmappableError: A setting is out of our bounds.
    """
    try:
        return parse_layer(values)
    except ValueError as error:
        raise UnmappableError(str(error)) from None


def require(is_so: bool, text: str) -> None:
    """Refuse a form of a layer that ours doesn't have."""
    if not is_so:
        raise UnmappableError(text)


def pair_of(value: Any) -> tuple[int, int]:
    """One number or two as (height, width)."""
    height, width = value if isinstance(value, tuple | list) else (value, value)
    return int(height), int(width)


def sides(name: str, value: Any) -> dict[str, int | None]:
    """A height with its width beside it, which is left out where both are the same."""
    height, width = pair_of(value)
    return {name: height, f"{name}_width": None if width == height else width}


def window(kernel: Any, stride: Any, padding: Any) -> dict[str, Any]:
    """The settings that convolutions and pools share; a stride that isn't given is the window's side."""
    stride = kernel if stride is None or stride == [] else stride
    return {**sides("kernel", kernel), **sides("stride", stride), **sides("padding", padding)}


def adaptive(kind: str, size: Any) -> dict[str, Any]:
    """A pool to a square of fixed size."""
    require(None not in (size if isinstance(size, tuple | list) else (size,)), "an adaptive pool of open size")
    height, width = pair_of(size)
    require(height == width, f"an adaptive pool to {height}×{width}; ours are square")
    return {"kind": kind, "side": height}


def average(kernel: Any, stride: Any, padding: Any, ceil: bool, count_padding: bool, divisor: Any) -> dict[str, Any]:
    """An average pool, which counts its border in as ours does."""
    require(divisor is None, "an average pool with a divisor of its own")
    require(count_padding or not any(pair_of(padding)), "an average pool that leaves its border out")
    return {"kind": "avg_pool", **window(kernel, stride, padding), "ceil": ceil}


def maximum(kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool, indices: bool) -> dict[str, Any]:
    """A max pool without holes."""
    require(pair_of(dilation) == (1, 1), "a max pool with dilation")
    require(not indices, "a max pool that returns its indices")
    return {"kind": "max_pool", **window(kernel, stride, padding), "ceil": ceil}


def _conv(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    dilation = pair_of(m.dilation)
    require(m.padding_mode == "zeros", f"a convolution with padding by '{m.padding_mode}'")
    require(dilation[0] == dilation[1], "a convolution with two dilations")
    padding = _same_padding(m) if m.padding == "same" else 0 if m.padding == "valid" else m.padding
    options = {"dilation": dilation[0], "groups": m.groups, "bias": m.bias is not None}
    return {"kind": "conv2d", "filters": m.out_channels, **window(m.kernel_size, m.stride, padding), **options}


def _same_padding(m: Any) -> tuple[int, int]:
    rooms = [d * (k - 1) for d, k in zip(pair_of(m.dilation), pair_of(m.kernel_size), strict=True)]
    require(not any(room % 2 for room in rooms), "a convolution that pads one side more than the other")
    return rooms[0] // 2, rooms[1] // 2


def _conv_transpose(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    names = {"kernel": m.kernel_size, "stride": m.stride, "padding": m.padding, "output_padding": m.output_padding}
    pairs = {name: pair_of(value) for name, value in names.items()}
    require(all(height == width for height, width in pairs.values()), "a transposed convolution that isn't square")
    require(pair_of(m.dilation) == (1, 1) and m.groups == 1, "a transposed convolution with dilation or groups")
    values = {name: height for name, (height, _) in pairs.items()}
    return {"kind": "conv_transpose2d", "filters": m.out_channels, **values, "bias": m.bias is not None}


def _batch_norm(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.affine and m.track_running_stats, "a batch norm without learnt numbers or running means")
    require(m.momentum is not None, "a batch norm that averages over all batches")
    return {"kind": "batch_norm", "eps": m.eps, "momentum": m.momentum}


def _layer_norm(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    is_whole = tuple(m.normalized_shape) == tuple(inputs[0])
    require(is_whole and m.elementwise_affine and m.bias is not None, "a layer norm over a part of the values")
    return {"kind": "layer_norm", "eps": m.eps}


def _group_norm(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.affine, "a group norm without learnt numbers")
    return {"kind": "group_norm", "groups": m.num_groups, "eps": m.eps}


def _response_norm(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    # PyTorch takes the mean of the squares where ours, as the paper, takes the sum.
    return {"kind": "local_response_norm", "size": m.size, "alpha": m.alpha / m.size, "beta": m.beta, "k": m.k}


def _flatten(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.start_dim == 1 and m.end_dim in (-1, len(inputs[0])), "a flatten of some dimensions only")
    return {"kind": "flatten"}


def _softmax(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.dim == 1, "a softmax that isn't over the channels")
    return {"kind": "softmax"}


def _gelu(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.approximate == "none", "an approximate GELU")
    return {"kind": "gelu"}


def _upsample(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    require(m.size is None and not m.align_corners and m.mode in ("nearest", "bilinear"), f"upsampling by '{m.mode}'")
    height, width = pair_of(m.scale_factor)
    require(height == width == m.scale_factor, "upsampling that isn't by a whole number")
    return {"kind": "upsample", "scale": height, "mode": m.mode}


def _zero_pad(m: Any, inputs: Sequence[Shape]) -> dict[str, Any]:
    left, right, top, bottom = m.padding
    return {"kind": "crop_pad", "left": left, "right": right, "top": top, "bottom": bottom}


Converter = Callable[[Any, Sequence[Shape]], dict[str, Any]]
CONVERTERS: Mapping[type[nn.Module], Converter] = {
    nn.Conv2d: _conv,
    nn.ConvTranspose2d: _conv_transpose,
    nn.Linear: lambda m, _: {"kind": "linear", "units": m.out_features, "bias": m.bias is not None},
    nn.BatchNorm1d: _batch_norm,
    nn.BatchNorm2d: _batch_norm,
    nn.LayerNorm: _layer_norm,
    nn.GroupNorm: _group_norm,
    nn.LocalResponseNorm: _response_norm,
    nn.MaxPool2d: lambda m, _: maximum(m.kernel_size, m.stride, m.padding, m.dilation, m.ceil_mode, m.return_indices),
    nn.AvgPool2d: lambda m, _: average(
        m.kernel_size, m.stride, m.padding, m.ceil_mode, m.count_include_pad, m.divisor_override
    ),
    nn.AdaptiveAvgPool2d: lambda m, _: adaptive("adaptive_avg_pool", m.output_size),
    nn.AdaptiveMaxPool2d: lambda m, _: adaptive("adaptive_max_pool", m.output_size),
    nn.Dropout: lambda m, _: {"kind": "dropout", "rate": m.p},
    nn.Dropout2d: lambda m, _: {"kind": "spatial_dropout", "rate": m.p},
    nn.AlphaDropout: lambda m, _: {"kind": "alpha_dropout", "rate": m.p},
    nn.ReLU: lambda m, _: {"kind": "relu"},
    nn.LeakyReLU: lambda m, _: {"kind": "leaky_relu", "slope": m.negative_slope},
    nn.PReLU: lambda m, _: {"kind": "prelu", "per_channel": m.num_parameters > 1},
    nn.ELU: lambda m, _: {"kind": "elu", "alpha": m.alpha},
    nn.SELU: lambda m, _: {"kind": "selu"},
    nn.GELU: _gelu,
    nn.Sigmoid: lambda m, _: {"kind": "sigmoid"},
    nn.Tanh: lambda m, _: {"kind": "tanh"},
    nn.Softmax: _softmax,
    nn.Flatten: _flatten,
    nn.Upsample: _upsample,
    nn.ZeroPad2d: _zero_pad,
}
