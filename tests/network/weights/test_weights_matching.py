"""Whose tensor is whose: by names, and without."""

import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from cnnstudio.core.errors import GraphError
from cnnstudio.network.compile import compile_network
from cnnstudio.network.weights.file import WeightsFile
from cnnstudio.network.weights.matching import match_weights
from cnnstudio.network.weights.names import torchvision_names, without_prefixes
from cnnstudio.network.weights.table import Match
from cnnstudio.network.zoo import architectures

models = pytest.importorskip("torchvision.models")
GOOGLENET_OPTIONS = {"init_weights": False}


def given(weights: Mapping[str, Tensor], *, has_order: bool = True) -> WeightsFile:
    return WeightsFile(Path("theirs.pt"), "torch_zip", "", weights, has_order)


def stirred(model: nn.Module) -> nn.Module:
    """With other numbers everywhere, so that a swap shows."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.add_(torch.rand(tensor.shape, generator=generator) * 0.1)
    return model.eval()


def logits(match: Match, x: Tensor) -> Tensor:
    network = compile_network(match.graph)
    network.load_state_dict(match.weights())
    with torch.inference_mode():
        return network.eval()(x)


def shuffled(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """In another order, as names must do alone."""
    return {name: weights[name] for name in sorted(weights, key=lambda name: name[::-1])}


class Block(nn.Module):
    """An outsider's residual block, with names of its own and option A."""

    def __init__(self, entering: int, width: int) -> None:
        super().__init__()
        stride = width // entering
        self.first = nn.Conv2d(entering, width, 3, stride, 1, bias=False)
        self.norm_a = nn.BatchNorm2d(width)
        self.second = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm_b = nn.BatchNorm2d(width)
        self.stride, self.extra = stride, (width - entering) // 2

    def forward(self, x: Tensor) -> Tensor:
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.extra, self.extra))
        x = functional.relu(self.norm_a(self.first(x)))
        return functional.relu(self.norm_b(self.second(x)) + short)


