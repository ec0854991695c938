"""ResNeXt: residual networks whose bottlenecks are split into many narrow paths."""

from functools import partial

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.zoo.resnet import SHORTCUT, Form, resnet

PAPER = (
    "S. Xie, R. Girshick, P. Dollár, Z. Tu, K. He: Aggregated residual transformations for deep neural networks."
    " CVPR 2017, arXiv:1611.05431."
)
CARDINALITY = 32
STEM = "Groups of one convolution, the paper's form (c); it computes the same as 32 separate paths."


def _architecture(form: Form, width: int, error: str, *deviations: str) -> Architecture:
    return Architecture(
        name=f"resnext{form.depth}",
        title=f"ResNeXt-{form.depth} ({CARDINALITY}×{width}d)",
        year=2016,
        paper=PAPER,
        about=(
            f"A ResNet whose bottlenecks split into {CARDINALITY} narrow paths that are added up: more paths help more "
            "than more depth or width, at the same cost."
        ),
        error=error,
        deviations=(STEM, SHORTCUT, *deviations),
        recipe=partial(resnet, form=form),
        classes=1000,
        side=224,
        min_side=32,
        small=f"resnet{form.depth}-small",
    )


ARCHITECTURES = (
    _architecture(
        Form(50, groups=CARDINALITY, widening=2), 4, "22.2 % top-1 on ImageNet validation, one crop (paper, table 3)"
    ),
    _architecture(
        Form(101, groups=CARDINALITY, widening=4),
        8,
        "20.69 / 5.47 % top-1 / top-5 on ImageNet validation (torchvision's first weights)",
        "Paths of 8 channels, as torchvision has it; the paper's networks of 101 layers have 32×4d and 64×4d.",
    ),
)
