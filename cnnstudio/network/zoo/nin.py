"""Network in Network, in its form for CIFAR-10."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.pools import AveragePool, MaxPool


def nin_cifar(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """Three blocks, each a convolution and two of 1×1; the last gives one map a class, whose means are the logits."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    blocks = ((192, 5, (160, 96)), (192, 5, (192, 192)), (192, 3, (192, classes)))
    for number, (filters, kernel, small) in enumerate(blocks, start=1):
        with net.group(f"block{number}", f"Small network {number}"):
            conv_relu(net, "1", Conv2d(filters=filters, kernel=kernel, padding=kernel // 2))
            for step, width in enumerate(small, start=2):
                conv_relu(net, str(step), Conv2d(filters=width, kernel=1))
        if number < len(blocks):
            pool = MaxPool if number == 1 else AveragePool
            net.add(f"pool{number}", pool(kernel=3, stride=2, ceil=True))
            net.add(f"dropout{number}", Dropout())
    net.add("gap", GlobalAveragePool())
    return net.finish()


ARCHITECTURES = (
    Architecture(
        name="nin-cifar",
        title="Network in Network (CIFAR)",
        year=2013,
        paper="M. Lin, Q. Chen, S. Yan: Network in network. ICLR 2014, arXiv:1312.4400.",
        about=(
            "1×1 convolutions: a small network slides over the picture instead of a filter. The last layer has one map "
            "for each class, and a global average pool replaces the linear layers and their weights."
        ),
        error="10.41 % on the CIFAR-10 test set (8.81 % with augmentation)",
        deviations=(
            "Sizes are those of the authors' published Caffe configuration; the paper doesn't list them.",
            "The maps of the classes pass a ReLU before their mean, as in that configuration.",
        ),
        recipe=nin_cifar,
        min_side=6,
    ),
)
