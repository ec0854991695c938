"""A cleaned copy of a data set: under names that every system takes, complete or not there."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.errors import FileError
from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.data.cleaned import export_cleaned
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec


def opened(folder: Path) -> Dataset:
    spec = DataSpec(source=FolderSource(path=str(folder)), preprocess=PreprocessSpec(side=8, channels=3))
    return run_inline(lambda ctx: open_dataset(spec, ctx))


def pictures(root: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(root / name, "PNG")
    return root


def copied(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_fault_41_reserved_names_and_forbidden_signs_are_changed_in_the_copy(tmp_path):
    root = pictures(tmp_path / "data", "con/nul.png", "con/1.png", "a?/1.png", "a?/ends with dot. .png", "a?/b:c.png")
    assert export_cleaned(opened(root), tmp_path / "copy", JobContext(), by_split=False) == 5
    expected = ["_con/1.png", "_con/_nul.png", "a_/1.png", "a_/b_c.png", "a_/ends with dot. .png"]
    assert copied(tmp_path / "copy") == expected


def test_classes_whose_names_become_the_same_keep_folders_of_their_own(tmp_path):
    root = pictures(tmp_path / "data", "a?/1.png", "a?/2.png", "a*/1.png", "a*/2.png", "Cat/1.png", "cat/1.png")
    dataset = opened(root)
    export_cleaned(dataset, tmp_path / "copy", JobContext(), by_split=False)
    folders = {name.partition("/")[0] for name in copied(tmp_path / "copy")}
    assert len({folder.casefold() for folder in folders}) == len(dataset.classes) == 4
    again = opened(tmp_path / "copy")
    assert sorted(again.counts().values()) == sorted(dataset.counts().values())


def test_the_copy_has_the_same_bytes(tmp_path):
    root = pictures(tmp_path / "data", "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    export_cleaned(opened(root), tmp_path / "copy", JobContext(), by_split=False)
    assert copied(tmp_path / "copy") == copied(root)
    for name in copied(root):
        assert (tmp_path / "copy" / name).read_bytes() == (root / name).read_bytes()


def test_a_picture_that_went_away_is_named_and_no_half_copy_stays(tmp_path):
    root = pictures(tmp_path / "data", "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    dataset = opened(root)
    (root / "b" / "1.png").unlink()
    with pytest.raises(FileError, match=r"b/1\.png does not exist"):
        export_cleaned(dataset, tmp_path / "copy", JobContext())
    assert not list(tmp_path.glob("*copy*"))
