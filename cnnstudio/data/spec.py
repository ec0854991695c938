"""What data a network learns from: where they come from, how they are brought to size, how they are split."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BeforeValidator, SerializeAsAny, model_validator

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import Family, Spec, setting
from cnnstudio.data.augmentation import AugmentSpec

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData

Resize = Literal["stretch", "crop", "letterbox"]


class PreprocessSpec(Spec):
    """The one way from a picture to the numbers that the network sees."""

    side: int = setting(
        32,
        title="Side",
        description="Width and height of the picture as the network sees it.",
        unit="px",
        ge=8,
        le=512,
        step=8,
    )
    channels: Literal[1, 3] = setting(
        3, title="Channels", description="1 for grey pictures, 3 for colour (red, green, blue)."
    )
    resize: Resize = setting(
        "stretch",
        title="Resize",
        description="Stretch the whole picture, crop its middle square, or keep it whole with grey borders.",
    )
    mean: tuple[float, ...] | None = setting(
        None,
        title="Mean",
        description="Subtracted from each channel (values from 0 to 1); empty: measured on the training images.",
        advanced=True,
    )
    std: tuple[float, ...] | None = setting(
        None,
        title="Spread",
        description="Each channel is divided by this; empty: the training images' standard deviation.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _check_statistics(self) -> Self:
        for name, values in (("mean", self.mean), ("std", self.std)):
            if values is not None and len(values) != self.channels:
                raise ValueError(f"{name} has {len(values)} values for {self.channels} channels")
        if self.std is not None and min(self.std) <= 0:
            raise ValueError("std must be more than 0 in each channel")
        return self


class SplitSpec(Spec):
    """Which share of each class is kept for validation and for the test."""

    val: float = setting(
        0.15,
        title="Validation",
        description="Share of each class that is kept to watch the training with.",
        ge=0.0,
        le=0.5,
        step=0.05,
    )
    test: float = setting(
        0.15,
        title="Test",
        description="Share of each class that is kept for the final examination.",
        ge=0.0,
        le=0.5,
        step=0.05,
    )
    seed: int = setting(
        0, title="Seed", description="Another number deals the images out differently.", ge=0, le=2**31 - 1
    )

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        if self.val + self.test > 0.9:
            raise ValueError(f"val {self.val:g} and test {self.test:g} leave less than a tenth for training")
        return self


class SourceSpec(Spec, ABC):
    """A place that pictures with classes come from."""

    kind: str

    @property
    @abstractmethod
    def title(self) -> str:
        """What the window calls it: "Handwritten digits"."""

    @abstractmethod
    def default_preprocess(self) -> PreprocessSpec:
        """Size and channels that suit this source; a folder looks at some of its files for this."""

    def native_preprocess(self) -> PreprocessSpec:
        """At this size `load` gives the pictures as they are, without resizing; for sources without files."""
        return self.default_preprocess()

    @abstractmethod
    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """All pictures at training size, with their classes; reports progress and can be cancelled."""


sources: Family[SourceSpec] = Family("data source", "cnnstudio.data.sources")
AnySource = Annotated[SerializeAsAny[SourceSpec], BeforeValidator(sources.parse)]


class DataSpec(Spec):
    """Everything that is needed to get the same training data again."""

    version: int = 1
    source: AnySource
    preprocess: PreprocessSpec
    split: SplitSpec = SplitSpec()
    augment: AugmentSpec = AugmentSpec()

    def is_same_data(self, other: "DataSpec") -> bool:
        """True if both name the same pictures in the same splits, however they are distorted for training."""
        return self.replace(augment=other.augment) == other


def data_spec(source: SourceSpec) -> DataSpec:
    """The data spec of a source with the defaults that suit it."""
    return DataSpec(source=source, preprocess=source.default_preprocess())


def parse_source(text: str) -> SourceSpec:
    """A source from what a user types or drops: "digits", "shapes", or a folder's path.

    Raises:
        DataError: It is neither a built-in source nor a folder.
    """
    from cnnstudio.data.sources.digits import DigitsSource
    from cnnstudio.data.sources.folder import FolderSource
    from cnnstudio.data.sources.shapes import ShapesSource

    if text == "digits":
        return DigitsSource()
    if text == "shapes":
        return ShapesSource()
    return FolderSource(path=str(checked_folder(text)))


def checked_folder(text: str) -> Path:
    """The absolute path of an existing folder.

    Raises:
        DataError: It doesn't exist, is a file, or has a name that can't be written down.
    """
    hint = "Give 'digits', 'shapes' or the path of a folder with one subfolder of images for each class."
    shown = text.encode("utf-8", errors="replace").decode()
    if not text or "\0" in text or shown != text:
        raise DataError(f"'{shown}' is not a path that can be used.", hint=hint)
    path = Path(text).expanduser().absolute()
    if path.is_file():
        raise DataError(f"{path} is a file, not a folder.", hint=hint)
    if not path.is_dir():
        raise DataError(f"There is no folder {path}.", hint=hint)
    return path
