"""U-Net: down to small maps and up again, to tell the class of each pixel."""

from cnnstudio.network.architectures import Architecture
from cnnstudio.network.blocks import conv_relu
from cnnstudio.network.builder import GraphBuilder
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.layers.conv2d import Conv2d
from cnnstudio.network.layers.conv_transpose2d import ConvTranspose2d
from cnnstudio.network.layers.dropouts import Dropout
from cnnstudio.network.layers.merges import Concatenate
from cnnstudio.network.layers.pools import MaxPool
from cnnstudio.network.layers.resizing import CropPad

FILTERS = (64, 128, 256, 512)
BOTTOM = 1024


def unet(architecture: Architecture, classes: int, channels: int, side: int) -> NetworkGraph:
    """Four stages down, a bottom, four stages up; each stage up gets the maps of its stage down beside its own."""
    net = GraphBuilder(architecture.title, architecture.name, (channels, side, side))
    kept: list[tuple[str, int]] = []
    for stage, filters in enumerate(FILTERS, start=1):
        with net.group(f"down{stage}", f"Down {stage}: {filters} filters"):
            _convolutions(net, filters)
            if stage == len(FILTERS):
                net.add("dropout", Dropout())
        kept.append((net.last, side))
        net.add(f"pool{stage}", MaxPool())
        side //= 2
    with net.group("bottom", f"Bottom: {BOTTOM} filters"):
        _convolutions(net, BOTTOM)
        net.add("dropout", Dropout())
    for stage, filters in reversed(tuple(enumerate(FILTERS, start=1))):
        with net.group(f"up{stage}", f"Up {stage}: {filters} filters"):
            _join(net, filters, *kept.pop())
            _convolutions(net, filters)
    net.add("conv", Conv2d(filters=classes, kernel=1))
    return net.finish(answer="pixel")


def _convolutions(net: GraphBuilder, filters: int) -> None:
    for number in ("1", "2"):
        conv_relu(net, number, Conv2d(filters=filters, kernel=3, padding=1))


def _join(net: GraphBuilder, filters: int, beside: str, side: int) -> None:
    """Twice the size, with the maps from the way down stacked before the enlarged ones."""
    net.add("enlarge", ConvTranspose2d(filters=filters))
    if side % 2:
        net.add("pad", CropPad(bottom=1, right=1))
    net.add("concat", Concatenate(), beside, net.last)


ARCHITECTURES = (
    Architecture(
        name="unet",
        title="U-Net",
        year=2015,
        paper=(
            "O. Ronneberger, P. Fischer, T. Brox: U-Net: Convolutional networks for biomedical image segmentation."
            " MICCAI 2015, arXiv:1505.04597."
        ),
        about=(
            "Tells the class of each pixel: halved four times to see what is there, doubled four times to say where, "
            "with shortcuts that carry fine detail across. Learns from a few dozen pictures."
        ),
        error="92.03 % intersection over union on the cells PhC-U373 (paper, table 2)",
        deviations=(
            "Convolutions are padded, so that the answer is as large as the image; the paper's lose their border and "
            "crop the shortcuts.",
            "Images of 512×512 instead of 572×572; where a side is odd on the way down, a row and a column of zeros is "
            "added on the way up.",
            "Dropout stands behind stage 4 and behind the bottom; the paper says at the end of the contracting path.",
            "Training it isn't offered yet: it needs masks as right answers.",
        ),
        recipe=unet,
        classes=2,
        channels=1,
        side=512,
        min_side=16,
    ),
)
