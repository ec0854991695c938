"""AlexNet, as in the paper, without its two halves, and as torchvision has it; and ZFNet, its successor."""

from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import classic_head, conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import AdaptiveAveragePool
from cnnstudio.network.layers.local_response_norm import LocalResponseNorm
from cnnstudio.network.layers.pools import MaxPool

PAPER = (
    "A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet classification with deep convolutional neural networks."
    " NIPS 2012."
)
ZF_PAPER = "M. Zeiler, R. Fergus: Visualizing and understanding convolutional networks. ECCV 2014, arXiv:1311.2901."


def alexnet(architecture: Architecture, classes: int, channels: int, side: int, *, groups: int) -> NetworkGraph:
    """Five convolutions, overlapping pools, local response normalisation, three linear layers."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    conv_relu(net, "1", Conv2d(filters=96, kernel=11, stride=4))
    net.add("norm1", LocalResponseNorm())
    net.add("pool1", MaxPool(kernel=3, stride=2))
    conv_relu(net, "2", Conv2d(filters=256, kernel=5, padding=2, groups=groups))
    net.add("norm2", LocalResponseNorm())
    net.add("pool2", MaxPool(kernel=3, stride=2))
    conv_relu(net, "3", Conv2d(filters=384, kernel=3, padding=1))
    conv_relu(net, "4", Conv2d(filters=384, kernel=3, padding=1, groups=groups))
    conv_relu(net, "5", Conv2d(filters=256, kernel=3, padding=1, groups=groups))
    net.add("pool5", MaxPool(kernel=3, stride=2))
    classic_head(net, classes, first=6, dropout_first=False)
    return net.finish()


def alexnet_tv(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """The form of torchvision, after "One weird trick": fewer filters, no groups, no normalisation."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    conv_relu(net, "1", Conv2d(filters=64, kernel=11, stride=4, padding=2))
    net.add("pool1", MaxPool(kernel=3, stride=2))
    conv_relu(net, "2", Conv2d(filters=192, kernel=5, padding=2))
    net.add("pool2", MaxPool(kernel=3, stride=2))
    for number, filters in (("3", 384), ("4", 256), ("5", 256)):
        conv_relu(net, number, Conv2d(filters=filters, kernel=3, padding=1))
    net.add("pool5", MaxPool(kernel=3, stride=2))
    net.add("fit", AdaptiveAveragePool(side=6))
    classic_head(net, classes, first=6, dropout_first=True)
    return net.finish()


def alexnet_small(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """AlexNet's layers with a first window of 5×5 that keeps the size, and a narrower head."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for number, filters in (("1", 96), ("2", 256)):
        conv_relu(net, number, Conv2d(filters=filters, kernel=5, padding=2))
        net.add(f"norm{number}", LocalResponseNorm())
        net.add(f"pool{number}", MaxPool(kernel=3, stride=2))
    for number, filters in (("3", 384), ("4", 384), ("5", 256)):
        conv_relu(net, number, Conv2d(filters=filters, kernel=3, padding=1))
    net.add("pool5", MaxPool(kernel=3, stride=2))
    classic_head(net, classes, first=6, dropout_first=False, units=1024)
    return net.finish()


def zfnet(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """AlexNet with a finer first layer and more filters behind."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    conv_relu(net, "1", Conv2d(filters=96, kernel=7, stride=2, padding=1))
    net.add("pool1", MaxPool(kernel=3, stride=2, ceil=True))
    net.add("norm1", LocalResponseNorm())
    conv_relu(net, "2", Conv2d(filters=256, kernel=5, stride=2))
    net.add("pool2", MaxPool(kernel=3, stride=2, ceil=True))
    net.add("norm2", LocalResponseNorm())
    for number, filters in (("3", 512), ("4", 1024), ("5", 512)):
        conv_relu(net, number, Conv2d(filters=filters, kernel=3, padding=1))
    net.add("pool5", MaxPool(kernel=3, stride=2))
    classic_head(net, classes, first=6, dropout_first=False)
    return net.finish()


ABOUT = (
    "Won ImageNet in 2012 by a wide margin and started the deep years: ReLU, dropout, overlapping pools, augmentation, "
    "training on two GPUs."
)
ERROR = "16.4 % top-5 on ImageNet (7 networks: 15.4 %)"
NORM_FIRST = "Normalisation stands before the pool, as in the paper; lectures and Caffe's copy pool first."

ARCHITECTURES = (
    Architecture(
        name="alexnet",
        title="AlexNet",
        year=2012,
        paper=PAPER,
        about=ABOUT,
        error=ERROR,
        deviations=(
            "Images of 227×227: the paper says 224×224, but its 55×55 maps need 227.",
            "The two halves on two GPUs are written as groups of 2 in convolutions 2, 4 and 5.",
            NORM_FIRST,
        ),
        recipe=partial(alexnet, groups=2),
        classes=1000,
        side=227,
        min_side=67,
        small="alexnet-small",
    ),
    Architecture(
        name="alexnet-nogroups",
        title="AlexNet without groups",
        year=2012,
        paper=PAPER,
        about=f"{ABOUT} In this form every filter sees all channels, as lectures count it.",
        error="",
        deviations=("Every convolution sees all channels; the paper splits three of them in two.", NORM_FIRST),
        recipe=partial(alexnet, groups=1),
        classes=1000,
        side=227,
        min_side=67,
        small="alexnet-small",
    ),
    Architecture(
        name="alexnet-tv",
        title="AlexNet (torchvision)",
        year=2014,
        paper="A. Krizhevsky: One weird trick for parallelizing convolutional neural networks. 2014, arXiv:1404.5997.",
        about="AlexNet's later form on one GPU, for which torchvision has weights: fewer filters, no groups.",
        error="43.48 / 20.93 % top-1 / top-5 on ImageNet validation (torchvision's weights)",
        deviations=("No local response normalisation, and an adaptive pool before the head, as torchvision has it.",),
        recipe=alexnet_tv,
        classes=1000,
        side=224,
        min_side=63,
        small="alexnet-small",
    ),
    Architecture(
        name="zfnet",
        title="ZFNet",
        year=2013,
        paper=ZF_PAPER,
        about=(
            "AlexNet mended by looking inside: deconvolution showed dead and blurred filters, so the first layer got "
            "finer, 7×7 with stride 2, and later ones more filters. Won ImageNet in 2013."
        ),
        error="11.7 % top-5 on ImageNet (several networks)",
        deviations=(
            "512, 1024 and 512 filters in convolutions 3 to 5, as lectures show it; the paper also has 384, 384, 256.",
            "Padding 1 and pools that round up give the paper's 110, 55, 26 and 13 pixels.",
            "Contrast normalisation is written as AlexNet's local response normalisation.",
        ),
        recipe=zfnet,
        classes=1000,
        side=224,
        min_side=63,
        small="alexnet-small",
    ),
    Architecture(
        name="alexnet-small",
        title="AlexNet for small images",
        year=2012,
        paper=PAPER,
        about="AlexNet's five convolutions, normalisation and overlapping pools for images of 32×32 and the like.",
        deviations=(
            "The first convolution is 5×5 with stride 1 instead of 11×11 with stride 4, so that 32×32 keeps its size.",
            "Every convolution sees all channels; the paper splits three of them in two.",
            "The linear layers have 1,024 units instead of 4,096: 3×3×256 values arrive instead of 6×6×256.",
            NORM_FIRST,
        ),
        recipe=alexnet_small,
        min_side=15,
    ),
)
