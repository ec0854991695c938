"""A folder of the user's images: the class in a subfolder's name, in the file's name, or in a table beside them."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from cnnstudio.core.specs import setting
from cnnstudio.data.class_files import ClassFilesSource
from cnnstudio.data.spec import PreprocessSpec, checked_folder, sources

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.place import Place
    from cnnstudio.data.raw import RawData


@sources.register
class FolderSource(ClassFilesSource):
    """Images of the user's, decoded in child processes; the files themselves are never changed."""

    rank: ClassVar[int] = 9
    kind: Literal["folder"] = "folder"
    path: str = setting(title="Folder", description="Folder with one subfolder of images for each class.")

    @property
    def title(self) -> str:
        """The folder's name."""
        return Path(self.path).name or self.path

    @classmethod
    def found_at(cls, place: "Place") -> "FolderSource | None":
        """Any folder but one of pickles, or a table of labels; where the classes stand is guessed."""
        from cnnstudio.data.class_guess import guess_classes
        from cnnstudio.data.label_table import SUFFIXES
        from cnnstudio.data.opening import pickle_error, pickles_in

        if not place.is_folder:
            if place.path.suffix.lower() not in SUFFIXES or not place.head or place.kind not in ("", "a text"):
                return None
            return cls(path=str(place.folder), classes_from="table", table=place.path.name)
        guess = guess_classes(place)
        if not guess and (pickles := pickles_in(place)):
            raise pickle_error(pickles[0])
        return cls(path=str(place.folder if guess else place.path), **guess)

    def default_preprocess(self) -> PreprocessSpec:
        """What suits most of the images."""
        from cnnstudio.core.jobs import JobContext

        return self.preprocess_for(checked_folder(self.path), JobContext())

    def load(self, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Find, decode and check all images; bad ones are named among the problems."""
        return self.load_files(checked_folder(self.path), ctx, preprocess)
