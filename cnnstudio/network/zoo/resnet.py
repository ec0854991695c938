"""The plain and residual networks for ImageNet of 18 to 152 layers."""

from dataclasses import dataclass
from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.activations import ReLU
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.fitted_pools import GlobalAveragePool
from cnnstudio.network.layers.linear import Linear
from cnnstudio.network.layers.merges import Add
from cnnstudio.network.layers.norms import BatchNorm
from cnnstudio.network.layers.pools import MaxPool

PAPER = "K. He, X. Zhang, S. Ren, J. Sun: Deep residual learning for image recognition. CVPR 2016, arXiv:1512.03385."
BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
BOTTLENECK_FROM = 50
WIDTHS = (64, 128, 256, 512)


@dataclass(frozen=True)
class Form:
    """What distinguishes one network of the family from another.

    Args:
        depth: Weight layers.
        residual: With shortcuts.
        small: A stem for small images: 3×3 without stride, and no pool.
        groups: Groups of the 3×3 convolution in a bottleneck; ResNeXt's cardinality.
        widening: How many times wider than ResNet's a bottleneck is inside.
    """

    depth: int
    residual: bool = True
    small: bool = False
    groups: int = 1
    widening: int = 1


def resnet(architecture: Architecture, classes: int, channels: int, side: int, *, form: Form) -> NetworkGraph:
    """A stem, four stages of blocks, a global average pool and one linear layer."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    _stem(net, small=form.small)
    entering = 64
    for stage, (count, width) in enumerate(zip(BLOCKS[form.depth], WIDTHS, strict=True), start=1):
        leaving = width * 4 if form.depth >= BOTTLENECK_FROM else width
        with net.group(f"stage{stage}", f"Stage {stage}: {leaving} channels"):
            for number in range(1, count + 1):
                stride = 2 if stage > 1 and number == 1 else 1
                with net.group(f"block{number}", "Residual block" if form.residual else "Plain block"):
                    _block(net, width, entering, leaving, stride=stride, form=form)
                entering = leaving
    net.add("pool", GlobalAveragePool())
    net.add("fc", Linear(units=classes))
    return net.finish()


def _stem(net: GraphBuilder, *, small: bool) -> None:
    if small:
        conv_relu(net, "1", Conv2d(filters=64, kernel=3, padding=1, bias=False), batch_norm=True)
        return
    conv_relu(net, "1", Conv2d(filters=64, kernel=7, stride=2, padding=3, bias=False), batch_norm=True)
    net.add("pool1", MaxPool(kernel=3, stride=2, padding=1))


def _block(net: GraphBuilder, width: int, entering: int, leaving: int, *, stride: int, form: Form) -> None:
    """Two 3×3 convolutions, or 1×1, 3×3, 1×1; the input is added before the last ReLU."""
    entry = net.last
    if leaving == width:
        steps: tuple[tuple[int, int, int], ...] = ((3, stride, width), (3, 1, width))
    else:
        inner = width * form.widening
        steps = ((1, 1, inner), (3, stride, inner), (1, 1, leaving))
    last = len(steps)
    for number, (kernel, step, count) in enumerate(steps, start=1):
        groups = form.groups if kernel == 3 else 1
        conv = Conv2d(filters=count, kernel=kernel, stride=step, padding=kernel // 2, groups=groups, bias=False)
        net.add(f"conv{number}", conv)
        branch = net.add(f"bn{number}", BatchNorm())
        if number < last:
            net.add(f"relu{number}", ReLU())
    if form.residual:
        if stride > 1 or entering != leaving:
            net.add("shortcut", Conv2d(filters=leaving, kernel=1, stride=stride, bias=False), entry)
            entry = net.add("shortcut_bn", BatchNorm())
        net.add("add", Add(), branch, entry)
    net.add(f"relu{last}", ReLU())


ABOUT = {
    True: "Residual learning: each block adds its input to its output, so layers only learn what to change, and "
    "gradients reach the first layers of even 152. Won ImageNet 2015.",
    False: "The same layers without shortcuts, to compare: with 34 layers it does worse than with 18, in training too.",
}
ERRORS = {
    (18, False): "27.94 % top-1 on ImageNet validation, 10 crops (paper, table 2)",
    (34, False): "28.54 % top-1 on ImageNet validation, 10 crops (paper, table 2)",
    (18, True): "27.88 % top-1 on ImageNet validation, 10 crops (paper, table 2, option A)",
    (34, True): "24.52 / 7.46 % top-1 / top-5 on ImageNet validation, 10 crops (paper, table 3, option B)",
    (50, True): "22.85 / 6.71 % top-1 / top-5 on ImageNet validation, 10 crops (paper, table 3)",
    (101, True): "21.75 / 6.05 % top-1 / top-5 on ImageNet validation, 10 crops (paper, table 3)",
    (152, True): "21.43 / 5.71 % top-1 / top-5 on ImageNet validation, 10 crops; an ensemble 3.57 % top-5",
}


SHORTCUT = "Where sizes differ, the shortcut is a projection (option B), as torchvision has it."
STRIDE = "The stride stands in the 3×3 convolution, as torchvision has it; the paper puts it in the first 1×1."


def _architecture(form: Form) -> Architecture:
    name = f"{'resnet' if form.residual else 'plain'}{form.depth}"
    return Architecture(
        name=name,
        title=f"{'ResNet' if form.residual else 'Plain'}-{form.depth}",
        year=2015,
        paper=PAPER,
        about=ABOUT[form.residual],
        error=ERRORS[form.depth, form.residual],
        deviations=_deviations(form),
        recipe=partial(resnet, form=form),
        classes=1000,
        side=224,
        min_side=32,
        small=f"{name}-small" if form.residual else "",
    )


def _small_architecture(depth: int) -> Architecture:
    form = Form(depth, small=True)
    return Architecture(
        name=f"resnet{depth}-small",
        title=f"ResNet-{depth} for small images",
        year=2015,
        paper=PAPER,
        about="The residual network for ImageNet with a stem that keeps the size of small images, such as 32×32.",
        deviations=(
            "The first convolution is 3×3 with stride 1 instead of 7×7 with stride 2, and no pool follows, so that an "
            "image of 32×32 ends as 4×4 maps instead of one pixel.",
            *_deviations(form),
        ),
        recipe=partial(resnet, form=form),
        min_side=8,
    )


def _deviations(form: Form) -> tuple[str, ...]:
    shortcut = (SHORTCUT,) if form.residual else ()
    return (*shortcut, STRIDE) if form.depth >= BOTTLENECK_FROM else shortcut


ARCHITECTURES = (
    *(_architecture(Form(depth, residual=False)) for depth in (18, 34)),
    *(_architecture(Form(depth)) for depth in BLOCKS),
    *(_small_architecture(depth) for depth in BLOCKS),
)
