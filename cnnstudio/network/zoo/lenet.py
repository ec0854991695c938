"""LeNet-5, as it was in 1998, and as one would write it today."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU, Tanh
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import AveragePool, MaxPool

PAPER = (
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition."
    " Proc. IEEE 86 (11), 1998."
)


def lenet5(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """The network of 1998: tanh and average pools."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for number, filters in ((1, 6), (2, 16)):
        net.add(f"conv{number}", Conv2d(filters=filters, kernel=5))
        net.add(f"tanh{number}", Tanh())
        net.add(f"pool{number}", AveragePool())
    net.add("flatten", Flatten())
    for number, units in ((1, 120), (2, 84)):
        net.add(f"fc{number}", Linear(units=units))
        net.add(f"tanh{number + 2}", Tanh())
    net.add("fc3", Linear(units=classes))
    return net.finish()


def lenet5_modern(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """The same sizes with what came later: batch norm, ReLU, max pools."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for number, filters in ((1, 6), (2, 16)):
        net.add(f"conv{number}", Conv2d(filters=filters, kernel=5, bias=False))
        net.add(f"bn{number}", BatchNorm())
        net.add(f"relu{number}", ReLU())
        net.add(f"pool{number}", MaxPool())
    net.add("flatten", Flatten())
    for number, units in ((1, 120), (2, 84)):
        net.add(f"fc{number}", Linear(units=units))
        net.add(f"relu{number + 2}", ReLU())
    net.add("fc3", Linear(units=classes))
    return net.finish()


ARCHITECTURES = (
    Architecture(
        name="lenet5",
        title="LeNet-5",
        year=1998,
        paper=PAPER,
        about=(
            "The first convolutional network in wide use: it read the amounts on bank cheques. Shared weights, "
            "local windows and pooling, learnt end to end by gradient descent."
        ),
        error="0.95 % on the MNIST test set",
        deviations=(
            "The second convolution sees all six maps; the paper connects each filter to some of them by a table "
            "(61,706 parameters here, about 60,000 there).",
            "Average pools have no weights; the paper's have a learnt factor and bias for each map.",
            "The last layer is linear with cross-entropy; the paper measures distances to drawn digits (RBF units).",
            "Plain tanh; the paper scales it to 1.7159·tanh(2x/3).",
            "The third convolution of the paper, 5×5 on a 5×5 map, is written as the linear layer that it equals.",
        ),
        recipe=lenet5,
        channels=1,
        min_side=16,
    ),
    Architecture(
        name="lenet5-modern",
        title="LeNet-5 modern",
        year=1998,
        paper=PAPER,
        about=(
            "LeNet-5's sizes with what later years taught: ReLU instead of tanh, max instead of average pools, batch "
            "normalisation behind the convolutions. It learns in fewer epochs."
        ),
        deviations=(
            "ReLU, max pools and batch norm are not in the paper; the convolutions need no bias before batch norm.",
        ),
        recipe=lenet5_modern,
        channels=1,
        min_side=16,
    ),
)
