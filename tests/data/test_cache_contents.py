"""What the image cache holds, and room made in it by hand."""

import os
import time
from pathlib import Path

import pytest
from filelock import FileLock

from cnnstudio.core.jobs import JobContext
from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data.cache import LOCK, images_dir
from cnnstudio.data.cache_contents import cache_contents, folder_of, is_streamed, remove_sets, trim
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]


def opened(root: Path, side: int) -> Dataset:
    return open_dataset(
        DataSpec(source=FolderSource(path=str(root)), preprocess=PreprocessSpec(side=side)), JobContext()
    )


@pytest.fixture
def root(image_folder) -> Path:
    return image_folder({"cat": 5, "dog": 5})


def test_the_contents_are_named_with_what_they_take(root: Path) -> None:
    (root / "cat" / "broken.png").write_bytes(b"")
    opened(root, 16)
    newest = opened(root, 24)
    folder = folder_of(newest)
    assert folder is not None
    later = time.time() + 60
    os.utime(folder / "manifest.safetensors", (later, later))
    found = cache_contents()
    assert [(one.root, one.pictures, one.side) for one in found.sets] == [(str(root), 11, 24), (str(root), 11, 16)]
    on_disk = sum(file.stat().st_size for file in images_dir().rglob("*") if file.is_file())
    assert found.used_bytes == on_disk
    assert found.budget_bytes == 10_000_000_000
    # Ten readable pictures of 3 × 24 × 24 bytes, and as many thumbnails of 96 × 96 × 3.
    assert found.sets[0].size_bytes > 10 * (3 * 24 * 24 + 96 * 96 * 3)


def test_what_is_removed_is_read_again_and_the_open_set_stays(root: Path) -> None:
    first, second = opened(root, 16), opened(root, 24)
    keep = folder_of(second)
    everything = [found.folder for found in cache_contents().sets]
    size = next(found.size_bytes for found in cache_contents().sets if found.folder != keep)
    assert remove_sets(everything, keep) == size
    assert [found.folder for found in cache_contents().sets] == [keep]
    assert opened(root, 16).digest == first.digest


def test_a_smaller_budget_makes_room_at_once_oldest_first(root: Path) -> None:
    folders = [folder_of(opened(root, side)) for side in (16, 24, 32)]
    for age, folder in enumerate(reversed(folders)):
        assert folder is not None
        moment = time.time() - 100 * age
        os.utime(folder / "manifest.safetensors", (moment, moment))
    sizes = {found.folder: found.size_bytes for found in cache_contents().sets}
    save_settings(Settings(cache_gb=(sizes[folders[1]] + sizes[folders[2]] + 100) / 1e9))
    assert trim() == sizes[folders[0]]
    save_settings(Settings(cache_gb=0))
    assert trim(keep=folders[1]) == sizes[folders[2]]
    assert [found.folder for found in cache_contents().sets] == [folders[1]]


def test_a_set_that_another_window_is_filling_is_left_alone(root: Path) -> None:
    folder = folder_of(opened(root, 16))
    assert folder is not None
    with FileLock(folder / LOCK):
        assert remove_sets([folder]) == 0
    assert remove_sets([folder]) > 0
    assert cache_contents().sets == ()


def test_nothing_outside_the_cache_is_ever_deleted(root: Path) -> None:
    opened(root, 16)
    assert remove_sets([root, root / "cat", images_dir()]) == 0
    assert len(list(root.rglob("*.png"))) == 10


def test_pictures_without_room_are_told_from_those_in_the_cache(root: Path) -> None:
    assert not is_streamed(opened(root, 16))
    save_settings(Settings(cache_gb=0))
    assert is_streamed(opened(root, 24))


def test_a_damaged_manifest_is_listed_as_unfinished(root: Path) -> None:
    folder = folder_of(opened(root, 16))
    assert folder is not None
    (folder / "manifest.safetensors").write_bytes(b"nonsense")
    (found,) = cache_contents().sets
    assert (found.root, found.pictures, found.side) == ("", 0, 0)
