"""How pictures are distorted for training: operations one after another, each with its probability and strength.

The operations are declared here and in `data.augment`, one a file; `data.distort` applies them.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, SerializeAsAny

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import Family, Spec, parse_spec, setting

if TYPE_CHECKING:
    from torch import Tensor

    from cnnstudio.data.colours import ColourStatistics
    from cnnstudio.data.draws import Draws, Floats

Size = tuple[int, int]
Columns = tuple[Any, ...]
Outside = Literal["mean", "black", "edge", "mirror"]
Sampling = Literal["all", "balanced"]
Group = Literal["Geometry", "Colour", "Detail", "Policies", "Mixing"]


def probability(default: float) -> Any:
    """The field that every operation has: how often it is applied."""
    return setting(
        default,
        title="Probability",
        description="Share of the pictures that get it; the others pass unchanged.",
        ge=0.0,
        le=1.0,
        step=0.05,
    )


class OperationSpec(Spec, ABC):
    """One way to distort a picture; a sample's draw depends on (seed, epoch, index) and this operation alone."""

    title: ClassVar[str]
    about: ClassVar[str]
    group: ClassVar[Group]
    # How many random numbers a picture needs for its strength.
    draws: ClassVar[int] = 1
    needs_colour: ClassVar[bool] = False
    # The field that says how strong it is, which an audit raises; empty for a yes or no.
    strength_field: ClassVar[str] = "strength"

    kind: str
    is_on: bool = setting(True, title="On", description="Switch it off without losing its settings.")
    probability: float

    @abstractmethod
    def values(self, uniforms: "Floats", size: Size) -> Columns:
        """What is drawn for each picture (degrees, pixels, …), as columns of shape (N,).

        Args:
            uniforms: Evenly spread from 0 to 1, shape (N, draws).
            size: Height and width of the pictures.
        """

    @abstractmethod
    def words(self, drawn: "Floats") -> str:
        """One picture's draw in words: "turned 12° left"."""

    @property
    def is_active(self) -> bool:
        """True if it can change anything."""
        return self.is_on and self.probability > 0


class Geometric(OperationSpec):
    """Moves the picture's points. Operations of this kind that follow each other cost one resampling together."""

    # True if pixels move to whole places: nothing is interpolated.
    is_exact: ClassVar[bool] = False

    @abstractmethod
    def matrices(self, columns: Columns, size: Size) -> "Floats":
        """Where each place of the result comes from.

        Returns:
            Shape (N, 3, 3): (x, y, 1) of the result, in pixels from the picture's middle, to that of the original.
        """

    def field(self, columns: Columns, draws: "Draws", size: Size, like: "Tensor") -> "Tensor | None":
        """A displacement of its own for each pixel, shape (N, 2, H, W), in pixels; None if the matrix is all."""
        return None


class PixelOperation(OperationSpec):
    """Changes values in place."""

    @abstractmethod
    def apply(
        self, images: "Tensor", columns: Columns, draws: "Draws", statistics: "ColourStatistics | None"
    ) -> "Tensor":
        """The pictures, changed.

        Args:
            images: Those that get it, float32 from 0 to 1, shape (M, C, H, W).
            columns: What was drawn for them, each of shape (M,).
            draws: For more random numbers, such as noise.
            statistics: Of the training images' colours.
        """


class Mixing(OperationSpec):
    """Mixes a picture, and its class, with another training picture; always the last step, whatever its place."""

    group: ClassVar[Group] = "Mixing"

    @abstractmethod
    def mix(self, images: "Tensor", others: "Tensor", columns: Columns) -> "tuple[Tensor, Floats]":
        """The mixed pictures, and the share that the first one has in each, shape (M,)."""


operations: Family[OperationSpec] = Family("operation", "cnnstudio.data.augment")
AnyOperation = Annotated[SerializeAsAny[OperationSpec], BeforeValidator(operations.parse)]


class AugmentSpec(Spec):
    """The operations, in the order in which they are applied; none by default."""

    version: int = 1
    operations: tuple[AnyOperation, ...] = ()
    outside: Outside = setting(
        "mean",
        title="Outside",
        description="What appears where pictures were moved away: mean colour, black, their edge, their mirror image.",
    )

    sampling: Sampling = setting(
        "all",
        title="Classes",
        description="Every image once an epoch, or all classes equally often: rare ones' images come several times.",
    )

    @property
    def active(self) -> tuple[OperationSpec, ...]:
        """The operations that can change anything."""
        return tuple(operation for operation in self.operations if operation.is_active)

    @property
    def mixing(self) -> tuple[Mixing, ...]:
        """The active ones that mix pictures."""
        return tuple(operation for operation in self.active if isinstance(operation, Mixing))

    def places(self) -> tuple[int, ...]:
        """The stream of random numbers of each active operation.

        By kind and count, not by position: what an operation draws stays when others come, go or move.
        """
        import zlib

        seen: dict[str, int] = {}
        places = []
        for operation in self.active:
            seen[operation.kind] = seen.get(operation.kind, -1) + 1
            places.append(zlib.crc32(f"{operation.kind},{seen[operation.kind]}".encode()))
        return tuple(places)


def parse_augment(value: object, where: str = "The augmentation") -> AugmentSpec:
    """Operations from JSON; DataError names the first thing that is wrong."""
    return parse_spec(AugmentSpec, value, DataError, where)
