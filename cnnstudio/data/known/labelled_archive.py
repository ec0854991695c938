"""Sets that are an archive of images and lists of labels beside them: the lists become one table."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.data.spec import SourceSpec

TABLE = "labels.csv"


def write_table(folder: Path, rows: Iterable[tuple[str, str, str]]) -> None:
    """Write the table of a folder: file, class and split of each image."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("file", "class", "split"))
    writer.writerows(rows)
    files.write_text(folder / TABLE, text.getvalue())


def table_source(folder: Path) -> SourceSpec:
    """A folder of images with that table."""
    from cnnstudio.data.sources.folder import FolderSource

    return FolderSource(path=str(folder), classes_from="table", table=TABLE)
