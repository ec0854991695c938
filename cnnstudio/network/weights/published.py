"""Weights that torchvision publishes for architectures of the catalogue: where they lie, and how they are told apart.

Nothing here goes to the network. The first eight digits of each file's SHA-256 are part of its name; that is all that
is published, so that is what a download is checked against.
"""

from dataclasses import dataclass

HOST = "https://download.pytorch.org/models"
FIRST, SECOND = "ImageNet, first recipe", "ImageNet, second recipe"
# Networks that torchvision's weights find normalised with 0.5, whatever the caller does: transform_input=True.
HALVES = ("googlenet-tv", "inception-v3")


@dataclass(frozen=True)
class Published:
    """One file.

    Args:
        architecture: Our name of the network.
        trained: What it learnt from, and how.
        file: Its name; the digits before the ending begin its SHA-256.
        mebibytes: Its size as torchvision's metadata has it, to three digits behind the point.
        top1: Share of ImageNet's validation images that it recognises, in per cent, as torchvision says.
    """

    architecture: str
    trained: str
    file: str
    mebibytes: float
    top1: float

    @property
    def url(self) -> str:
        """Its address."""
        return f"{HOST}/{self.file}"

    @property
    def digest(self) -> str:
        """The beginning of its hash, as `core.download` takes it."""
        return f"sha256:{self.file.rpartition('-')[2].partition('.')[0]}"

    @property
    def size_bytes(self) -> int:
        """Its size, to within a kilobyte."""
        return round(self.mebibytes * 2**20)


# From torchvision 0.20's own tables: torchvision.models.get_model_weights(…).
PUBLISHED = (
    Published("alexnet-tv", FIRST, "alexnet-owt-7be5be79.pth", 233.087, 56.522),
    Published("densenet121", FIRST, "densenet121-a639ec97.pth", 30.845, 74.434),
    Published("googlenet-tv", FIRST, "googlenet-1378be20.pth", 49.731, 69.778),
    Published("inception-v3", FIRST, "inception_v3_google-0cc3c7bd.pth", 103.903, 77.294),
    Published("resnet18", FIRST, "resnet18-f37072fd.pth", 44.661, 69.758),
    Published("resnet34", FIRST, "resnet34-b627a593.pth", 83.275, 73.314),
    Published("resnet50", FIRST, "resnet50-0676ba61.pth", 97.781, 76.13),
    Published("resnet50", SECOND, "resnet50-11ad3fa6.pth", 97.79, 80.858),
    Published("resnet101", FIRST, "resnet101-63fe2227.pth", 170.511, 77.374),
    Published("resnet101", SECOND, "resnet101-cd907fc2.pth", 170.53, 81.886),
    Published("resnet152", FIRST, "resnet152-394f9c45.pth", 230.434, 78.312),
    Published("resnet152", SECOND, "resnet152-f82ba261.pth", 230.474, 82.284),
    Published("resnext50", FIRST, "resnext50_32x4d-7cdf4587.pth", 95.789, 77.618),
    Published("resnext50", SECOND, "resnext50_32x4d-1a0047aa.pth", 95.833, 81.198),
    Published("resnext101", FIRST, "resnext101_32x8d-8ba56ff5.pth", 339.586, 79.312),
    Published("resnext101", SECOND, "resnext101_32x8d-110c445d.pth", 339.673, 82.834),
    Published("vgg11", FIRST, "vgg11-8a719046.pth", 506.84, 69.02),
    Published("vgg11-bn", FIRST, "vgg11_bn-6002323d.pth", 506.881, 70.37),
    Published("vgg13", FIRST, "vgg13-19584684.pth", 507.545, 69.928),
    Published("vgg13-bn", FIRST, "vgg13_bn-abd245e5.pth", 507.59, 71.586),
    Published("vgg16", FIRST, "vgg16-397923af.pth", 527.796, 71.592),
    Published("vgg16-bn", FIRST, "vgg16_bn-6c64b313.pth", 527.866, 73.36),
    Published("vgg19", FIRST, "vgg19-dcbb9e9d.pth", 548.051, 72.376),
    Published("vgg19-bn", FIRST, "vgg19_bn-c79401a0.pth", 548.143, 74.218),
)


def published_for(architecture: str) -> tuple[Published, ...]:
    """The files for an architecture; none for most."""
    return tuple(item for item in PUBLISHED if item.architecture == architecture)


def published_file(name: str) -> Published | None:
    """The file of this name, wherever it lies now."""
    return next((item for item in PUBLISHED if item.file == name), None)
