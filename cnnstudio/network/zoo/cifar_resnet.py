"""The plain and residual networks for CIFAR-10 of 20 to 110 layers: three stages of 16, 32 and 64 filters."""

from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.shortcuts import ZeroPadShortcut

PAPER = "K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016, arXiv:1512.03385."
DEPTHS = (20, 32, 44, 56, 110)
# Table 6 of the paper; for plain networks the paper prints curves only.
ERRORS = {20: 8.75, 32: 7.51, 44: 7.17, 56: 6.97, 110: 6.43}


def cifar_network(
    architecture: Architecture, classes: int, channels: int, side: int, *, depth: int, residual: bool
) -> NetworkGraph:
    """6n + 2 layers: a convolution, three stages of n blocks, a linear layer."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    net.add("conv1", Conv2d(filters=16, kernel=3, padding=1, bias=False))
    net.add("bn1", BatchNorm())
    net.add("relu1", ReLU())
    width = 16
    for stage, filters in ((1, 16), (2, 32), (3, 64)):
        with net.group(f"stage{stage}", f"Stage {stage}: {filters} filters"):
            for number in range(1, (depth - 2) // 6 + 1):
                with net.group(f"block{number}", "Residual block" if residual else "Plain block"):
                    _block(net, filters, stride=filters // width, residual=residual)
                width = filters
    net.add("pool", GlobalAveragePool())
    net.add("fc", Linear(units=classes))
    return net.finish()


def _block(net: GraphBuilder, filters: int, *, stride: int, residual: bool) -> None:
    """Two 3×3 convolutions, with the block's input added before the last ReLU; option A where sizes differ."""
    entry = net.last
    net.add("conv1", Conv2d(filters=filters, kernel=3, stride=stride, padding=1, bias=False))
    net.add("bn1", BatchNorm())
    net.add("relu1", ReLU())
    net.add("conv2", Conv2d(filters=filters, kernel=3, padding=1, bias=False))
    branch = net.add("bn2", BatchNorm())
    if residual:
        if stride > 1:
            entry = net.add("shortcut", ZeroPadShortcut(channels=filters, stride=stride), entry)
        net.add("add", Add(), branch, entry)
    net.add("relu2", ReLU())


def _architecture(depth: int, *, residual: bool) -> Architecture:
    about = (
        "The small residual network for 32×32 images: each block learns only what to change, and its input is added "
        "at the end, so that even 110 layers train."
        if residual
        else "The same layers without shortcuts, to compare: with depth it gets worse, in training error too."
    )
    return Architecture(
        name=f"{'resnet' if residual else 'plain'}{depth}",
        title=f"{'ResNet' if residual else 'Plain'}-{depth}",
        year=2015,
        paper=PAPER,
        about=about,
        error=f"{ERRORS[depth]} % on the CIFAR-10 test set" if residual else "",
        deviations=(
            "The zero channels of the shortcut stand half before and half after the others; the paper doesn't say "
            "where.",
        )
        if residual
        else (),
        recipe=partial(cifar_network, depth=depth, residual=residual),
        min_side=8,
    )


ARCHITECTURES = tuple(_architecture(depth, residual=residual) for residual in (False, True) for depth in DEPTHS)
