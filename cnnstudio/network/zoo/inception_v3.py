"""Inception v3: large windows taken apart into small and into flat ones."""

from collections.abc import Callable, Sequence
from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.ends import AuxiliaryOutput
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Concatenate
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import AveragePool, MaxPool

PAPER = (
    "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna: Rethinking the inception architecture for computer"
    " vision. CVPR 2016, arXiv:1512.00567."
)
# The side head's 5×5 convolution needs a map of 17×17 behind module 6e.
SIDE_HEAD_FROM = 299
Step = tuple[int, int, int]  # filters, height and width of the window


def inception_v3(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """A stem of small windows, eleven modules of five forms, a global average pool, one linear layer."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    _stem(net)
    for name, width in (("5b", 32), ("5c", 64), ("5d", 64)):
        _module(net, name, partial(_small, net, pooled=width))
    _module(net, "6a", partial(_halving_first, net))
    for name, width in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        _module(net, name, partial(_flat, net, width=width))
    main = net.last
    if side >= SIDE_HEAD_FROM:
        with net.group("aux", "Side head behind 6e"):
            _side_head(net, main, classes)
        net.last = main
    _module(net, "7a", partial(_halving_second, net))
    for name in ("7b", "7c"):
        _module(net, name, partial(_wide, net))
    net.add("gap", GlobalAveragePool())
    net.add("dropout", Dropout())
    net.add("fc", Linear(units=classes))
    return net.finish()


def _stem(net: GraphBuilder) -> None:
    for name, conv in (
        ("1a", Conv2d(filters=32, kernel=3, stride=2)),
        ("2a", Conv2d(filters=32, kernel=3)),
        ("2b", Conv2d(filters=64, kernel=3, padding=1)),
    ):
        _conv(net, name, conv)
    net.add("pool1", MaxPool(kernel=3, stride=2))
    _conv(net, "3b", Conv2d(filters=80, kernel=1))
    _conv(net, "4a", Conv2d(filters=192, kernel=3))
    net.add("pool2", MaxPool(kernel=3, stride=2))


def _module(net: GraphBuilder, name: str, branches: Callable[[str], Sequence[str]]) -> None:
    """Branches side by side on the same input, their channels stacked."""
    entry = net.last
    with net.group(f"inception{name}", f"Inception {name}"):
        net.add("concat", Concatenate(), *branches(entry))


def _conv(net: GraphBuilder, name: str, conv: Conv2d, *sources: str) -> str:
    """Convolution, batch norm, ReLU."""
    net.add(f"conv{name}", conv.replace(bias=False), *sources)
    net.add(f"bn{name}", BatchNorm(eps=0.001))
    return net.add(f"relu{name}", ReLU())


def _branch(net: GraphBuilder, name: str, entry: str, *steps: Step, halved: bool = False) -> str:
    """Convolutions in a row that keep the size, but for the last one where the module halves it."""
    for number, (filters, height, width) in enumerate(steps, start=1):
        window: dict[str, int | None] = {"kernel": height, "padding": height // 2}
        if width != height:
            window |= {"kernel_width": width, "padding_width": width // 2}
        if halved and number == len(steps):
            window |= {"stride": 2, "padding": 0}
        label = name if len(steps) == 1 else f"{name}_{number}"
        last = _conv(net, label, Conv2d(filters=filters, **window), *([entry] if number == 1 else []))
    return last


def _pooled(net: GraphBuilder, entry: str, filters: int) -> str:
    net.add("pool", AveragePool(kernel=3, stride=1, padding=1), entry)
    return _conv(net, "_pool", Conv2d(filters=filters, kernel=1))


def _small(net: GraphBuilder, entry: str, *, pooled: int) -> Sequence[str]:
    """Figure 5 of the paper: two 3×3 windows in a row instead of one of 5×5."""
    return (
        _branch(net, "1x1", entry, (64, 1, 1)),
        _branch(net, "5x5", entry, (48, 1, 1), (64, 5, 5)),
        _branch(net, "3x3", entry, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
        _pooled(net, entry, pooled),
    )


def _flat(net: GraphBuilder, entry: str, *, width: int) -> Sequence[str]:
    """Figure 6: windows of 1×7 and 7×1 instead of 7×7."""
    row, column = (width, 1, 7), (width, 7, 1)
    return (
        _branch(net, "1x1", entry, (192, 1, 1)),
        _branch(net, "7x7", entry, (width, 1, 1), row, (192, 7, 1)),
        _branch(net, "7x7twice", entry, (width, 1, 1), column, row, column, (192, 1, 7)),
        _pooled(net, entry, 192),
    )


def _wide(net: GraphBuilder, entry: str) -> Sequence[str]:
    """Figure 7: 1×3 and 3×1 side by side, for many features on the smallest map."""
    narrow = _branch(net, "1x1", entry, (320, 1, 1))
    once = _branch(net, "3x3_1", entry, (384, 1, 1))
    once = _split(net, "3x3", once)
    _branch(net, "3x3twice", entry, (448, 1, 1), (384, 3, 3))
    twice = _split(net, "3x3twice", net.last)
    return narrow, once, twice, _pooled(net, entry, 192)


def _split(net: GraphBuilder, name: str, entry: str) -> str:
    row = _branch(net, f"{name}_row", entry, (384, 1, 3))
    column = _branch(net, f"{name}_column", entry, (384, 3, 1))
    return net.add(f"concat{name}", Concatenate(), row, column)


def _halving_first(net: GraphBuilder, entry: str) -> Sequence[str]:
    return (
        _branch(net, "3x3", entry, (384, 3, 3), halved=True),
        _branch(net, "3x3twice", entry, (64, 1, 1), (96, 3, 3), (96, 3, 3), halved=True),
        net.add("pool", MaxPool(kernel=3, stride=2), entry),
    )


def _halving_second(net: GraphBuilder, entry: str) -> Sequence[str]:
    return (
        _branch(net, "3x3", entry, (192, 1, 1), (320, 3, 3), halved=True),
        _branch(net, "7x7", entry, (192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3), halved=True),
        net.add("pool", MaxPool(kernel=3, stride=2), entry),
    )


def _side_head(net: GraphBuilder, source: str, classes: int) -> None:
    """A small classifier on the last map of 17×17, whose loss counts 0.4 in training."""
    net.add("pool", AveragePool(kernel=5, stride=3), source)
    _conv(net, "0", Conv2d(filters=128, kernel=1))
    _conv(net, "1", Conv2d(filters=768, kernel=5))
    net.add("gap", GlobalAveragePool())
    net.add("fc", Linear(units=classes))
    net.add("logits", AuxiliaryOutput(weight=0.4))


ARCHITECTURES = (
    Architecture(
        name="inception-v3",
        title="Inception v3",
        year=2015,
        paper=PAPER,
        about=(
            "GoogLeNet's modules with windows taken apart: 5×5 into two of 3×3, 7×7 into 1×7 and 7×1, so that a wider "
            "view costs less; batch norm everywhere, and one side head."
        ),
        error="21.2 / 5.6 % top-1 / top-5 on ImageNet validation, one crop (paper)",
        deviations=(
            "As torchvision and the authors' code have it; table 1 of the paper differs in the stem and the modules.",
            "The first three modules keep one 5×5 window beside the two of 3×3.",
            "The side head's loss counts 0.4, as in the authors' code; the paper names no weight.",
            f"Images below {SIDE_HEAD_FROM} pixels get no side head, because its 5×5 window doesn't fit.",
            "Images aren't normalised anew inside the network, as torchvision does with its own weights.",
        ),
        recipe=inception_v3,
        classes=1000,
        side=299,
        min_side=75,
        small="googlenet-small",
    ),
)
