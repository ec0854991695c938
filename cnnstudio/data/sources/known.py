"""A well-known data set by its name: read from where it was downloaded to."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.gated_source import GatedSource
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.known import KnownSet
    from cnnstudio.data.raw import RawData


@sources.register
class KnownSource(GatedSource):
    """MNIST, CIFAR-10, Food-101, …: the same on every machine, once it was downloaded there."""

    kind: Literal["known"] = "known"
    name: str = setting(title="Set", description="Short name of the set: mnist, cifar-10, food-101, ….")
    variant: str = setting(
        "", title="Version", description="Which choice of its pictures or classes, where a set has several."
    )
    class_names: tuple[str, ...] = setting(
        (),
        title="Class names",
        description="Names of the classes in the order of their numbers; empty: as the set has them, or the numbers.",
        advanced=True,
    )
    folder: str = setting(
        "", title="Folder", description="Where it was downloaded to; empty: the program's own place.", advanced=True
    )

    @property
    def title(self) -> str:
        """What its authors call it, and which version."""
        from cnnstudio.data.known import KNOWN

        title = KNOWN[self.name].title if self.name in KNOWN else self.name
        return f"{title} ({self.variant.removeprefix(self.name + '-')})" if self.variant else title

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
        folder = self.place or known.folder()
        if not known.is_installed(folder):
            raise DataError(
                f"{known.title} is not on this machine yet.",
                hint=f"Download it under 'Well-known sets…' on the page Data, or with: cnnstudio download {known.key}",
            )
        return self._with_settings(known.source(folder), known)

    @property
    def place(self) -> "Path | None":
        """The folder that was asked for; None for the program's own place."""
        return Path(self.folder).expanduser().absolute() if self.folder else None

    def _with_settings(self, inner: SourceSpec, known: "type[KnownSet]") -> SourceSpec:
        """What reads the files, as the user wants it."""
        if self.variant and self.variant not in known.variants:
            raise DataError(
                f"{known.title} has no version '{self.variant}'.",
                hint=f"It has {', '.join(filter(None, known.variants)) or 'none to choose from'}.",
            )
        changes: dict[str, object] = {known.variant_field: self.variant} if self.variant else {}
        for name in ("class_names", "accept_problems"):
            if name in known.settings and getattr(self, name):
                changes[name] = getattr(self, name)
        return inner.replace(**changes)

    def _known(self) -> "type[KnownSet]":
        from cnnstudio.data.known import KNOWN

        if self.name not in KNOWN:
            raise DataError(f"There is no well-known set '{self.name}'.", hint=f"Known: {', '.join(KNOWN)}.")
        return KNOWN[self.name]
