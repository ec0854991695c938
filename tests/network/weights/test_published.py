"""The table of published weights against torchvision's own."""

import pytest
import torchvision
from torchvision.models import get_model_weights

from cnnstudio.network.architectures import architectures
from cnnstudio.network.weights.published import HALVES, PUBLISHED, SECOND, Published, published_file, published_for

TORCHVISION = {
    "alexnet-tv": "alexnet",
    "googlenet-tv": "googlenet",
    "inception-v3": "inception_v3",
    "resnext50": "resnext50_32x4d",
    "resnext101": "resnext101_32x8d",
}


@pytest.mark.parametrize("item", PUBLISHED, ids=lambda item: item.file)
def test_address_size_and_accuracy_are_torchvisions(item: Published) -> None:
    name = TORCHVISION.get(item.architecture, item.architecture.replace("-", "_"))
    theirs = get_model_weights(name)["IMAGENET1K_V2" if item.trained == SECOND else "IMAGENET1K_V1"]
    assert item.architecture in architectures
    assert item.url == theirs.url
    assert item.mebibytes == theirs.meta["_file_size"]
    assert item.top1 == theirs.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert item.digest == f"sha256:{theirs.url[-12:-4]}"


def test_each_file_stands_there_once() -> None:
    assert len({item.file for item in PUBLISHED}) == len(PUBLISHED)


def test_files_are_found_by_architecture_and_by_name() -> None:
    assert [item.top1 for item in published_for("resnet50")] == [76.13, 80.858]
    assert published_for("lenet5") == ()
    assert published_file("vgg16-397923af.pth") == published_for("vgg16")[0]
    assert published_file("mine.pth") is None


def test_networks_that_normalise_again_are_those_that_torchvision_transforms() -> None:
    # With weights torchvision sets transform_input, which turns ImageNet's mean and spread into 0.5 and 0.5.
    theirs = [torchvision.models.googlenet, torchvision.models.inception_v3]
    made = [build(weights=None, init_weights=False, transform_input=True) for build in theirs]
    assert all(model.transform_input for model in made)
    assert HALVES == ("googlenet-tv", "inception-v3")
