"""Parts that several architectures of the zoo are written with."""

from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.norms import BatchNorm


def conv_relu(net: GraphBuilder, number: str, conv: Conv2d, *, batch_norm: bool = False) -> str:
    """A convolution, batch norm if wanted, ReLU; named conv1, bn1, relu1 for the number "1"."""
    net.add(f"conv{number}", conv)
    if batch_norm:
        net.add(f"bn{number}", BatchNorm())
    return net.add(f"relu{number}", ReLU())


def classic_head(net: GraphBuilder, classes: int, *, first: int, dropout_first: bool, units: int = 4096) -> str:
    """Flatten, two linear layers with dropout 0.5, and one for the classes, as from AlexNet to VGG.

    Args:
        net: The network so far.
        classes: Units of the last layer.
        first: Number of the first linear layer: 6 behind five convolutions.
        dropout_first: Dropout stands before the linear layers, as torchvision's AlexNet has it, not behind them.
        units: Units of each of the two; 4,096 in the papers.
    """
    net.add("flatten", Flatten())
    for number in (first, first + 1):
        if dropout_first:
            net.add(f"dropout{number}", Dropout())
        net.add(f"fc{number}", Linear(units=units))
        net.add(f"relu{number}", ReLU())
        if not dropout_first:
            net.add(f"dropout{number}", Dropout())
    return net.add(f"fc{first + 2}", Linear(units=classes))
