"""The zoo against papers and published counts; torchvision's models have a test of their own."""

import pytest
import torch
from torch import nn

from cnnstudio.core.errors import GraphError
from cnnstudio.network.capture import capture
from cnnstudio.network.compile import compile_network
from cnnstudio.network.source import class_name, source_code
from cnnstudio.network.summary import summarize
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures, fit_architecture, fit_graph

GOLDEN = {
    "lenet5": 61_706,
    "alexnet": 60_965_224,
    "alexnet-nogroups": 62_378_344,
    "alexnet-tv": 61_100_840,
    # 14,208 + 614,656 + 1,180,160 + 4,719,616 + 4,719,104 + 75,501,568 + 16,781,312 + 4,097,000
    "zfnet": 107_627_624,
    # 14,592 + 30,880 + 15,456 + 460,992 + 2·37,056 + 331,968 + 37,056 + 1,930
    "nin-cifar": 966_986,
    # 1,200 + 4,608 + 18,432 + 6·36,864 of the convolutions, 2·496 of batch norm, 650 of the head.
    "gap-cnn": 247_066,
    "vgg11": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16-c": 133_638_952,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    # ResNet-18 and -34 without their projections: 8,448 + 33,280 + 132,096 fewer.
    "inception-v3": 27_161_264,  # torchvision's sheet of its weights
    "plain18": 11_689_512 - 173_824,
    "plain34": 21_797_672 - 173_824,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    # Counts on torchvision's sheets of its weights; the papers round to 25 and 8 M.
    "resnext50": 25_028_904,
    "resnext101": 88_791_336,
    "densenet121": 7_978_856,
    # The ImageNet ones with a 3×3 stem (7,680 weights fewer) and 10 instead of 1,000 classes.
    "resnet18-small": 11_689_512 - 7_680 - 990 * 513,
    "resnet34-small": 21_797_672 - 7_680 - 990 * 513,
    "resnet50-small": 25_557_032 - 7_680 - 990 * 2_049,
    "resnet101-small": 44_549_160 - 7_680 - 990 * 2_049,
    "resnet152-small": 60_192_808 - 7_680 - 990 * 2_049,
    # 7,296 + 614,656 + 885,120 + 1,327,488 + 884,992 of the convolutions, 2,360,320 + 1,049,600 + 10,250 behind
    "alexnet-small": 7_139_722,
    # VGG-16's convolutions (14,714,688) with two numbers of batch norm for each of 4,224 biases; 2·262,656 + 5,130
    "vgg16-small": 14_714_688 + 4_224 + 530_442,
    # The paper's arithmetic by hand, downwards, bottom, upwards (2×2 transposed, then two 3×3), head.
    "unet": sum(
        (
            *(9 * 1 * 64 + 64, 9 * 64 * 64 + 64, 9 * 64 * 128 + 128, 9 * 128 * 128 + 128),
            *(9 * 128 * 256 + 256, 9 * 256 * 256 + 256, 9 * 256 * 512 + 512, 9 * 512 * 512 + 512),
            *(9 * 512 * 1024 + 1024, 9 * 1024 * 1024 + 1024),
            *(4 * 1024 * 512 + 512, 9 * 1024 * 512 + 512, 9 * 512 * 512 + 512),
            *(4 * 512 * 256 + 256, 9 * 512 * 256 + 256, 9 * 256 * 256 + 256),
            *(4 * 256 * 128 + 128, 9 * 256 * 128 + 128, 9 * 128 * 128 + 128),
            *(4 * 128 * 64 + 64, 9 * 128 * 64 + 64, 9 * 64 * 64 + 64, 64 * 2 + 2),
        )
    ),
    "resnet20": 269_722,
    "resnet32": 464_154,
    "resnet44": 658_586,
    "resnet56": 853_018,
    "resnet110": 1_727_962,
}
DEPTHS = {
    "alexnet": 8,
    "vgg11": 11,
    "vgg16": 16,
    "vgg16-c": 16,
    "vgg19": 19,
    "googlenet": 22,
    "plain34": 34,
    "resnet18": 18,
    "resnet34": 34,
    "resnet50": 50,
    "resnet101": 101,
    "resnet152": 152,
    "resnet18-small": 18,
    "resnet50-small": 50,
    "vgg16-small": 16,
    "alexnet-small": 8,
    "googlenet-small": 22,
    "resnext50": 50,
    "resnext101": 101,
    "densenet121": 121,
    "unet": 23,  # "In total the network has 23 convolutional layers."
}


