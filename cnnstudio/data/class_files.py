"""What folders and archives of images have in common: where the class of an image stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cnnstudio.core.errors import DataError
from cnnstudio.core.specs import setting
from cnnstudio.data.gated_source import GatedSource
from cnnstudio.data.spec import PreprocessSpec

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.raw import RawData
    from cnnstudio.data.scan import Scan

PHOTO_SIDE, SMALL_SIDE = 64, 32
SMALL_IMAGES = 48
ClassPlace = Literal["folders", "names", "table"]


class ClassFilesSource(GatedSource):
    """Image files with their classes: by subfolders, by their names, or by a table."""

    classes_from: ClassPlace = setting(
        "folders",
        title="Class from",
        description="Where the class of an image stands: in its folder's name, in its own name, or in a table (CSV).",
    )
    pattern: str = setting(
        "",
        title="Pattern",
        description="How names tell the class: {class} for it, # for a number, * for anything, as in {class}_#.",
    )
    table: str = setting("", title="Table", description="CSV file with a row for each image, beside the images.")
    name_column: str = setting(
        "", title="Column of files", description="Title of the table's column with the files; empty: found by itself."
    )
    class_column: str = setting(
        "", title="Column of classes", description="Title of the column with the classes; empty: found by itself."
    )
    split_column: str = setting(
        "",
        title="Column of splits",
        description="Title of the column that says train, val or test; empty: found by itself, or none.",
        advanced=True,
    )

    def native_preprocess(self) -> PreprocessSpec | None:
        """The pictures are files: there is no size at which they were given."""
        return None

    def scan_files(self, root: Path, ctx: "JobContext") -> "Scan":
        """Find the images below a folder, with their classes."""
        if self.classes_from == "names":
            from cnnstudio.data.scan_names import scan_names

            return scan_names(root, self.pattern, ctx)
        if self.classes_from == "table":
            from cnnstudio.data.label_table import Columns
            from cnnstudio.data.scan_table import scan_table

            columns = Columns(self.name_column, self.class_column, self.split_column)
            return scan_table(root, self._table_below(root), columns, ctx)
        from cnnstudio.data.scan import scan_folder

        return scan_folder(root, ctx)

    def preprocess_for(self, root: Path, ctx: "JobContext") -> PreprocessSpec:
        """64×64 colour, the middle square; 32×32 if most images are that small; grey if all are grey.

        Looks at the headers of up to 32 files, and at the values of up to 16 in floating point.
        """
        from cnnstudio.data.header import look_at
        from cnnstudio.data.levels import proposed_range

        paths = [file.path for file in self.scan_files(root, ctx).files]
        look, values = look_at(paths), proposed_range(paths, ctx)
        side = SMALL_SIDE if 0 < look.side < SMALL_IMAGES else PHOTO_SIDE
        return PreprocessSpec(
            side=side,
            channels=1 if look.is_grey or (values and not look.side) else 3,
            resize="crop",
            float_range=values,
        )

    def load_files(self, root: Path, ctx: "JobContext", preprocess: PreprocessSpec) -> "RawData":
        """Find, decode and check all images below a folder; bad ones are named among the problems."""
        from dataclasses import replace
        from functools import partial

        from cnnstudio.data.importing import import_files
        from cnnstudio.data.raw import Problem

        raw = import_files(partial(self.scan_files, root), root, preprocess, self.accept_problems, ctx)
        if preprocess.float_range is None:
            return raw
        low, high = preprocess.float_range
        text = f"In pictures of floating point, {low:g} is taken as black and {high:g} as white."
        hint = "If that is wrong, change 'Value range' under 'What the network sees', More."
        return replace(raw, problems=(*raw.problems, Problem("", "float_range", text, hint=hint)))

    def _table_below(self, root: Path) -> Path:
        hint = "Name a CSV file that lies in the folder, under 'Table'."
        if not self.table:
            raise DataError("There is no table of classes named.", hint=hint)
        path = (root / self.table).resolve()
        if not path.is_relative_to(root.resolve()):
            raise DataError(f"The table '{self.table}' does not lie in {root}.", hint=hint)
        if not path.is_file():
            raise DataError(f"There is no table {root / self.table}.", hint=hint)
        return path