class OutsidersResNet20(nn.Module):
    """ResNet-20 for CIFAR-10 with other key names, and all normalisations of the stem defined last."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        self.entry_norm = nn.BatchNorm2d(16)
        widths = [16] * 4 + [32] * 3 + [64] * 3
        self.trunk = nn.ModuleList(Block(a, b) for a, b in itertools.pairwise(widths))
        self.verdict = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.entry_norm(self.entry(x)))
        for block in self.trunk:
            x = block(x)
        result: Tensor = self.verdict(x.mean(dim=(2, 3)))
        return result


@pytest.mark.parametrize("has_order", [True, False])
def test_an_outsiders_resnet20_is_imported_by_order_and_shape(has_order: bool) -> None:
    model = stirred(OutsidersResNet20())
    weights = dict(model.state_dict())
    if not has_order:
        weights = dict(sorted(weights.items()))
    match = match_weights(architectures["resnet20"].build(), given(weights, has_order=has_order))
    assert (match.way, match.is_complete) == ("order and shape", True)
    assert any("check the accuracy" in note for note in match.notes)
    x = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = model(x)
    assert (logits(match, x) - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_our_own_names_come_first() -> None:
    graph = architectures["resnet20"].build()
    weights = stirred(compile_network(graph)).state_dict()
    match = match_weights(graph, given(shuffled(weights)))
    assert (match.way, match.counts()["taken"], match.is_complete) == ("our names", len(weights), True)
    assert all(torch.equal(match.weights()[name], weights[name]) for name in weights)


@pytest.mark.parametrize("prefix", ["module.", "model.", "_orig_mod.", "model.module.", "state_dict.net."])
def test_prefixes_of_wrappers_are_taken_off(prefix: str) -> None:
    weights = compile_network(architectures["lenet5"].build()).state_dict()
    match = match_weights(architectures["lenet5"].build(), given({prefix + k: v for k, v in weights.items()}))
    assert (match.way, match.prefix, match.is_complete) == ("our names", prefix, True)


def test_a_prefix_of_some_names_only_is_part_of_them() -> None:
    tensors = {"model.a": torch.zeros(1), "b": torch.zeros(1)}
    assert [prefix for prefix, _ in without_prefixes(tensors)] == [""]


def test_a_head_for_other_classes_begins_anew_and_says_so() -> None:
    graph = architectures["resnet20"].build()
    weights = compile_network(graph).state_dict()
    match = match_weights(graph, given(weights), classes=4)
    fresh = [row for row in match.rows if row.state == "new"]
    assert [(row.ours, row.our_shape, row.their_shape) for row in fresh] == [
        ("fc.weight", (4, 64), (10, 64)),
        ("fc.bias", (4,), (10,)),
    ]
    assert match.is_complete
    assert any("last layer begins with fresh weights" in note for note in match.notes)
    assert match.weights(seed=7)["fc.weight"].shape == (4, 64)
    assert torch.equal(match.weights(seed=7)["fc.weight"], match.weights(seed=7)["fc.weight"])


def test_the_network_follows_the_files_classes_and_channels() -> None:
    weights = compile_network(architectures["resnet18"].build(classes=7, channels=1, side=64)).state_dict()
    match = match_weights(architectures["resnet18"].build(), given(weights))
    assert match.graph.input_shape == (1, 224, 224)
    assert (match.counts()["taken"], match.is_complete) == (len(weights), True)


def test_what_is_missing_mismatched_and_unused_is_listed() -> None:
    graph = architectures["lenet5"].build()
    weights = dict(compile_network(graph).state_dict())
    del weights["conv2.bias"]
    weights["fc1.weight"] = torch.zeros(120, 399)
    weights["extra"] = torch.zeros(2)
    match = match_weights(graph, given(weights))
    by_state = {row.state: row for row in match.rows if row.state != "taken"}
    assert by_state["missing"].ours == "conv2.bias"
    assert (by_state["mismatched"].our_shape, by_state["mismatched"].their_shape) == ((120, 400), (120, 399))
    assert by_state["unused"].theirs == "extra"
    assert not match.is_complete


def test_quantised_whole_numbers_are_no_weights() -> None:
    graph = architectures["lenet5"].build()
    weights = dict(compile_network(graph).state_dict())
    weights["fc1.weight"] = weights["fc1.weight"].to(torch.int8)
    row = next(row for row in match_weights(graph, given(weights)).rows if row.ours == "fc1.weight")
    assert (row.state, row.note) == ("mismatched", "whole numbers, as of a quantised network")


def test_half_precision_becomes_float32() -> None:
    graph = architectures["lenet5"].build()
    weights = {name: value.half() for name, value in compile_network(graph).state_dict().items()}
    match = match_weights(graph, given(weights))
    assert match.weights()["conv1.weight"].dtype == torch.float32
    assert any("float16 become float32" in note for note in match.notes)


def test_counters_of_batches_that_old_files_lack_are_no_obstacle() -> None:
    graph = architectures["resnet20"].build()
    weights = {k: v for k, v in compile_network(graph).state_dict().items() if not k.endswith("num_batches_tracked")}
    assert match_weights(graph, given(weights)).is_complete


def test_side_heads_may_be_absent() -> None:
    model = models.googlenet(weights=None, aux_logits=False, **GOOGLENET_OPTIONS)
    match = match_weights(architectures["googlenet-tv"].build(), given(model.state_dict()))
    assert match.is_complete
    assert {row.ours.split(".")[0] for row in match.rows if row.state == "new"} == {"aux1", "aux2"}


def test_another_networks_weights_are_no_match() -> None:
    match = match_weights(architectures["lenet5"].build(), given(models.alexnet(weights=None).state_dict()))
    assert not match.is_complete


def test_classes_out_of_range_are_refused() -> None:
    graph = architectures["lenet5"].build()
    with pytest.raises(GraphError, match="20,000 classes"):
        match_weights(graph, given(compile_network(graph).state_dict()), classes=20_000)


# The papers' own forms, which torchvision doesn't have under that name.
PAPER_FORMS = {"alexnet", "googlenet"}


def torchvision_name(name: str) -> str | None:
    """What torchvision calls an architecture of ours."""
    wanted = name.removesuffix("-tv").replace("-", "_")
    found = [n for n in sorted(models.list_models(), key=len) if n == wanted or n.startswith(f"{wanted}_")]
    return found[0] if found and name not in PAPER_FORMS else None


def torchvision_model(name: str) -> nn.Module:
    """Torchvision's model with random numbers of its own."""
    full = torchvision_name(name)
    options = GOOGLENET_OPTIONS if full in ("googlenet", "inception_v3") else {}
    model: nn.Module = models.get_model(full, weights=None, **options)
    return model


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in architectures if torchvision_name(name)])
def test_torchvisions_state_dict_loads_by_name_and_gives_its_logits(name: str) -> None:
    torch.manual_seed(2)
    model = torchvision_model(name).eval()
    graph = architectures[name].build()
    match = match_weights(graph, given(shuffled({f"module.{k}": v for k, v in model.state_dict().items()})))
    assert (match.way, match.counts()["taken"]) == ("torchvision's names", len(model.state_dict()))
    side = graph.input_shape[1] if name.startswith(("alexnet", "vgg", "inception")) else 96
    x = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        expected = model(x)
    assert (logits(match, x) - expected).abs().max() <= 1e-5 * max(1.0, float(expected.abs().max()))


def test_architectures_that_torchvision_lacks_have_no_names_of_its() -> None:
    assert torchvision_names(architectures["lenet5"].build()) == {}
    assert torchvision_names(architectures["resnet20"].build()) == {}
    assert torchvision_names(architectures["resnet18"].build())["stage2.block1.shortcut.weight"] == (
        "layer2.0.downsample.0.weight"
    )
