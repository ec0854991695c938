"""Plain PyTorch modules as our graphs: with their weights, their logits."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnstudio.core.errors import GraphError
from cnnstudio.network.compile import compile_network
from cnnstudio.network.from_torch import import_module
from cnnstudio.network.shapes import Shape

FEATURE: Shape = (4, 8, 8)


def largest_difference(module: nn.Module, shape: Shape) -> float:
    """Between the module's answers and those of the imported graph with its weights."""
    imported = import_module(module, shape)
    network = compile_network(imported.graph, seed=0)
    network.load_state_dict(imported.weights(module))
    x = torch.randn(2, *shape)
    with torch.no_grad():
        expected = module.eval()(x)
        return float((network.eval()(x) - expected).abs().max()) / max(1.0, float(expected.abs().max()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "side", "options"),
    [
        ("alexnet", 224, {}),
        ("vgg11", 224, {}),
        ("resnet18", 64, {}),
        ("resnext50_32x4d", 64, {}),
        ("googlenet", 64, {"init_weights": False, "aux_logits": True}),
        ("inception_v3", 96, {"init_weights": False, "aux_logits": False}),
        ("densenet121", 64, {}),
    ],
)
def test_torchvisions_models_give_their_logits(name: str, side: int, options: dict[str, Any]) -> None:
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(0)
    assert largest_difference(getattr(models, name)(weights=None, **options), (3, side, side)) <= 1e-5


class Branches(nn.Module):
    """Functions and methods instead of modules, weights beside each other, one ReLU called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 6, (1, 3), stride=(2, 1), padding=(0, 1))
        self.side = nn.Conv2d(4, 6, 3, stride=(2, 1), padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Linear(12 * 2 * 4, 5)

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.conv(x)) + self.relu(self.side(x))
        y = torch.cat([y, functional.avg_pool2d(y, 3, stride=1, padding=1)], dim=1)
        y = functional.max_pool2d(functional.relu(y), 2, stride=2)
        result: Tensor = self.head(functional.dropout(y, training=self.training).view(y.size(0), -1))
        return result


class Means(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x).mean([2, 3]) + x.mean((-1, -2), keepdim=True).flatten(1)


def test_functions_and_methods_are_layers_too() -> None:
    torch.manual_seed(0)
    assert largest_difference(Branches(), FEATURE) <= 1e-6
    assert largest_difference(Means(), FEATURE) <= 1e-6


LAYERS: list[Callable[[], nn.Module]] = [
    lambda: nn.Conv2d(4, 6, 3, padding="same", dilation=2),
    lambda: nn.Conv2d(4, 8, 3, groups=2, bias=False),
    lambda: nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
    lambda: nn.GroupNorm(2, 4),
    lambda: nn.LayerNorm([4, 8, 8]),
    lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=0.6, k=1.5),
    lambda: nn.BatchNorm2d(4, eps=1e-3, momentum=0.3),
    lambda: nn.MaxPool2d((3, 1), stride=(2, 1), padding=(1, 0), ceil_mode=True),
    lambda: nn.AvgPool2d(3),
    lambda: nn.AdaptiveMaxPool2d(3),
    lambda: nn.PReLU(4),
    lambda: nn.PReLU(),
    lambda: nn.LeakyReLU(0.2),
    lambda: nn.ELU(0.5),
    lambda: nn.SELU(),
    lambda: nn.GELU(),
    lambda: nn.Softmax(dim=1),
    lambda: nn.Upsample(scale_factor=2, mode="bilinear"),
    lambda: nn.ZeroPad2d((1, 2, 0, -1)),
    lambda: nn.Dropout2d(0.2),
    lambda: nn.Identity(),
]


@pytest.mark.parametrize("make", LAYERS)
def test_every_module_that_maps_computes_the_same(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    assert largest_difference(nn.Sequential(make(), nn.Flatten()), FEATURE) <= 1e-6


def test_names_and_blocks_are_the_modules() -> None:
    graph = import_module(nn.Sequential(nn.Sequential(nn.Conv2d(4, 2, 3), nn.ReLU()), nn.Flatten()), FEATURE).graph
    assert [node.id for node in graph.nodes] == ["input", "layer0.layer0", "layer0.layer1", "layer1", "output"]
    assert [(group.id, group.members) for group in graph.groups] == [("layer0", ("layer0.layer0", "layer0.layer1"))]


def test_a_module_stays_in_its_mode_and_keeps_its_numbers() -> None:
    module = nn.Sequential(nn.BatchNorm2d(4), nn.Flatten()).train()
    module[0].eval()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    import_module(module, FEATURE)
    assert module.training
    assert not module[0].training
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


class Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv(self.conv(x))
        return result


class Depends(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Scaled(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return (x + 1).flatten(1)


class InPlace(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return (functional.relu(x, inplace=True) + x).flatten(1)  # twice the positive part


class Several(nn.Module):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x, x


@pytest.mark.parametrize(
    ("module", "reason"),
    [
        (nn.Sequential(nn.Conv2d(4, 4, 3), nn.Hardswish(), nn.Flatten()), r"1 part .* '1' \(Hardswish\)"),
        (nn.Sequential(nn.Sequential(nn.InstanceNorm2d(4)), nn.ReLU6()), r"2 parts .* '0\.0' \(InstanceNorm2d\)"),
        (nn.Sequential(nn.Conv2d(4, 4, 3, padding_mode="reflect", padding=1)), "'0' .*padding by 'reflect'"),
        (nn.Sequential(nn.MaxPool2d(3, dilation=2)), "a max pool with dilation"),
        (nn.Sequential(nn.AvgPool2d(3, padding=1, count_include_pad=False)), "leaves its border out"),
        (nn.Sequential(nn.AdaptiveAvgPool2d((1, 2))), "to 1×2; ours are square"),
        (nn.Sequential(nn.Flatten(2)), "flatten of some dimensions only"),
        (nn.Sequential(nn.Conv2d(4, 4, 9)), "9×9 kernel does not fit the 8×8"),
        (Twice(), r"'conv' \(its weights are used at two places\)"),
        (Scaled(), r"'add' \(an addition that isn't of two tensors\)"),
        (Several(), "several values are returned"),
        (InPlace(), "other answers to the same image"),
        (Depends(), "Depends can't be followed"),
    ],
)
def test_what_does_not_map_is_named_with_its_place(module: nn.Module, reason: str) -> None:
    with pytest.raises(GraphError, match=reason):
        import_module(module, FEATURE)
