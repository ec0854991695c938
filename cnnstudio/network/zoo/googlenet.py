"""GoogLeNet: inception modules, as in the paper and as torchvision has it."""

from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.ends import AuxiliaryOutput
from cnnstudio.network.layers.fitted_pools import AdaptiveAveragePool, GlobalAveragePool
from cnnstudio.network.layers.flatten import Flatten
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.local_response_norm import LocalResponseNorm
from cnnstudio.network.layers.merges import Concatenate
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import AveragePool, MaxPool

PAPER = "C. Szegedy et al.: Going deeper with convolutions. CVPR 2015, arXiv:1409.4842."
# 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection: table 1 of the paper.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
AUXILIARY_BEHIND = ("4a", "4d")


def googlenet(
    architecture: Architecture, classes: int, channels: int, side: int, *, torchvision: bool, small: bool = False
) -> NetworkGraph:
    """A stem, nine inception modules, a global average pool, one linear layer; two side heads for training."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    if small:
        _small_stem(net)
    else:
        _stem(net, torchvision=torchvision)
    # torchvision kept a slip of the first port: its branch of 5×5 has 3×3 windows.
    large = 3 if torchvision and not small else 5
    results: dict[str, str] = {}
    for name in MODULES:
        if name in ("4a", "5a"):
            # torchvision's last pool is 2×2; where the map is even, it sees less than the paper's 3×3.
            kernel = 2 if torchvision and name == "5a" else 3
            net.add(f"pool{'3' if name == '4a' else '4'}", MaxPool(kernel=kernel, stride=2, ceil=True))
        with net.group(f"inception{name}", f"Inception {name}"):
            _inception(net, MODULES[name], large, torchvision=torchvision)
        results[name] = net.last
    main = net.last
    for number, name in enumerate(AUXILIARY_BEHIND, start=1):
        with net.group(f"aux{number}", f"Side head behind {name}"):
            _side_head(net, results[name], classes, torchvision=torchvision)
    net.add("gap", GlobalAveragePool(), main)
    net.add("dropout", Dropout(rate=0.2 if torchvision else 0.4))
    net.add("fc", Linear(units=classes))
    return net.finish()


def _stem(net: GraphBuilder, *, torchvision: bool) -> None:
    _conv(net, "1", Conv2d(filters=64, kernel=7, stride=2, padding=3), torchvision=torchvision)
    net.add("pool1", MaxPool(kernel=3, stride=2, ceil=True))
    if not torchvision:
        net.add("norm1", LocalResponseNorm())
    _conv(net, "2", Conv2d(filters=64, kernel=1), torchvision=torchvision)
    _conv(net, "3", Conv2d(filters=192, kernel=3, padding=1), torchvision=torchvision)
    if not torchvision:
        net.add("norm2", LocalResponseNorm())
    net.add("pool2", MaxPool(kernel=3, stride=2, ceil=True))


def _small_stem(net: GraphBuilder) -> None:
    """The stem's convolutions without stride and pools, for images of 32×32 and the like."""
    _conv(net, "1", Conv2d(filters=64, kernel=3, padding=1), torchvision=True)
    _conv(net, "2", Conv2d(filters=64, kernel=1), torchvision=True)
    _conv(net, "3", Conv2d(filters=192, kernel=3, padding=1), torchvision=True)


def _conv(net: GraphBuilder, name: str, conv: Conv2d, *sources: str, torchvision: bool) -> str:
    """Convolution and ReLU; torchvision has batch norm between them, and so no bias."""
    net.add(f"conv{name}", conv.replace(bias=False) if torchvision else conv, *sources)
    if torchvision:
        net.add(f"bn{name}", BatchNorm(eps=0.001))
    return net.add(f"relu{name}", ReLU())


