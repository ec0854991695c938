"""Local warping, as a trembling hand writes."""

from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.augmentation import Columns, Geometric, Group, Size, operations, probability

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.draws import Draws, Floats


@operations.register
class Elastic(Geometric):
    """Pulls and pushes the picture locally: smooth random displacements, by cubic splines over a coarse net.

    Source: the idea is that of Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks".
    """

    title: ClassVar[str] = "Elastic warp"
    about: ClassVar[str] = "Pulls and pushes the picture locally, as if it were drawn on rubber."
    group: ClassVar[Group] = "Geometry"
    kind: Literal["elastic"] = "elastic"
    probability: float = probability(0.8)
    strength: float = setting(
        4.0,
        title="Distance",
        description="How far points are pulled, at most in spread, as a share of the picture's side.",
        unit="%",
        ge=0.0,
        le=30.0,
        step=1.0,
    )
    coarseness: float = setting(
        25.0,
        title="Coarseness",
        description="Distance between points that move on their own, as a share of the picture's side.",
        unit="%",
        ge=5.0,
        le=100.0,
        step=5.0,
    )

    def values(self, uniforms: "Floats", size: Size) -> Columns:
        return (self.strength / 100 * max(size) * uniforms[:, 0],)

    def words(self, drawn: "Floats") -> str:
        return f"warped {drawn[0]:.1f} px"

    def matrices(self, columns: Columns, size: Size) -> "Floats":
        from cnnstudio.data.geometry import matrices

        return matrices(len(columns[0]))

    def field(self, columns: Columns, draws: "Draws", size: Size, like: "Tensor") -> "Tensor":
        from cnnstudio.data.splines import smooth_field

        return smooth_field(columns[0], draws, size, self.coarseness / 100 * max(size), str(like.device))
