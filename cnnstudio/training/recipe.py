"""What a recipe is made of: families of optimisers, schedules, losses and initialisations, one kind a file."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator, SerializeAsAny

from cnnstudio.core.specs import Family, Spec
from cnnstudio.training.patience import Patience
from cnnstudio.training.spread import Spread

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn


class OptimizerSpec(Spec, ABC):
    """How the weights follow the gradient; one kind a file in `training.optimizers`."""

    title: ClassVar[str]
    kind: str
    rate: float

    @abstractmethod
    def build(self, parameters: Any, *, fused: bool = False) -> "torch.optim.Optimizer":
        """The torch optimiser.

        Args:
            parameters: Parameters, or groups of them with a rate and weight decay of their own.
            fused: One kernel for all weights, where PyTorch has one.
        """

    def problem(self, rate: float) -> str:
        """What of its settings does nothing, or harm at this full learning rate, in words; empty if all is well."""
        return ""

    def mended(self) -> "tuple[str, OptimizerSpec] | None":
        """The optimiser without its problem, with a title for the button; None if there is no obvious one."""
        return None


class ScheduleSpec(Spec, ABC):
    """How the learning rate changes while training; one kind a file in `training.schedules`.

    Plain arithmetic without torch: the curve is drawn before the start, and what a resumed run needs follows from the
    step alone. Tests hold it against torch.optim.lr_scheduler.
    """

    title: ClassVar[str]
    kind: str

    @abstractmethod
    def factor(self, epoch: float, begin: float, end: float) -> float:
        """What the learning rate is multiplied by.

        Args:
            epoch: Time since the start of the training; 2.5 is the middle of the third epoch.
            begin: When the warm-up is over.
            end: Epochs in all.
        """

    def momentum(self, epoch: float, end: float) -> float | None:
        """The momentum at that time; None where it stays as the optimiser has it."""
        return None

    def note_epoch(self, loss: float, plateau: Patience) -> None:
        """Look at the validation loss of an epoch; most schedules don't."""

    def after(self, plateau: Patience) -> float:
        """What is left of the rate after the stalls that `note_epoch` counted."""
        return 1.0

    def problem(self, begin: float, end: float) -> str:
        """Why this schedule makes no sense in so many epochs, as a sentence; empty if it does."""
        return ""

    def mended(self, end: float) -> "tuple[str, ScheduleSpec] | None":
        """The schedule fitted to so many epochs, with a title for the button; None if it isn't its fault."""
        return None


class LossSpec(Spec, ABC):
    """What training makes small; one kind a file in `training.losses`."""

    title: ClassVar[str]
    kind: str

    @abstractmethod
    def build(self, class_counts: Sequence[int], device: "torch.device") -> "Loss":
        """The loss for classes with so many training images each."""

    @abstractmethod
    def judge(self) -> "Loss":
        """The loss by which validation images are judged: without what only training needs."""

    def problem(self, classes: int) -> str:
        """Why this loss can't be used with so many classes, as a sentence; empty if it can."""
        return ""

    def mended(self, classes: int) -> "tuple[str, LossSpec] | None":
        """The loss without that problem, with a title for the button; None if there is no obvious one."""
        return None

    def head_problem(self, kind: str, low: float, high: float) -> str:
        """Why it doesn't suit a network whose last layer, of this kind, gives such numbers; empty if it does."""
        return ""

    def mended_for(self, low: float, high: float) -> "tuple[str, LossSpec] | None":
        """The loss for such a network, with a title for the button; None if the network is to be changed."""
        return None


class Loss:
    """A loss over a batch, or over its parts.

    Args:
        mean: Mean loss of logits (N, C) and targets: int64 (N,), or float (N, C) shares that sum to 1.
        total: The sum instead of the mean.
        mass: What `total` of a whole batch is divided by to be its mean.
    """

    def __init__(
        self,
        mean: "Callable[[Tensor, Tensor], Tensor]",
        total: "Callable[[Tensor, Tensor], Tensor]",
        mass: "Callable[[Tensor], Tensor | float]",
    ) -> None:
        self.mean, self.total, self.mass = mean, total, mass


class InitialisationSpec(Spec, ABC):
    """How weights begin; one kind a file in `training.initialisation`."""

    title: ClassVar[str]
    kind: str

    @abstractmethod
    def spread(self, weight_shape: Sequence[int]) -> Spread:
        """How widely `fill` spreads weights of this shape: arithmetic, so that it is shown before torch is there."""

    @abstractmethod
    def fill(self, module: "nn.Module") -> None:
        """Set weight and bias of a convolution or fully connected layer, from torch's random numbers."""


def decay_problem(rate: float, decay: float) -> str:
    """Why a weight decay is too strong at a learning rate: each step multiplies every weight by 1 − rate × decay."""
    if rate * decay < 1:
        return ""
    percent = f"{100 * rate * decay:.0f} %"
    return f"A rate of {rate:g} and a weight decay of {decay:g} take {percent} of every weight in each step."


optimizers: Family[OptimizerSpec] = Family("optimiser", "cnnstudio.training.optimizers")
schedules: Family[ScheduleSpec] = Family("schedule", "cnnstudio.training.schedules")
losses: Family[LossSpec] = Family("loss", "cnnstudio.training.losses")
initialisations: Family[InitialisationSpec] = Family("initialisation", "cnnstudio.training.initialisation")

AnyOptimizer = Annotated[SerializeAsAny[OptimizerSpec], BeforeValidator(optimizers.parse)]
AnySchedule = Annotated[SerializeAsAny[ScheduleSpec], BeforeValidator(schedules.parse)]
AnyLoss = Annotated[SerializeAsAny[LossSpec], BeforeValidator(losses.parse)]
AnyInitialisation = Annotated[SerializeAsAny[InitialisationSpec], BeforeValidator(initialisations.parse)]
