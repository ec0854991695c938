"""Grad-CAM: the feature maps of a layer, weighted by how much the class depends on them."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.explain.base import ExplanationMethod, methods, require_class

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.network.compile import Network


@methods.register
class GradCam(ExplanationMethod):
    """Where in the picture did the evidence for the class lie?

    Weights each feature map by the mean gradient of the class's logit over it, sums them, and keeps what is
    positive. captum's default keeps the negative too; the paper doesn't.

    Source: Selvaraju et al. 2017, arXiv:1610.02391, eq. 1 and 2.
    """

    kind: Literal["grad_cam"] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    about: ClassVar[str] = (
        "Each feature map of the layer is weighted by the mean gradient of the class score over it; the sum, where "
        "positive, is the evidence."
    )
    paper: ClassVar[str] = "Selvaraju et al. 2017"

    def prepare(self) -> None:
        """Import captum, which takes half a second."""
        import captum.attr  # noqa: F401

    def attribute(self, network: "Network", x: "Tensor", class_index: int, node: str) -> "tuple[Tensor, Tensor]":
        """The map of shape (h, w) in logit units, and the logits."""
        import torch
        from captum.attr import LayerGradCam

        with torch.no_grad():
            logits = network(x)[0]
        require_class(class_index, len(logits))
        # The picture asks for gradients so that frozen weights and the input layer can be explained as well.
        picture = x.detach().clone().requires_grad_()
        method = LayerGradCam(network, network.module_of(node))
        cam = method.attribute(picture, target=class_index, relu_attributions=True)
        return cam[0, 0], logits