@pytest.mark.parametrize("name", list(GOLDEN))
def test_parameters_are_the_published_ones(name: str) -> None:
    assert summarize(architectures[name].build()).parameters == GOLDEN[name]


@pytest.mark.parametrize("name", list(DEPTHS))
def test_depth_is_the_one_in_the_name(name: str) -> None:
    assert summarize(architectures[name].build()).depth == DEPTHS[name]


def test_googlenet_without_side_heads_has_seven_million() -> None:
    summary = summarize(architectures["googlenet"].build())
    # Counts of the authors' published Caffe weights, with and without the two heads.
    assert summary.parameters == 13_378_280
    assert summary.parameters - summary.auxiliary_parameters == 6_998_552


# Parameters (K = 1,024) and operations (M) of table 1 in the paper, without the entries that contradict its own
# widths: parameters of 4a, 4c to 5b, operations of 5a.
PUBLISHED_K = {"3a": 159, "3b": 380, "4b": 437}
PUBLISHED_M = {"3a": 128, "3b": 304, "4a": 73, "4b": 88, "4c": 100, "4d": 119, "4e": 170, "5b": 71}


@pytest.mark.parametrize("module", list(PUBLISHED_M))
def test_inception_modules_cost_what_the_paper_prints(module: str) -> None:
    rows = summarize(architectures["googlenet"].build()).rows
    rows = tuple(row for row in rows if row.id.startswith(f"inception{module}."))
    assert sum(row.macs for row in rows) / 1e6 == pytest.approx(PUBLISHED_M[module], rel=0.01)
    if module in PUBLISHED_K:
        biases = sum(row.output[0] for row in rows if row.kind == "conv2d")
        weights = sum(row.parameters for row in rows) - biases
        assert weights / 1024 == pytest.approx(PUBLISHED_K[module], rel=0.01)


def test_inception_modules_keep_the_papers_sizes() -> None:
    shapes = validate(architectures["googlenet"].build()).shapes
    channels = {"3a": 256, "3b": 480, "4a": 512, "4b": 512, "4c": 512, "4d": 528, "4e": 832, "5a": 832, "5b": 1024}
    sides = {"3": 28, "4": 14, "5": 7}
    for module, count in channels.items():
        assert shapes[f"inception{module}.concat"] == (count, sides[module[0]], sides[module[0]])


def test_vgg16_is_the_lectures_table_layer_by_layer() -> None:
    rows = {row.id: row for row in summarize(architectures["vgg16"].build()).rows}
    weights = [row.parameters - row.output[0] for row in rows.values() if row.parameters]
    assert weights == [
        *(1_728, 36_864, 73_728, 147_456, 294_912, 589_824, 589_824, 1_179_648, 2_359_296, 2_359_296),
        *(2_359_296, 2_359_296, 2_359_296, 102_760_448, 16_777_216, 4_096_000),
    ]
    assert rows["stage1.conv1"].activation_values == 3_211_264


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("alexnet", {"conv1": (96, 55, 55), "pool1": (96, 27, 27), "pool5": (256, 6, 6), "flatten": (9216,)}),
        ("zfnet", {"conv1": (96, 110, 110), "pool1": (96, 55, 55), "conv2": (256, 26, 26), "pool5": (512, 6, 6)}),
        ("nin-cifar", {"pool1": (96, 16, 16), "pool2": (192, 8, 8), "gap": (10,)}),
        ("googlenet", {"conv1": (64, 112, 112), "pool2": (192, 28, 28), "inception5b.concat": (1024, 7, 7)}),
        # Sizes of the paper's table 1, and the 8×8×1280 and 8×8×2048 of its figure 7.
        ("inception-v3", {"relu1a": (32, 149, 149), "relu2b": (64, 147, 147), "pool1": (64, 73, 73)}),
        ("inception-v3", {"relu4a": (192, 71, 71), "inception6a.concat": (768, 17, 17)}),
        ("inception-v3", {"inception5d.concat": (288, 35, 35), "inception7a.concat": (1280, 8, 8)}),
        ("inception-v3", {"inception7c.concat": (2048, 8, 8), "aux.relu1": (768, 1, 1)}),
        ("resnet50", {"pool1": (64, 56, 56), "stage4.block3.add": (2048, 7, 7)}),
    ],
)
def test_sizes_are_those_of_the_papers(name: str, shapes: dict[str, tuple[int, ...]]) -> None:
    found = validate(architectures[name].build()).shapes
    assert {node_id: found[node_id] for node_id in shapes} == shapes


