"""A folder opened again: nothing is decoded twice, what changed is noticed and told, and moved files are known."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.errors import Cancelled
from cnnstudio.core.jobs import JobContext, Progress, run_inline
from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data import cache
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.difference import Difference, difference
from cnnstudio.data.manifest import Manifest, load_manifest, save_manifest
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]


def opened(root: Path, side: int = 16) -> tuple[Dataset, int]:
    """The data set, and how many files were decoded for it."""
    read: list[int] = []

    def note(event: object) -> None:
        if isinstance(event, Progress) and event.text == "Reading images":
            read.append(event.total)

    spec = DataSpec(source=FolderSource(path=str(root)), preprocess=PreprocessSpec(side=side))
    return run_inline(lambda ctx: open_dataset(spec, ctx), note), max(read, default=0)


@pytest.fixture
def root(image_folder) -> Path:
    return image_folder({"train/cat": 4, "train/dog": 4, "test/cat": 2, "test/dog": 2})


def changes_of(dataset: Dataset) -> Difference | None:
    assert dataset.raw is not None
    return dataset.raw.difference


def test_a_folder_is_decoded_once(root):
    first, n_first = opened(root)
    again, n_again = opened(root)
    assert (n_first, n_again) == (12, 0)
    assert isinstance(again.pixels, np.memmap)
    assert again.digest == first.digest
    assert again.spec == first.spec
    assert again.problems == first.problems


def test_each_training_size_has_its_own_pixels(root):
    assert opened(root, 16)[0].pixels.shape == (12, 3, 16, 16)
    dataset, n = opened(root, 24)
    assert (dataset.pixels.shape, n) == ((12, 3, 24, 24), 12)
    assert opened(root, 16)[1] == 0


def rewrite(file: Path, picture) -> None:
    picture(seed=99).save(file)


def touch(root: Path) -> None:
    for file in root.rglob("*.png"):
        os.utime(file, (1, 1))


MUTATIONS: dict[str, tuple[Callable[..., object], Difference | None]] = {
    "add": (lambda r, p: rewrite(r / "train/cat/9.png", p), Difference(added=("train/cat/9.png",))),
    "remove": (lambda r, p: (r / "train/cat/0.png").unlink(), Difference(removed=("train/cat/0.png",))),
    "rename": (
        lambda r, p: (r / "train/cat/0.png").rename(r / "train/cat/7.png"),
        Difference(moved=(("train/cat/0.png", "train/cat/7.png"),)),
    ),
    "edit": (lambda r, p: rewrite(r / "train/dog/1.png", p), Difference(changed=("train/dog/1.png",))),
    "another class": (
        lambda r, p: (r / "train/cat/0.png").rename(r / "train/dog/8.png"),
        Difference(moved=(("train/cat/0.png", "train/dog/8.png"),)),
    ),
    "another part": (
        lambda r, p: (r / "train/cat/0.png").rename(r / "test/cat/8.png"),
        Difference(moved=(("train/cat/0.png", "test/cat/8.png"),)),
    ),
    "swap": (lambda r, p: swap(r / "train/cat/0.png", r / "train/dog/0.png"), None),
    "truncate": (
        lambda r, p: (r / "test/cat/0.png").write_bytes((r / "test/cat/0.png").read_bytes()[:60]),
        Difference(changed=("test/cat/0.png",)),
    ),
    "empty": (lambda r, p: (r / "test/cat/0.png").write_bytes(b""), Difference(changed=("test/cat/0.png",))),
    "rename a class": (
        lambda r, p: [(r / part / "dog").rename(r / part / "eel") for part in ("train", "test")],
        Difference(
            moved=tuple(
                (f"{p}/dog/{n}.png", f"{p}/eel/{n}.png") for p, k in (("test", 2), ("train", 4)) for n in range(k)
            )
        ),
    ),
    "a new class": (
        lambda r, p: ((r / "train/ant").mkdir(), rewrite(r / "train/ant/0.png", p)),
        Difference(added=("train/ant/0.png",)),
    ),
    "copy": (
        lambda r, p: shutil.copy(r / "train/cat/0.png", r / "train/cat/5.png"),
        Difference(added=("train/cat/5.png",)),
    ),
    "time of change only": (lambda r, p: touch(r), Difference()),
}


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_changed_is_told_and_only_that_is_read(root, picture, name):
    mutate, expected = MUTATIONS[name]
    opened(root)
    mutate(root, picture)
    dataset, n_read = opened(root)
    found = changes_of(dataset)
    if name == "swap":
        assert found == Difference(changed=("train/cat/0.png", "train/dog/0.png"))
    else:
        assert (found or Difference()) == expected
    assert n_read == {"rename a class": 6, "time of change only": 12, "swap": 2, "remove": 0}.get(name, 1)
    # Whatever was kept, the pixels are those of a fresh reading.
    cache.clear()
    assert opened(root)[0].digest == dataset.digest


def test_a_class_by_another_name_in_a_table_is_relabelled(root):
    dataset, _ = opened(root)
    before = dataset.raw.manifest
    labels = before.labels.copy()
    labels[0] = 1
    assert difference(before, replace(before, labels=labels)) == Difference(relabelled=(before.names[0],))
    # A further class shifts the numbers; no file's class is another for it.
    shifted = replace(before, classes=("ant", *before.classes), labels=before.labels + 1)
    assert not difference(before, shifted)


def test_a_difference_is_told_in_words():
    found = Difference(added=("a", "b"), changed=("c",), moved=(("d", "e"),))
    assert found.text() == "2 files added, 1 changed, 1 renamed or moved"
    assert Difference(removed=("a",)).text() == "1 file removed"
    assert Difference().text() == ""


def test_unreadable_files_leave_no_gap_and_are_not_read_again(root):
    (root / "train/cat/1.png").write_bytes(b"")
    (root / "test/dog/0.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    first, _ = opened(root)
    again, n_again = opened(root)
    assert (len(first), len(again), n_again) == (10, 10, 0)
    assert again.digest == first.digest
    assert [p.file for p in again.problems if p.file] == ["train/cat/1.png", "test/dog/0.png"]


def test_a_manifest_survives_the_disk(root, tmp_path):
    (root / "train/cat" / os.fsdecode(b"caf\xe9.png")).write_bytes((root / "train/cat/0.png").read_bytes())
    (root / "train/cat/1.png").write_bytes(b"")
    manifest = opened(root)[0].raw.manifest
    save_manifest(tmp_path / "m.safetensors", manifest)
    loaded = load_manifest(tmp_path / "m.safetensors")
    assert (loaded.names, loaded.classes, loaded.failures) == (manifest.names, manifest.classes, manifest.failures)
    assert not difference(manifest, loaded)


def test_damaged_caches_are_made_anew(root):
    first, _ = opened(root)
    for file in cache.images_dir().rglob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:100])
    again, n = opened(root)
    assert (n, again.digest) == (12, first.digest)
    for file in cache.images_dir().rglob("*.pixels"):
        file.unlink()
    again, n = opened(root)
    assert (n, again.digest) == (12, first.digest)


def test_pixels_are_kept_once_there_is_room_for_them(root):
    save_settings(Settings(cache_gb=0))
    streamed, _ = opened(root)
    assert not isinstance(streamed.pixels, np.memmap)
    assert opened(root)[1] == 0
    save_settings(Settings())
    kept, n = opened(root)
    assert isinstance(kept.pixels, np.memmap)
    assert (n, kept.digest) == (12, streamed.digest)
    assert opened(root)[1] == 0


def test_what_was_used_longest_ago_goes_first(root, image_folder, tmp_path):
    one = root
    other = tmp_path / "other"
    shutil.copytree(one, other)
    # 12 pictures of 3 × 16 × 16 and 12 thumbnails of 96 × 96 × 3.
    save_settings(Settings(cache_gb=1.5 * 12 * (768 + 27_648) / 1e9))
    opened(one)
    opened(other)
    assert opened(other)[1] == 0
    assert opened(one)[1] == 12


def test_a_stopped_import_leaves_nothing_behind(root):
    ctx = JobContext()
    spec = DataSpec(source=FolderSource(path=str(root)), preprocess=PreprocessSpec(side=16))
    ctx.emit = lambda event: ctx.cancel() if getattr(event, "text", "") == "Reading images" else None
    with pytest.raises(Cancelled):
        open_dataset(spec, ctx)
    assert not [file for file in cache.images_dir().rglob("*") if file.suffix in (".pixels", ".thumbnails")]


def test_a_cache_that_cannot_be_written_or_is_full_stops_nothing(root, monkeypatch, home):
    first, _ = opened(root)
    cache.clear()
    monkeypatch.setattr("cnnstudio.core.files.os.fsync", _no_space)
    assert opened(root)[0].digest == first.digest
    monkeypatch.undo()
    # A file where the cache's folder should be.
    monkeypatch.setenv("CNNSTUDIO_HOME", str(home / "file"))
    (home / "file").write_bytes(b"")
    assert opened(root)[0].digest == first.digest
    assert cache.images_dir().name.startswith("cnnstudio-images-")


def _no_space(handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_the_users_folder_is_never_written_to(root):
    before = {file: file.stat().st_mtime_ns for file in root.rglob("*")}
    opened(root)
    opened(root)
    assert {file: file.stat().st_mtime_ns for file in root.rglob("*")} == before


def test_manifests_of_other_versions_are_refused(root, tmp_path):
    manifest: Manifest = opened(root)[0].raw.manifest
    file = tmp_path / "m.safetensors"
    save_manifest(file, replace(manifest, names=manifest.names[:-1]))
    with pytest.raises(Exception, match="damaged"):
        load_manifest(file)
