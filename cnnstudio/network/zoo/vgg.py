"""The VGG networks: nothing but 3×3 convolutions and 2×2 pools, eleven to nineteen weight layers."""

from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import classic_head, conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.local_response_norm import LocalResponseNorm
from cnnstudio.network.layers.pools import MaxPool

PAPER = (
    "K. Simonyan, A. Zisserman: Very deep convolutional networks for large-scale image recognition. ICLR 2015,"
    " arXiv:1409.1556."
)
FILTERS = (64, 128, 256, 512, 512)
# Kernels of the convolutions of each stage, for the columns of table 1 in the paper.
COLUMNS: dict[str, tuple[tuple[int, ...], ...]] = {
    "A": ((3,), (3,), (3, 3), (3, 3), (3, 3)),
    "B": ((3, 3), (3, 3), (3, 3), (3, 3), (3, 3)),
    "C": ((3, 3), (3, 3), (3, 3, 1), (3, 3, 1), (3, 3, 1)),
    "D": ((3, 3), (3, 3), (3, 3, 3), (3, 3, 3), (3, 3, 3)),
    "E": ((3, 3), (3, 3), (3, 3, 3, 3), (3, 3, 3, 3), (3, 3, 3, 3)),
}


def vgg(
    architecture: Architecture,
    classes: int,
    channels: int,
    side: int,
    *,
    column: str,
    batch_norm: bool,
    response_norm: bool,
) -> NetworkGraph:
    """Five stages of convolutions, each with a pool behind it, and three linear layers."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for stage, kernels in enumerate(COLUMNS[column], start=1):
        filters = FILTERS[stage - 1]
        with net.group(f"stage{stage}", f"Stage {stage}: {filters} filters"):
            for number, kernel in enumerate(kernels, start=1):
                conv = Conv2d(filters=filters, kernel=kernel, padding=kernel // 2)
                conv_relu(net, str(number), conv, batch_norm=batch_norm)
                if response_norm and stage == 1:
                    net.add("norm", LocalResponseNorm())
            net.add("pool", MaxPool())
    classic_head(net, classes, first=sum(map(len, COLUMNS[column])) + 1, dropout_first=False)
    return net.finish()


def vgg16_small(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """VGG-16's convolutions with batch norm, a global average pool instead of the last one, and a narrow head."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    for stage, kernels in enumerate(COLUMNS["D"], start=1):
        with net.group(f"stage{stage}", f"Stage {stage}: {FILTERS[stage - 1]} filters"):
            for number, kernel in enumerate(kernels, start=1):
                conv = Conv2d(filters=FILTERS[stage - 1], kernel=kernel, padding=kernel // 2, bias=False)
                conv_relu(net, str(number), conv, batch_norm=True)
            net.add("pool", MaxPool() if stage < len(FILTERS) else GlobalAveragePool())
    classic_head(net, classes, first=14, dropout_first=False, units=512)
    return net.finish()


def _architecture(
    name: str, column: str, error: str, *, batch_norm: bool = False, response_norm: bool = False
) -> Architecture:
    depth = sum(map(len, COLUMNS[column])) + 3
    deviations = []
    if batch_norm:
        deviations.append("Batch norm behind every convolution, as in torchvision's -bn variants; the paper has none.")
    if response_norm:
        deviations.append("Normalisation uses AlexNet's constants, as the paper says.")
    about = (
        "Only 3×3 windows, two or three in a row instead of one large: the same view with fewer weights and more "
        "non-linear steps. Depth is what counts; second in ImageNet 2014."
    )
    if column == "C":
        about += " This one has 1×1 convolutions as the third of a stage."
    extra = " with batch norm" if batch_norm else " with LRN" if response_norm else " C" if column == "C" else ""
    return Architecture(
        name=name,
        title=f"VGG-{depth}{extra}",
        year=2014,
        paper=PAPER,
        about=about,
        error=f"{error} % top-1 / top-5 on ImageNet validation (paper, table 3)" if error else "",
        deviations=tuple(deviations),
        recipe=partial(vgg, column=column, batch_norm=batch_norm, response_norm=response_norm),
        classes=1000,
        side=224,
        min_side=32,
        small="vgg16-small",
    )


ARCHITECTURES = (
    _architecture("vgg11", "A", "29.6 / 10.4"),
    _architecture("vgg11-lrn", "A", "29.7 / 10.5", response_norm=True),
    _architecture("vgg13", "B", "28.7 / 9.9"),
    _architecture("vgg16-c", "C", "27.3 / 8.8"),
    _architecture("vgg16", "D", "25.6 / 8.1"),
    _architecture("vgg19", "E", "25.5 / 8.0"),
    _architecture("vgg11-bn", "A", "", batch_norm=True),
    _architecture("vgg13-bn", "B", "", batch_norm=True),
    _architecture("vgg16-bn", "D", "", batch_norm=True),
    _architecture("vgg19-bn", "E", "", batch_norm=True),
    Architecture(
        name="vgg16-small",
        title="VGG-16 for small images",
        year=2014,
        paper=PAPER,
        about="VGG-16's thirteen convolutions for images of 32×32 and the like, with a head that small data can fill.",
        deviations=(
            "A global average pool stands in place of the last pool, so that images from 16×16 fit.",
            "The linear layers have 512 units instead of 4,096: 512 values arrive instead of 25,088.",
            "Batch norm behind every convolution, without which so deep a network hardly starts to learn.",
        ),
        recipe=vgg16_small,
        min_side=16,
    ),
)
