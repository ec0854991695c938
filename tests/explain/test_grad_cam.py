import copy

import pytest
import torch
from torch.nn import functional

from cnnstudio.core.errors import GraphError, ShapeError, StudioError
from cnnstudio.explain.base import methods
from cnnstudio.explain.methods.grad_cam import GradCam
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture


def by_hand(weights, x, node, class_index):
    """Grad-CAM of the fixture's network, written out: eq. 1 is the mean gradient, eq. 2 the sum's positive part."""
    z1 = functional.conv2d(x, weights["conv1.weight"], weights["conv1.bias"], padding=1)
    a1 = z1.clamp(min=0)
    p1 = functional.max_pool2d(a1, 2)
    z2 = functional.conv2d(p1, weights["conv2.weight"], weights["conv2.bias"], padding=1)
    a2 = z2.clamp(min=0)
    logits = a2.flatten(1) @ weights["fc.weight"].T + weights["fc.bias"]
    maps = {"input": x, "conv1": z1, "relu1": a1, "pool1": p1, "conv2": z2, "relu2": a2}[node]
    gradient = torch.autograd.grad(logits[0, class_index], maps)[0]
    alpha = gradient.mean(dim=(2, 3), keepdim=True)
    return (alpha * maps).sum(1)[0].clamp(min=0).detach(), logits[0, class_index].item()


@pytest.mark.parametrize("node", ["input", "conv1", "relu1", "pool1", "conv2", "relu2"])
@pytest.mark.parametrize("class_index", [0, 1, 2])
def test_map_is_the_papers_formula_for_any_spatial_node_and_class(network, picture, node, class_index):
    weights = {name: value.detach() for name, value in network.state_dict().items()}
    expected, score = by_hand(weights, picture.clone().requires_grad_(), node, class_index)

    found = GradCam().explain(network, picture, class_index, node)

    assert found.map == pytest.approx(expected.numpy(), abs=1e-6)
    assert found.score == pytest.approx(score, abs=1e-5)


def test_map_before_the_linear_layer_needs_no_gradient_but_its_weights(network, picture):
    # The logit is linear in relu2, so the mean gradient of map k is the mean of the class's weights on it.
    weights = network.state_dict()
    maps = functional.conv2d(
        functional.max_pool2d(
            functional.conv2d(picture, weights["conv1.weight"], weights["conv1.bias"], padding=1).clamp(min=0), 2
        ),
        weights["conv2.weight"],
        weights["conv2.bias"],
        padding=1,
    ).clamp(min=0)[0]
    alpha = weights["fc.weight"][2].reshape(4, 4, 5).mean(dim=(1, 2))
    expected = (alpha[:, None, None] * maps).sum(0).clamp(min=0)

    found = GradCam().explain(network, picture, 2, "relu2")

    assert found.map == pytest.approx(expected.numpy(), abs=1e-6)


def test_left_out_the_node_is_the_last_feature_maps_and_the_class_is_named(network, picture):
    found = GradCam().explain(network, picture, 1, classes=("cat", "dog", "cow"))

    assert (found.node, found.class_name, found.map.shape) == ("relu2", "dog", (4, 5))
    assert found.ms > 0


def test_the_network_is_left_as_it_was(network, picture):
    before = copy.deepcopy(network.state_dict())
    network.train()
    network.conv2.eval()

    GradCam().explain(network, picture, 0, "conv1")

    assert all(not m._forward_hooks and not m._backward_hooks and not m._forward_pre_hooks for m in network.modules())
    assert all(p.grad is None for p in network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert network.conv1.training
    assert not network.conv2.training
    assert not picture.requires_grad


def test_frozen_weights_and_a_closed_gradient_don_t_matter(network, picture):
    expected = GradCam().explain(network, picture, 1, "conv2").map
    network.requires_grad_(False)

    with torch.no_grad():
        found = GradCam().explain(network, picture, 1, "conv2").map

    assert (found == expected).all()


def test_an_activation_in_place_behind_the_node_does_not_spoil_the_map(network, picture):
    weights = {name: value.detach() for name, value in network.state_dict().items()}
    expected, _ = by_hand(weights, picture.clone().requires_grad_(), "conv2", 1)
    network.module_of("relu2").inplace = True

    assert GradCam().explain(network, picture, 1, "conv2").map == pytest.approx(expected.numpy(), abs=1e-6)


@pytest.mark.parametrize("node", ["flatten", "fc", "output"])
def test_behind_a_flatten_it_refuses_and_names_a_layer_that_works(network, picture, node):
    with pytest.raises(ShapeError, match=f"'{node}' puts out") as error:
        GradCam().explain(network, picture, 0, node)

    assert "'relu2'" in error.value.hint


def test_an_unknown_node_class_or_a_batch_is_refused(network, picture):
    with pytest.raises(GraphError, match="no layer 'conv9'"):
        GradCam().explain(network, picture, 0, "conv9")
    with pytest.raises(StudioError, match="class number 3"):
        GradCam().explain(network, picture, 3)
    with pytest.raises(ShapeError, match="One picture"):
        GradCam().explain(network, picture.repeat(2, 1, 1, 1), 0)


def test_every_spatial_node_of_lenet_can_be_explained():
    lenet = compile_network(fit_architecture("lenet5", (1, 32, 32), 10), seed=0).eval()
    x = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))

    convolutions = [n.id for n in lenet.graph.nodes if n.layer.category == "conv"]
    maps = {node: GradCam().explain(lenet, x, 4, node).map for node in convolutions}

    assert [m.shape for m in maps.values()][:2] == [(28, 28), (10, 10)]
    assert all((m >= 0).all() for m in maps.values())


def test_the_family_finds_the_method_by_its_kind():
    assert "grad_cam" in methods.kinds()
    for method in methods:
        assert method.title
        assert method.about.endswith(".")
        assert method.paper
        assert methods.parse(method().to_json()) == method()