def _inception(net: GraphBuilder, widths: tuple[int, ...], large: int, *, torchvision: bool) -> None:
    """Four branches side by side, their channels stacked."""
    entry = net.last
    one = _conv(net, "1", Conv2d(filters=widths[0], kernel=1), entry, torchvision=torchvision)
    _conv(net, "2a", Conv2d(filters=widths[1], kernel=1), entry, torchvision=torchvision)
    three = _conv(net, "2b", Conv2d(filters=widths[2], kernel=3, padding=1), torchvision=torchvision)
    _conv(net, "3a", Conv2d(filters=widths[3], kernel=1), entry, torchvision=torchvision)
    wide = Conv2d(filters=widths[4], kernel=large, padding=large // 2)
    five = _conv(net, "3b", wide, torchvision=torchvision)
    net.add("pool", MaxPool(kernel=3, stride=1, padding=1), entry)
    pooled = _conv(net, "4", Conv2d(filters=widths[5], kernel=1), torchvision=torchvision)
    net.add("concat", Concatenate(), one, three, five, pooled)


def _side_head(net: GraphBuilder, source: str, classes: int, *, torchvision: bool) -> None:
    """A small classifier on a middle layer, whose loss counts 0.3 in training."""
    pool = AdaptiveAveragePool(side=4) if torchvision else AveragePool(kernel=5, stride=3)
    net.add("pool", pool, source)
    _conv(net, "1", Conv2d(filters=128, kernel=1), torchvision=torchvision)
    net.add("flatten", Flatten())
    net.add("fc1", Linear(units=1024))
    net.add("relu2", ReLU())
    net.add("dropout", Dropout(rate=0.7))
    net.add("fc2", Linear(units=classes))
    net.add("logits", AuxiliaryOutput())


ABOUT = (
    "Inception modules look with windows of several sizes at once, after 1×1 convolutions made the channels few; a "
    "global average pool replaces the large linear layers. 22 layers, 7 million weights; won ImageNet 2014."
)

ARCHITECTURES = (
    Architecture(
        name="googlenet",
        title="GoogLeNet",
        year=2014,
        paper=PAPER,
        about=ABOUT,
        error="9.15 % top-5 on ImageNet validation (one network, one crop: 10.07 %); 6.67 % in the contest",
        deviations=(
            "Pools round up, as in the authors' Caffe, which gives the paper's 112, 56, 28, 14 and 7 pixels.",
            "Local response normalisation uses AlexNet's constants; the paper names none.",
        ),
        recipe=partial(googlenet, torchvision=False),
        classes=1000,
        side=224,
        min_side=79,
        small="googlenet-small",
    ),
    Architecture(
        name="googlenet-tv",
        title="GoogLeNet (torchvision)",
        year=2014,
        paper=PAPER,
        about=f"{ABOUT} This is torchvision's form, for which it has weights.",
        error="30.22 / 10.47 % top-1 / top-5 on ImageNet validation (torchvision's weights)",
        deviations=(
            "Batch norm behind every convolution and no local response normalisation.",
            "The branch called 5×5 has 3×3 windows, a slip that torchvision keeps for its weights' sake.",
            "Dropout of 20 % before the last layer, and a 2×2 pool before module 5a.",
            "Images aren't normalised anew inside the network, as torchvision does with its own weights.",
        ),
        recipe=partial(googlenet, torchvision=True),
        classes=1000,
        side=224,
        min_side=32,
        small="googlenet-small",
    ),
    Architecture(
        name="googlenet-small",
        title="GoogLeNet for small images",
        year=2014,
        paper=PAPER,
        about="GoogLeNet's nine inception modules behind a stem that keeps the size of small images, such as 32×32.",
        deviations=(
            "The first convolution is 3×3 with stride 1 instead of 7×7 with stride 2, and the stem has no pools.",
            "Batch norm behind every convolution instead of local response normalisation, as torchvision has it.",
            "Side heads, dropout of 20 % and the 2×2 pool before module 5a as torchvision has them.",
        ),
        recipe=partial(googlenet, torchvision=True, small=True),
        min_side=8,
    ),
)
