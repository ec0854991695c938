"""A zip or tar archive: of images, or of any other files that are data."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.class_files import ClassFilesSource
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, checked_path, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.archives.unpacked import Unpacked
    from cnnstudio.data.place import Place
    from cnnstudio.data.raw import RawData

REFUSED = {b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive"}


@sources.register
class ArchiveSource(ClassFilesSource):
    """Unpacked into the program's cache, then read like a folder; the archive itself is never changed."""

    rank: ClassVar[int] = 2
    kind: Literal["archive"] = "archive"
    path: str = setting(title="Archive", description="Zip or tar archive (.zip, .tar, .tar.gz, .tar.bz2, .tar.xz).")

    @property
    def title(self) -> str:
        """The archive's name without its suffixes."""
        name = Path(self.path).name
        stem = name.removesuffix(Path(name).suffix)
        return stem.removesuffix(".tar") or name

    @classmethod
    def found_at(cls, place: "Place") -> "ArchiveSource | None":
        """A zip or tar archive."""
        from cnnstudio.data.archives.unpacked import archive_kind

        for magic, name in REFUSED.items():
            if place.head.startswith(magic):
                raise DataError(
                    f"'{place.path.name}' is {name}, which can't be unpacked here.",
                    hint="Unpack it yourself and choose the folder, or pack it as zip.",
                )
        return cls(path=str(place.path)) if archive_kind(place.head) else None

    def prepare(self, ctx: "JobContext") -> None:
        """Unpack it, unless that was done before."""
        self._unpacked(ctx)

    def default_preprocess(self) -> PreprocessSpec:
        """What suits what is inside; unpacks it."""
        from cnnstudio.core.jobs import JobContext

        return self._inside(self._unpacked(JobContext()).folder).default_preprocess()

    def native_preprocess(self) -> PreprocessSpec | None:
        """What is inside decides."""
        from cnnstudio.core.jobs import JobContext

        return self._inside(self._unpacked(JobContext()).folder).native_preprocess()

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Unpack, unless that was done before, and read what is inside."""
        from dataclasses import replace

        from cnnstudio.data.raw import Problem
        from cnnstudio.data.words import counted

        unpacked = self._unpacked(ctx)
        raw = self._inside(unpacked.folder).load(ctx, preprocess)
        if not unpacked.renamed:
            return raw
        before, after = unpacked.renamed[0]
        n = counted(len(unpacked.renamed), "file of the archive has", "files of the archive have")
        text = f"{n} another name here, as the own one was taken or can't be written: '{before}' is '{after}'."
        return replace(raw, problems=(*raw.problems, Problem(after, "renamed", text)))

    def _unpacked(self, ctx: "JobContext") -> "Unpacked":
        from cnnstudio.data.archives.unpacked import archive_kind, unpack
        from cnnstudio.data.place import head_of

        path = checked_path(self.path)
        kind = archive_kind(head_of(path))
        if kind is None:
            raise DataError(f"{path} is no zip or tar archive.")
        return unpack(path, kind, ctx)

    def _inside(self, folder: Path) -> SourceSpec:
        """The source that the unpacked folder is, with our settings where it has them."""
        from cnnstudio.data.opening import source_at

        found = source_at(folder)
        if not isinstance(found, ClassFilesSource):
            return found
        # What was found in the names or in a table counts, until the user says otherwise.
        guessed = ("classes_from", "pattern", "table") if self.classes_from == "folders" else ()
        own = {name: getattr(self, name) for name in ClassFilesSource.model_fields if name not in ("kind", *guessed)}
        return found.replace(**own)
