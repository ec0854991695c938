"""Local response normalisation, as in AlexNet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.network.shapes import Shape, feature_map, plural
from cnnstudio.network.spec import Category, LayerSpec, call_text, layers, unlike

if TYPE_CHECKING:
    from torch import nn


@layers.register
class LocalResponseNorm(LayerSpec):
    """Channels hold each other down, as in AlexNet."""

    kind: Literal["local_response_norm"] = "local_response_norm"
    title: ClassVar[str] = "Local response norm"
    category: ClassVar[Category] = "norm"
    help: ClassVar[str] = (
        "Divides each value by (k + α·Σa²)^β, where the sum runs over neighbouring channels at the same place: a "
        "strong response holds its neighbours down. AlexNet gained 1.4 % by it; VGG found no use in it, and batch norm "
        "replaced it. α is that of the paper; PyTorch's own divides it by the number of channels."
    )
    size: int = setting(
        5, title="Neighbours", description="Over how many channels the sum runs.", unit="channels", ge=1, le=511
    )
    alpha: float = setting(1e-4, title="Alpha", description="Weight of the sum, as in the paper.", ge=0, le=10)
    beta: float = setting(0.75, title="Beta", description="Exponent.", ge=0, le=10, step=0.05)
    k: float = setting(2.0, title="k", description="Constant that is added to the sum.", gt=0, le=100)

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return feature_map(inputs, "Local response normalisation")

    def build(self, inputs: Sequence[Shape]) -> "nn.Module":
        from torch import nn

        return nn.LocalResponseNorm(self.size, alpha=self._torch_alpha, beta=self.beta, k=self.k)

    def source(self, inputs: Sequence[Shape]) -> str:
        defaults: dict[str, object] = {"alpha": 1e-4, "beta": 0.75, "k": 1.0}
        values: dict[str, object] = {"alpha": self._torch_alpha, "beta": self.beta, "k": self.k}
        return call_text("nn.LocalResponseNorm", self.size, **unlike(defaults, values))

    @property
    def label(self) -> str:
        return f"over {plural(self.size, 'channel')}"

    def formula(self, inputs: Sequence[Shape]) -> str:
        return f"a / ({self.k:g} + {self.alpha:g}·Σ a² over {self.size} channels)^{self.beta:g}\nNo parameters"

    @property
    def _torch_alpha(self) -> float:
        # PyTorch takes the mean of the squares where the paper takes the sum.
        return self.alpha * self.size
