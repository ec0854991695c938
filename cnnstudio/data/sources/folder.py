"""A folder of the user's images: one subfolder for each class, with or without train, val and test above them."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.spec import PreprocessSpec, SourceSpec, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData

PHOTO_SIDE, SMALL_SIDE = 64, 32
SMALL_IMAGES = 48


@sources.register
class FolderSource(SourceSpec):
    """Images of the user's, decoded in child processes; the files themselves are never changed."""

    kind: Literal["folder"] = "folder"
    path: str = setting(title="Folder", description="Folder with one subfolder of images for each class.")
    accept_problems: bool = setting(
        False,
        title="Train in spite of problems",
        description="Allow training when more than 5 % of the files can't be read or a class has only one image.",
        advanced=True,
    )

    @property
    def title(self) -> str:
        """The folder's name."""
        return Path(self.path).name or self.path

    def default_preprocess(self) -> PreprocessSpec:
        """64×64 colour, the middle square; 32×32 if most images are that small; grey if all are grey.

        Looks at the headers of up to 32 files.
        """
        from cnnstudio.core.jobs import JobContext
        from cnnstudio.data.header import look_at
        from cnnstudio.data.scan import scan_folder

        found = scan_folder(self._checked_root(), JobContext())
        look = look_at([file.path for file in found.files])
        side = SMALL_SIDE if 0 < look.side < SMALL_IMAGES else PHOTO_SIDE
        return PreprocessSpec(side=side, channels=1 if look.is_grey else 3, resize="crop")

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Find, decode and check all images; bad ones are named among the problems."""
        from cnnstudio.data.importing import import_files
        from cnnstudio.data.scan import scan_folder

        return import_files(scan_folder(self._checked_root(), ctx), preprocess, self.accept_problems, ctx)

    def _checked_root(self) -> Path:
        from cnnstudio.data.spec import checked_folder

        return checked_folder(self.path)
