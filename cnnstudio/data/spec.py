"""What data a network learns from: where they come from, how they are brought to size, how they are split."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, SerializeAsAny, model_validator

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import Family, Spec, setting
from cnnstudio.data.augmentation import AugmentSpec

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.place import Place
    from cnnstudio.data.raw import RawData

Resize = Literal["stretch", "crop", "letterbox"]


def _typed_pair(value: object) -> object:
    """Two numbers as they are typed on the command line: "0,4095"."""
    return tuple(value.split(",")) if isinstance(value, str) else value


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

    float_range: Annotated[tuple[float, float] | None, BeforeValidator(_typed_pair)] = setting(
        None,
        title="Value range",
        description="Black and white of pictures in floating point (some TIFF files), as in 0, 4095; empty: 0 and 1.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _check_statistics(self) -> Self:
        if self.float_range is not None and self.float_range[0] >= self.float_range[1]:
            raise ValueError("float_range needs a lower value for black than for white")
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
    group: Literal["none", "copies", "folder", "pattern"] = setting(
        "none",
        title="Keep together",
        description="Images that must not be torn apart by the split: copies of each other; also those of one folder, "
        "or with the same part in their names (one patient, one video).",
    )
    pattern: str = setting(
        "",
        title="Name pattern",
        description="Regular expression; what its parentheses match in a file's name says where it belongs, "
        "such as (patient\\d+).",
    )
    folds: int = setting(
        0,
        title="Folds",
        description="Cross-validation: cut what is not test into so many parts; each is the validation part once. "
        "0 or 1: off.",
        ge=0,
        le=20,
    )
    fold: int = setting(0, title="Fold", description="Which of the parts is for validation now, from 0.", ge=0, le=19)

    @model_validator(mode="after")
    def _check_fold(self) -> Self:
        if self.folds > 1 and self.fold >= self.folds:
            raise ValueError(f"fold {self.fold} is none of the {self.folds} folds, which are counted from 0")
        return self

    @model_validator(mode="after")
    def _check_shares(self) -> Self:
        if self.val + self.test > 0.9:
            raise ValueError(f"val {self.val:g} and test {self.test:g} leave less than a tenth for training")
        return self


class DataEdits(Spec):
    """What the user changed by hand, by the names of the files; the files themselves stay as they are.

    Args:
        labels: Name of a picture to the class it is in instead.
        excluded: Names of pictures that are left out.
    """

    labels: dict[str, str] = {}
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.labels or self.excluded)


class SourceSpec(Spec, ABC):
    """A place that pictures with classes come from."""

    kind: str
    # Sources are asked in this order whether a file or folder is one of theirs.
    rank: ClassVar[int] = 0

    @property
    @abstractmethod
    def title(self) -> str:
        """What the window calls it: "Handwritten digits"."""

    @classmethod
    def found_at(cls, place: "Place") -> "SourceSpec | None":
        """This source, if a file or folder of the user's is one; None if not, or if it has none."""
        return None

    def prepare(self, ctx: "JobContext") -> None:
        """Do what takes time before the source can be looked at, such as unpacking; most need nothing."""
        ctx.check()

    @abstractmethod
    def default_preprocess(self) -> PreprocessSpec:
        """Size and channels that suit this source; a folder looks at some of its files for this."""

    def native_preprocess(self) -> PreprocessSpec | None:
        """At this size `load` gives the pictures as they are, without resizing; None where they are files."""
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
    edits: DataEdits = DataEdits()
    # Which file is in which part, as `data.kept_splits` writes it; empty: dealt out by the seed alone.
    kept: str = ""

    def is_same_files(self, other: "DataSpec") -> bool:
        """True if both name the same pictures at the same size, however they are split, relabelled or distorted."""
        return self.replace(augment=other.augment, split=other.split, edits=other.edits, kept=other.kept) == other

    def is_same_data(self, other: "DataSpec") -> bool:
        """True if both name the same pictures in the same splits, however they are distorted for training."""
        # Before anything was written down, the seed alone said the same.
        kept = other.kept if not (self.kept and other.kept) else self.kept
        return self.replace(augment=other.augment, kept=kept) == other


def data_spec(source: SourceSpec, ctx: "JobContext | None" = None) -> DataSpec:
    """The data spec of a source with the defaults that suit it; copies of a picture stay in one part.

    Args:
        source: It is prepared first, which may take a while for an archive.
        ctx: Gets the progress of that; cancelling ends it.
    """
    if ctx is not None:
        source.prepare(ctx)
    return DataSpec(source=source, preprocess=source.default_preprocess(), split=SplitSpec(group="copies"))


def parse_source(text: str) -> SourceSpec:
    """A source from what a user types or drops: a built-in or well-known name, or the path of a file or folder.

    The content decides which source it is, not the name.

    Raises:
        DataError: There is nothing of that name, or it is no data source; the message says what it is.
    """
    from cnnstudio.data.opening import named_source, source_at

    return named_source(text) or source_at(checked_path(text))


def checked_path(text: str) -> Path:
    """The absolute path of an existing file or folder.

    Raises:
        DataError: It doesn't exist, or has a name that can't be written down.
    """
    hint = "Give 'digits', 'shapes', a well-known set's name, or the path of a folder, an archive or a file of images."
    shown = text.encode("utf-8", errors="replace").decode()
    if not text or "\0" in text or shown != text:
        raise DataError(f"'{shown}' is not a path that can be used.", hint=hint)
    path = Path(text).expanduser().absolute()
    if not path.exists():
        raise DataError(f"There is no folder or file {path}.", hint=hint)
    return path


def checked_folder(text: str) -> Path:
    """The absolute path of an existing folder.

    Raises:
        DataError: It doesn't exist, is a file, or has a name that can't be written down.
    """
    path = checked_path(text)
    if not path.is_dir():
        raise DataError(f"{path} is a file, not a folder.", hint="Choose the folder that holds the images.")
    return path
