"""A small network with a global average pool, whose heat maps are sharp."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import MaxPool

FILTERS = (16, 32, 64, 64)
POOLED = 3


def gap_cnn(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """Four 3×3 convolutions, a pool behind each but the last, then the mean of each map and one linear layer."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for number, filters in enumerate(FILTERS, start=1):
        net.add(f"conv{number}", Conv2d(filters=filters, kernel=3, padding=1, bias=False))
        net.add(f"bn{number}", BatchNorm())
        net.add(f"relu{number}", ReLU())
        if number <= POOLED:
            net.add(f"pool{number}", MaxPool())
    net.add("gap", GlobalAveragePool())
    net.add("fc", Linear(units=classes))
    return net.finish()


ARCHITECTURES = (
    Architecture(
        name="gap-cnn",
        title="Small CNN with global pool",
        year=2016,
        paper=(
            "After B. Zhou, A. Khosla, A. Lapedriza, A. Oliva, A. Torralba: Learning deep features for "
            "discriminative localization. CVPR 2016, arXiv:1512.04150."
        ),
        about=(
            "Four convolutions and a global average pool instead of large linear layers: a map counts only by its mean,"
            " so it has to respond where the object is, and heat maps show where the network looked."
        ),
        deviations=(
            "A small network of our own with the head of the paper, which puts it on AlexNet, VGG and GoogLeNet.",
        ),
        recipe=gap_cnn,
        side=64,
        min_side=8,
    ),
)
