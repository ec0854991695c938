"""DenseNet: every layer sees the maps of all layers before it in its block."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Concatenate
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import AveragePool, MaxPool

PAPER = (
    "G. Huang, Z. Liu, L. van der Maaten, K. Weinberger: Densely connected convolutional networks. CVPR 2017,"
    " arXiv:1608.06993."
)
BLOCKS = (6, 12, 24, 16)
GROWTH = 32  # maps that each layer adds
BOTTLENECK = 4 * GROWTH


def densenet(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """A 7×7 stem, four dense blocks with transitions between them, a global average pool, one linear layer."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    conv_relu(net, "1", Conv2d(filters=64, kernel=7, stride=2, padding=3, bias=False), batch_norm=True)
    net.add("pool1", MaxPool(kernel=3, stride=2, padding=1))
    width = 64
    for block, count in enumerate(BLOCKS, start=1):
        with net.group(f"block{block}", f"Dense block {block}: {count} layers"):
            for number in range(1, count + 1):
                with net.group(f"layer{number}", "Dense layer"):
                    _layer(net)
        width += count * GROWTH
        if block < len(BLOCKS):
            width //= 2
            with net.group(f"transition{block}", f"Transition to {width} channels"):
                _transition(net, width)
    net.add("bn5", BatchNorm())
    net.add("relu5", ReLU())
    net.add("gap", GlobalAveragePool())
    net.add("fc", Linear(units=classes))
    return net.finish()


def _layer(net: GraphBuilder) -> None:
    """Batch norm, ReLU, 1×1; the same with 3×3; its 32 maps are stacked on those that came in."""
    entry = net.last
    for number, conv in (
        (1, Conv2d(filters=BOTTLENECK, kernel=1, bias=False)),
        (2, Conv2d(filters=GROWTH, kernel=3, padding=1, bias=False)),
    ):
        net.add(f"bn{number}", BatchNorm())
        net.add(f"relu{number}", ReLU())
        new = net.add(f"conv{number}", conv)
    net.add("concat", Concatenate(), entry, new)


def _transition(net: GraphBuilder, width: int) -> None:
    """Half the channels, half the sides."""
    net.add("bn", BatchNorm())
    net.add("relu", ReLU())
    net.add("conv", Conv2d(filters=width, kernel=1, bias=False))
    net.add("pool", AveragePool())


ARCHITECTURES = (
    Architecture(
        name="densenet121",
        title="DenseNet-121",
        year=2016,
        paper=PAPER,
        about=(
            "Each layer gets the maps of all layers before it in its block, stacked, and adds 32 of its own: features "
            "are used again instead of learnt again, so 8 million weights do what ResNet-50 needs 26 million for."
        ),
        error="25.02 / 7.71 % top-1 / top-5 on ImageNet validation, one crop (paper, table 3)",
        deviations=("Maps are stacked layer after layer, which computes the same as stacking all of them each time.",),
        recipe=densenet,
        classes=1000,
        side=224,
        min_side=29,
    ),
)