@pytest.mark.parametrize("name", list(architectures))
def test_smallest_side_fits_and_a_smaller_one_is_refused(name: str) -> None:
    architecture = architectures[name]
    small = architecture.build(classes=3, channels=1, side=architecture.min_side)
    assert validate(small).is_ok
    assert small.input_shape == (1, architecture.min_side, architecture.min_side)
    pixels = (architecture.min_side, architecture.min_side) if name == "unet" else ()
    assert validate(small).shapes["output"] == (3, *pixels)
    with pytest.raises(GraphError, match=f"at least {architecture.min_side}×{architecture.min_side}"):
        architecture.build(side=architecture.min_side - 1)


@pytest.mark.parametrize("name", list(architectures))
def test_every_architecture_says_what_it_is(name: str) -> None:
    architecture = architectures[name]
    assert architecture.name == name
    assert architecture.paper.endswith(".")
    assert 40 < len(architecture.about) < 400
    assert all(text.endswith(".") for text in architecture.deviations)
    assert 1998 <= architecture.year <= 2026


QUICK = ["lenet5", "lenet5-modern", "gap-cnn", "nin-cifar", "plain20", "resnet20", "googlenet-tv", "resnet18"]
SLOW = [n for n in architectures if n not in QUICK]


def check_capture_gradient_and_export(name: str) -> None:
    architecture = architectures[name]
    graph = architecture.build(classes=4, side=max(architecture.min_side, 32))
    # Training mode: with untrained statistics, the signal dies on its way through 110 plain layers.
    network = compile_network(graph, seed=0).train()
    x = torch.randn(2, *graph.input_shape)
    convolutions = [node.id for node in graph.nodes if node.layer.kind == "conv2d"]
    with capture(network, convolutions, with_grad=True) as outputs:
        logits = network(x)
    for gradient in torch.autograd.grad(logits.sum(), list(outputs.values())):
        assert gradient.abs().sum() > 0
    namespace: dict[str, object] = {"__name__": "exported"}
    exec(compile(source_code(graph), "network.py", "exec"), namespace)
    cls = namespace[class_name(graph)]
    assert isinstance(cls, type)
    with torch.device("meta"):  # no time for weights that are replaced at once
        twin = cls()
    assert isinstance(twin, nn.Module)
    twin.load_state_dict(network.state_dict(), assign=True)
    assert torch.equal(twin.eval()(x), network.eval()(x))


