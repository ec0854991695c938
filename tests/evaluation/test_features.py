"""What a network sees: its features against PyTorch's own hooks."""

import numpy as np
import pytest
import torch

from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.preprocess import normalise
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.evaluation.features import BATCH, feature_map, feature_node, features
from cnnstudio.network.architectures import architectures
from cnnstudio.network.compile import Network, compile_network
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import fit_architecture


@pytest.fixture(scope="module")
def scenes() -> Dataset:
    return open_dataset(data_spec(ShapesSource(per_class=10, side=32)), JobContext())


def net(name: str) -> Network:
    torch.manual_seed(0)
    return compile_network(fit_architecture(name, (3, 32, 32), 8)).eval()


@pytest.mark.parametrize("name", ["lenet5-modern", "gap-cnn", "resnet20"])
def test_features_are_what_a_hook_on_the_last_deciding_module_gets(name: str, scenes: Dataset) -> None:
    network, preprocess = net(name), scenes.spec.preprocess
    last = [module for module in network.modules() if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)][-1]
    seen: list[torch.Tensor] = []
    hook = last.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach()))
    with torch.no_grad():
        logits = network(normalise(torch.from_numpy(np.array(scenes.pixels)), preprocess))
    hook.remove()
    expected = seen[0].mean(dim=(2, 3)) if seen[0].dim() == 4 else seen[0]
    assert len(scenes) > BATCH
    values, answers = features(network, feature_node(network.graph), scenes.pixels, preprocess, JobContext())
    assert np.allclose(values, expected.numpy(), atol=1e-5)
    assert np.allclose(answers, logits.numpy(), atol=1e-5)


# What the papers, and torchvision's modules, feed into the last layer.
WIDTHS = {
    "lenet5": (84,),
    "alexnet": (4096,),
    "vgg16": (4096,),
    "googlenet": (1024,),
    "inception-v3": (2048,),
    "resnet18": (512,),
    "resnet50": (2048,),
    "resnet56": (64,),
    "densenet121": (1024,),
    "nin-cifar": (192, 8, 8),
}


@pytest.mark.parametrize(("name", "width"), WIDTHS.items())
def test_as_many_features_as_the_paper_feeds_into_the_last_layer(name: str, width: tuple[int, ...]) -> None:
    graph = architectures[name].build(classes=5)
    assert validate(graph).shapes[feature_node(graph)] == width


@pytest.mark.slow
def test_a_map_of_features_tells_right_from_wrong_by_the_names_of_the_classes(scenes: Dataset) -> None:
    network, classes = net("lenet5-modern"), tuple(reversed(scenes.classes))
    found = feature_map(network, scenes, scenes.spec.preprocess, classes, "pca", JobContext())
    with torch.no_grad():
        logits = network(normalise(torch.from_numpy(np.array(scenes.pixels)), scenes.spec.preprocess))
    said = [classes[place] for place in logits.argmax(dim=1).tolist()]
    assert [scenes.classes[place] for place in found.given.tolist()] == said
    truths = [scenes.classes[label] for label in scenes.labels.tolist()]
    assert found.is_right.tolist() == [one == other for one, other in zip(said, truths, strict=True)]
    assert found.pictures.numbers.tolist() == list(range(len(scenes)))


def test_a_network_of_other_classes_is_refused(scenes: Dataset) -> None:
    with pytest.raises(DataError, match="not trained on"):
        feature_map(net("lenet5-modern"), scenes, scenes.spec.preprocess, tuple("abcdefgh"), "pca", JobContext())


def test_a_cancelled_map_stops_before_the_next_batch(scenes: Dataset) -> None:
    from cnnstudio.core.errors import Cancelled

    ctx = JobContext()
    ctx.cancel()
    network = net("lenet5-modern")
    with pytest.raises(Cancelled):
        features(network, feature_node(network.graph), scenes.pixels, scenes.spec.preprocess, ctx)
    assert not any(module._forward_hooks for module in network.modules())
