"""Every network of the catalogue can be looked into: activations, gradients and Grad-CAM."""

import pytest
import torch

from cnnstudio.core.errors import GraphError
from cnnstudio.explain.activations import activations
from cnnstudio.explain.methods.grad_cam import GradCam
from cnnstudio.explain.nodes import default_node, spatial_nodes
from cnnstudio.network.capture import capture
from cnnstudio.network.compile import compile_network
from cnnstudio.network.shapes import Shape
from cnnstudio.network.validate import validate
from cnnstudio.network.zoo import architectures

CLASSES = 4
QUICK = ("lenet5", "lenet5-modern", "gap-cnn", "nin-cifar", "resnet20", "resnet18-small", "googlenet-small")
PIXELS = ("unet",)  # answers for each pixel; the whole picture has no class
NAMES = [pytest.param(name, marks=[pytest.mark.slow] * (name not in QUICK)) for name in architectures]


def side_of(name: str) -> int:
    # Large enough that the last feature maps have more than one pixel.
    return max(64, architectures[name].min_side)


@pytest.mark.parametrize("name", [param for param in NAMES if param.values[0] not in PIXELS])
def test_gradient_capture_and_grad_cam_agree_with_autograd(name: str) -> None:
    graph = architectures[name].build(classes=CLASSES, side=side_of(name))
    # Statistics of this very picture: untrained ones let the signal die in deep plain networks.
    network = compile_network(graph, seed=0).train()
    x = torch.randn(2, *graph.input_shape)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None  # the mean of all batches seen
        network(x)
    network.eval()
    node = default_node(graph)
    with capture(network, [node], with_grad=True) as outputs:
        logits = network(x[:1])
    (gradient,) = torch.autograd.grad(logits[0, 1], outputs[node])
    assert gradient.abs().sum() > 0
    # Equations 1 and 2 of the paper.
    expected = (gradient.mean(dim=(2, 3), keepdim=True) * outputs[node]).sum(1)[0].clamp(min=0)

    found = GradCam().explain(network, x[:1], 1)

    assert found.node == node
    assert found.score == pytest.approx(logits[0, 1].item(), rel=1e-4, abs=1e-5)
    scale = float(expected.detach().abs().max())
    assert found.map == pytest.approx(expected.detach().numpy(), abs=1e-4 * scale + 1e-9)
    assert not any(module._forward_hooks or module._backward_hooks for module in network.modules())


@pytest.mark.parametrize("name", NAMES)
def test_activations_of_all_layers_that_answer_have_their_declared_shapes(name: str) -> None:
    graph = architectures[name].build(classes=CLASSES, side=side_of(name))
    network = compile_network(graph, seed=0).eval()
    found = activations(network, torch.randn(1, *graph.input_shape))
    shapes: dict[str, Shape] = dict(validate(graph).shapes)
    assert {node: values.shape for node, values in found.items()} == {node: shapes[node] for node in found}
    unused = set(shapes) - set(found)
    assert unused == {node for node in shapes if node.startswith("aux")}
    assert set(spatial_nodes(graph)) <= set(found)


@pytest.mark.parametrize("name", PIXELS)
def test_a_class_of_the_whole_picture_is_not_asked_of_segmentation(name: str) -> None:
    graph = architectures[name].build(classes=CLASSES, channels=1, side=16)
    with pytest.raises(GraphError, match="each of 16×16 pixels"):
        GradCam().explain(compile_network(graph, seed=0).eval(), torch.randn(1, 1, 16, 16), 1)
