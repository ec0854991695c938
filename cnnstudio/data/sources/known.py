"""A well-known data set by its name: read from where it was downloaded to."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.known import KnownSet
    from cnnstudio.data.raw import RawData


@sources.register
class KnownSource(SourceSpec):
    """MNIST, CIFAR-10, Food-101, …: the same on every machine, once it was downloaded there."""

    kind: Literal["known"] = "known"
    name: str = setting(title="Set", description="Short name of the set: mnist, cifar-10, food-101, ….")
    folder: str = setting(
        "", title="Folder", description="Where it was downloaded to; empty: the program's own place.", advanced=True
    )

    @property
    def title(self) -> str:
        """What its authors call it."""
        from cnnstudio.data.known import KNOWN

        return KNOWN[self.name].title if self.name in KNOWN else self.name

    def default_preprocess(self) -> PreprocessSpec:
        """What suits its pictures."""
        return self.installed().default_preprocess()

    def native_preprocess(self) -> PreprocessSpec | None:
        """The pictures' own size, if they are no files."""
        return self.installed().native_preprocess()

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Read what was downloaded; nothing is fetched here."""
        return self.installed().load(ctx, preprocess)

    def installed(self) -> SourceSpec:
        """What reads the files.

        Raises:
            DataError: It isn't on this machine yet, or no set is called so.
        """
        known = self._known()
        folder = Path(self.folder) if self.folder else known.folder()
        if not known.is_installed(folder):
            raise DataError(
                f"{known.title} is not on this machine yet.",
                hint=f"Download it under 'Well-known sets…' on the page Data, or with: cnnstudio download {known.key}",
            )
        return known.source(folder)

    def _known(self) -> "type[KnownSet]":
        from cnnstudio.data.known import KNOWN

        if self.name not in KNOWN:
            raise DataError(f"There is no well-known set '{self.name}'.", hint=f"Known: {', '.join(KNOWN)}.")
        return KNOWN[self.name]
