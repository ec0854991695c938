"""Same weights, same answers: our graphs beside torchvision's models, weights mapped by torchvision's names."""

from typing import Any

import pytest
import torch
from torch import nn

from cnnstudio.network.compile import compile_network
from cnnstudio.network.summary import summarize
from cnnstudio.network.weights.names import torchvision_names
from cnnstudio.network.zoo import architectures

models = pytest.importorskip("torchvision.models")

MODELS = {
    "alexnet-tv": ("alexnet", {}),
    "vgg11": ("vgg11", {}),
    "vgg13": ("vgg13", {}),
    "vgg16": ("vgg16", {}),
    "vgg19": ("vgg19", {}),
    "vgg11-bn": ("vgg11_bn", {}),
    "vgg13-bn": ("vgg13_bn", {}),
    "vgg16-bn": ("vgg16_bn", {}),
    "vgg19-bn": ("vgg19_bn", {}),
    "resnet18": ("resnet18", {}),
    "resnet34": ("resnet34", {}),
    "resnet50": ("resnet50", {}),
    "resnet101": ("resnet101", {}),
    "resnet152": ("resnet152", {}),
    "resnext50": ("resnext50_32x4d", {}),
    "resnext101": ("resnext101_32x8d", {}),
    "densenet121": ("densenet121", {}),
    "googlenet-tv": ("googlenet", {"init_weights": False, "aux_logits": True}),
    "inception-v3": ("inception_v3", {"init_weights": False, "aux_logits": True}),
}


def theirs(name: str) -> nn.Module:
    function, options = MODELS[name]
    with torch.device("meta"):
        model: nn.Module = getattr(models, function)(weights=None, **options)
    return model


@pytest.mark.parametrize("name", list(MODELS))
def test_parameters_are_torchvisions(name: str) -> None:
    assert summarize(architectures[name].build()).parameters == sum(p.numel() for p in theirs(name).parameters())


def without_dropout(model: nn.Module) -> nn.Module:
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model


def main_logits(output: Any) -> torch.Tensor:
    result = output.logits if hasattr(output, "logits") else output
    assert isinstance(result, torch.Tensor)
    return result


def pair(name: str, side: int) -> tuple[nn.Module, nn.Module]:
    graph = architectures[name].build(side=side)
    ours = without_dropout(compile_network(graph, seed=5))
    twin = without_dropout(theirs(name))
    names = torchvision_names(graph)
    assert set(names) == set(ours.state_dict())
    twin.load_state_dict({names[key]: value.clone() for key, value in ours.state_dict().items()}, assign=True)
    return ours, twin


@pytest.mark.slow
@pytest.mark.parametrize("name", list(MODELS))
def test_logits_are_torchvisions_in_training_and_in_use(name: str) -> None:
    # The classic heads and Inception's side head fit one size only; the others get small images.
    side = 224 if name.startswith(("alexnet", "vgg")) else 299 if name == "inception-v3" else 64
    ours, twin = pair(name, side)
    forward: Any = ours
    x = torch.randn(1 if side == 224 else 2, 3, side, side)
    with torch.no_grad():
        for mode in (True, False):
            ours.train(mode)
            twin.train(mode)
            # torchvision computes the side heads in training, which moves their running statistics.
            found = forward.forward_with_auxiliary(x)[0] if mode else ours(x)
            expected = main_logits(twin(x))
            assert (found - expected).abs().max() <= 1e-5 * max(1.0, float(expected.abs().max()))
    names, other = torchvision_names(architectures[name].build(side=side)), twin.state_dict()
    for key, value in ours.state_dict().items():  # running statistics too
        assert torch.allclose(value.float(), other[names[key]].float(), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_side_heads_are_torchvisions() -> None:
    ours, twin = pair("googlenet-tv", 64)
    x = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        expected = twin.train()(x)
        forward: Any = ours.train()
        _, side = forward.forward_with_auxiliary(x)
    assert torch.allclose(side["aux1.logits"], expected.aux_logits1, atol=1e-5)
    assert torch.allclose(side["aux2.logits"], expected.aux_logits2, atol=1e-5)


@pytest.mark.slow
def test_inceptions_side_head_is_torchvisions() -> None:
    ours, twin = pair("inception-v3", 299)
    x = torch.randn(2, 3, 299, 299)
    with torch.no_grad():
        expected = twin.train()(x).aux_logits
        forward: Any = ours.train()
        _, side = forward.forward_with_auxiliary(x)
    assert torch.allclose(side["aux.logits"], expected, atol=1e-5 * max(1.0, float(expected.abs().max())))
