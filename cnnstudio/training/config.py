"""The recipe of a training: everything that is not data and not network."""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, SerializeAsAny

from cnnstudio.core.errors import RecipeError
from cnnstudio.core.specs import Family, Spec, parse_spec, setting, with_value


class OptimizerSpec(Spec, ABC):
    """How the weights follow the gradient; one kind a file in `training.optimizers`."""

    title: ClassVar[str]
    kind: str
    rate: float

    @abstractmethod
    def build(self, parameters: Any) -> Any:
        """The torch optimiser over `parameters`."""


optimizers: Family[OptimizerSpec] = Family("optimiser", "cnnstudio.training.optimizers")


AnyOptimizer = Annotated[SerializeAsAny[OptimizerSpec], BeforeValidator(optimizers.parse)]


class TrainConfig(Spec):
    """The recipe: optimiser, batch, epochs, seed, device."""

    version: int = 1
    optimizer: AnyOptimizer = setting(
        {"kind": "sgd"}, title="Optimiser", description="The rule by which the weights follow the gradient."
    )
    batch: int = setting(
        32,
        title="Batch",
        description="Images whose gradients are averaged for one step; small is noisy, large is smooth.",
        unit="images",
        ge=1,
        le=65_536,
    )
    epochs: int = setting(
        20, title="Epochs", description="How often every training image is seen.", unit="epochs", ge=1, le=100_000
    )
    seed: int = setting(
        1,
        title="Seed",
        description="Starting number of all that is random; the same seed gives the same run.",
        ge=0,
        le=2**31 - 1,
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting(
        "auto", title="Device", description="Where to compute; auto takes a GPU if there is one.", advanced=True
    )
    threads: int = setting(
        0,
        title="Threads",
        description="Processor threads for training; 0 leaves one core free so that the window stays quick.",
        unit="threads",
        ge=0,
        le=256,
        advanced=True,
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = setting(
        "auto",
        title="Numbers",
        description="Format in which layers compute; bf16 and fp16 are short and fast, auto takes what is faster here.",
        advanced=True,
    )
    channels_last: Literal["auto", "on", "off"] = setting(
        "auto",
        title="Channels last",
        description="Keep the channels of a pixel side by side in memory; auto takes what is faster here.",
        advanced=True,
    )
    compile: Literal["auto", "on", "off"] = setting(
        "auto",
        title="Compile",
        description="Let torch.compile fuse layers: minutes at the start, faster steps; auto takes what pays here.",
        advanced=True,
    )
    deterministic: bool = setting(
        False,
        title="Deterministic",
        description="Take only kernels that give the same bits each time on a GPU; a processor does so anyway.",
        advanced=True,
    )


def parse_config(value: object, where: str = "The recipe") -> TrainConfig:
    """A recipe from JSON; RecipeError names the first thing that is wrong."""
    return parse_spec(TrainConfig, value, RecipeError, where)


def with_setting(config: TrainConfig, key: str, text: str) -> TrainConfig:
    """The recipe with one setting changed by its name, as `--set optimizer.rate=0.01` on the command line.

    Raises:
        RecipeError: No such setting, or the value doesn't fit; the known names are told.
    """
    described = config.to_json()
    if key == "optimizer.kind":
        changed = {**described, "optimizer": {"kind": text}}
    else:
        changed = with_value(described, key, text, RecipeError)
    return parse_config(changed, f"--set {key}={text}")


def check_recipe(config: TrainConfig, train_count: int, val_count: int) -> None:
    """Refuse a recipe that can't work with so many training and validation images.

    Raises:
        RecipeError: With the numbers and what to change.
    """
    if train_count == 0:
        raise RecipeError("There are no training images.", hint="Lower the shares of validation and test.")
    if val_count == 0:
        raise RecipeError("There are no validation images.", hint="Raise the share of validation.")
    if config.batch > train_count:
        raise RecipeError(
            f"A batch of {config.batch:,} images is more than the {train_count:,} training images.",
            hint=f"Use a batch of at most {train_count:,}.",
        )