@pytest.mark.parametrize("name", QUICK)
def test_capture_gradient_and_exported_code_work(name: str) -> None:
    check_capture_gradient_and_export(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_capture_gradient_and_exported_code_work_in_large_networks(name: str) -> None:
    check_capture_gradient_and_export(name)


def test_googlenet_trains_with_its_side_heads_and_drops_them_in_use() -> None:
    graph = architectures["googlenet-tv"].build(classes=4, side=64)
    network = compile_network(graph, seed=0)
    assert network.auxiliary == {"aux1.logits": 0.3, "aux2.logits": 0.3}
    x = torch.randn(2, 3, 64, 64)
    logits, side = network.forward_with_auxiliary(x)
    (logits.sum() + sum(0.3 * other.sum() for other in side.values())).backward()
    assert all(p.grad is not None for p in network.parameters())
    assert {node_id: tuple(other.shape) for node_id, other in side.items()} == {
        "aux1.logits": (2, 4),
        "aux2.logits": (2, 4),
    }
    network.eval()
    assert torch.equal(network(x), network.forward_with_auxiliary(x)[0])
    with capture(network, ["aux1.fc2"]) as outputs:
        network(x)
    assert not outputs


def test_googlenet_for_small_images_is_the_papers_but_for_stem_and_norms() -> None:
    def weights(name: str) -> list[int]:
        rows = summarize(architectures[name].build(classes=1000)).rows
        return [row.parameters for row in rows if row.id.startswith("inception") and row.kind == "conv2d"]

    paper = weights("googlenet")
    biases = [
        row.output[0]
        for row in summarize(architectures["googlenet"].build()).rows
        if row.id.startswith("inception") and row.kind == "conv2d"
    ]
    assert weights("googlenet-small") == [count - bias for count, bias in zip(paper, biases, strict=True)]
    shapes = validate(architectures["googlenet-small"].build()).shapes
    assert [shapes[f"{node}"] for node in ("relu3", "inception3b.concat", "inception4e.concat")] == [
        (192, 32, 32),
        (480, 32, 32),
        (832, 16, 16),
    ]
    assert shapes["inception5b.concat"] == (1024, 8, 8)


@pytest.mark.parametrize("name", [name for name in architectures if architectures[name].small])
def test_too_small_images_are_answered_with_the_variant_that_fits(name: str) -> None:
    architecture = architectures[name]
    variant = architectures[architecture.small]
    assert variant.min_side < architecture.min_side
    with pytest.raises(GraphError) as caught:
        fit_architecture(name, (3, 28, 28), 10)
    assert caught.value.hint == f"Use {architecture.small}, or larger images."
    assert validate(fit_architecture(architecture.small, (3, 28, 28), 10)).is_ok
    assert variant.deviations


def test_no_variant_is_offered_that_does_not_fit_either() -> None:
    with pytest.raises(GraphError) as caught:
        fit_architecture("vgg16", (3, 12, 12), 10)
    assert "vgg16-small" not in caught.value.hint


@pytest.mark.parametrize("side", [16, 50, 63, 100])
def test_unet_answers_for_every_pixel_of_any_side(side: int) -> None:
    graph = architectures["unet"].build(classes=3, channels=3, side=side)
    network = compile_network(graph, seed=0).eval()
    assert network(torch.randn(2, 3, side, side)).shape == (2, 3, side, side)
    assert validate(graph.with_classes(7)).shapes["output"] == (7, side, side)


def test_unet_joins_maps_of_the_papers_widths() -> None:
    shapes = validate(architectures["unet"].build()).shapes
    found = [shapes[f"up{stage}.concat"] for stage in (4, 3, 2, 1)]
    assert found == [(1024, 64, 64), (512, 128, 128), (256, 256, 256), (128, 512, 512)]
    assert shapes["output"] == (2, 512, 512)


def test_unknown_architecture_gets_a_suggestion() -> None:
    with pytest.raises(GraphError) as caught:
        architectures["resnet21"]
    assert "resnet20" in caught.value.hint


def test_architecture_is_fitted_to_the_data() -> None:
    graph = fit_architecture("lenet5", (3, 64, 48), 7)
    assert graph.input_shape == (3, 64, 48)
    assert validate(graph).shapes["output"] == (7,)
    assert fit_architecture("lenet5", None, None).input_shape == (1, 32, 32)


def test_fitting_a_graph_never_raises() -> None:
    graph = architectures["lenet5"].build()
    fitted = fit_graph(graph, (3, 20, 20), 5)
    assert fitted.input_shape == (3, 20, 20)
    assert validate(fitted).shapes["output"] == (5,)
    assert fit_graph(graph.remove(["output"]), (3, 20, 20), 5).input_shape == (3, 20, 20)
    assert fit_graph(graph.remove(["input"]), (3, 20, 20), 5) == graph.remove(["input"])
