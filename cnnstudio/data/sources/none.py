"""The source of a run that has no data: one made from a weights file."""

from typing import TYPE_CHECKING, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData


@sources.register
class NoSource(SourceSpec):
    """Stands where data would: weights from elsewhere come without the images that they were learnt from."""

    kind: Literal["none"] = "none"

    @property
    def title(self) -> str:
        """What the window calls it."""
        return "No data of its own"

    def default_preprocess(self) -> PreprocessSpec:
        """Any: an imported run brings its own."""
        return PreprocessSpec()

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Never gives data.

        Raises:
            DataError: Always; says why, and what to do.
        """
        raise DataError(
            "This network was imported from a weights file and has no data of its own.",
            hint="Open data with the same classes; on the command line: --data SOURCE.",
        )
