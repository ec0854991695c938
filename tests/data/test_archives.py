"""Archives: good ones are unpacked once, bad ones refused as a whole with nothing left on the disk."""

import bz2
import errno
import gzip
import lzma
import os
from pathlib import Path

import pytest

from cnnstudio.core.errors import Cancelled, DataError, FileError, StudioError
from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.core.paths import cache_dir
from cnnstudio.data.archives.rules import Rules, UnsafeArchive
from cnnstudio.data.archives.unpacked import Unpacked, archive_kind, unpack
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.spec import data_spec, parse_source
from tests.data.archive_corpus import ARCHIVES, good_files, tar_of, zip_of


def unpacked(path: Path, ctx: JobContext | None = None) -> Unpacked:
    kind = archive_kind(path.read_bytes()[:512])
    assert kind is not None
    return unpack(path, kind, ctx or JobContext())


def opened(path: Path) -> Dataset:
    source = parse_source(str(path))
    return run_inline(lambda ctx: open_dataset(data_spec(source, ctx), ctx))


def left_on_disk() -> list[str]:
    return sorted(path.name for path in (cache_dir() / "archives").glob("*"))


PACKERS = {
    "set.zip": zip_of,
    "set.tar": tar_of,
    "set.tar.gz": lambda *files: gzip.compress(tar_of(*files)),
    "set.tgz": lambda *files: gzip.compress(tar_of(*files)),
    "set.tar.bz2": lambda *files: bz2.compress(tar_of(*files)),
    "set.tar.xz": lambda *files: lzma.compress(tar_of(*files)),
}


@pytest.mark.parametrize("name", PACKERS)
def test_every_kind_of_archive_is_unpacked_to_its_files(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(PACKERS[name](*good_files()))
    found = unpacked(path)
    there = {file.relative_to(found.folder).as_posix(): file.read_bytes() for file in found.folder.rglob("*.png")}
    assert there == dict(good_files())
    assert parse_source(str(path)).kind == "archive"
    assert parse_source(str(path)).title == "set"


@pytest.mark.parametrize("name", ["set.zip", "set.tar.gz"])
def test_the_second_time_nothing_is_unpacked(tmp_path, name, monkeypatch):
    path = tmp_path / name
    path.write_bytes(PACKERS[name](*good_files()))
    first = unpacked(path)

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("cnnstudio.data.archives.unpacked.unpack_zip_or_tar", refuse)
    copy = tmp_path / "moved.zip"
    copy.write_bytes(path.read_bytes())
    assert unpacked(copy).folder == first.folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["set.zip", "set.tar.xz"])
def test_an_archive_of_class_folders_is_a_data_set(tmp_path, image_folder, name):
    root = image_folder({"train/cat": 4, "train/dog": 4, "test/cat": 2, "test/dog": 2})
    files = [(f"pets/{f.relative_to(root).as_posix()}", f.read_bytes()) for f in sorted(root.rglob("*.png"))]
    path = tmp_path / name
    path.write_bytes(PACKERS[name](*files))
    dataset = opened(path)
    assert dataset.classes == ("cat", "dog")
    assert dataset.describe()["splits"]["test"] == 4
    assert dataset.names[0].startswith("pets/")


def test_what_lies_in_an_archive_may_be_other_data(tmp_path):
    import numpy as np

    images, labels = np.zeros((4, 32, 32), np.uint8), np.array([0, 1, 0, 1])
    np.savez(tmp_path / "a.npz", x=images, y=labels)
    path = tmp_path / "set.zip"
    path.write_bytes(zip_of(("inner/a.npz", (tmp_path / "a.npz").read_bytes())))
    dataset = opened(path)
    assert len(dataset) == 4
    assert parse_source(str(path)).native_preprocess().side == 32


@pytest.mark.parametrize(("fault", "name", "make", "words"), ARCHIVES, ids=[bad[1] for bad in ARCHIVES])
def test_bad_archives_are_refused_and_leave_nothing(tmp_path, fault, name, make, words):
    path = tmp_path / "in" / name
    path.parent.mkdir()
    path.write_bytes(make())
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DataError, match=words) as caught:
        opened(path)
    assert "Traceback" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before
    if fault != 55 or "nested" not in name:
        assert left_on_disk() == []
    assert not Path("/tmp/evil.png").exists()


def test_too_many_entries_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnstudio.data.archives.rules.MAX_ENTRIES", 5)
    for name in ("set.zip", "set.tar"):
        (tmp_path / name).write_bytes(PACKERS[name](*good_files()))
        with pytest.raises(UnsafeArchive, match="more than 5 entries"):
            unpacked(tmp_path / name)
    assert left_on_disk() == []


def test_a_directory_that_would_fill_the_memory_is_not_read(tmp_path):
    content = bytearray(zip_of(*good_files()))
    at = content.rfind(b"PK\5\6")
    content[at + 12 : at + 16] = (3_000_000_000).to_bytes(4, "little")
    path = tmp_path / "set.zip"
    path.write_bytes(bytes(content))
    with pytest.raises(UnsafeArchive, match="directory alone has 3,000 MB"):
        unpacked(path)


@pytest.mark.parametrize("name", ["set.zip", "set.tar"])
def test_more_than_the_disk_holds_is_refused_with_the_numbers(tmp_path, monkeypatch, name):
    monkeypatch.setattr("cnnstudio.data.archives.rules.SPARE_BYTES", 10**18)
    (tmp_path / name).write_bytes(PACKERS[name](*good_files()))
    with pytest.raises(UnsafeArchive, match="MB are free"):
        unpacked(tmp_path / name)
    assert left_on_disk() == []


@pytest.mark.parametrize("name", ["set.zip", "set.tar"])
def test_a_disk_that_gets_full_in_the_middle_leaves_nothing(tmp_path, monkeypatch, name):
    (tmp_path / name).write_bytes(PACKERS[name](*good_files()))
    real = Path.open
    opened_files = []

    def full(self: Path, mode: str = "r", *args: object, **options: object) -> object:
        if mode == "xb":
            opened_files.append(self)
            if len(opened_files) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, mode, *args, **options)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(FileError, match="disk is full"):
        unpacked(tmp_path / name)
    assert left_on_disk() == []


@pytest.mark.parametrize("name", ["set.zip", "set.tar", "set.tar.xz"])
def test_cancelling_leaves_nothing_and_the_next_try_is_whole(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(PACKERS[name](*good_files()))
    ctx = JobContext(lambda event: ctx.cancel() if event.text == "Unpacking" else None)
    with pytest.raises(Cancelled):
        unpacked(path, ctx)
    assert left_on_disk() == []
    assert len(list(unpacked(path).folder.rglob("*.png"))) == 6


@pytest.mark.parametrize("make", [zip_of, tar_of], ids=["zip", "tar"])
def test_names_that_collide_get_a_number_and_are_told(tmp_path, make):
    names = ["cat/A.png", "cat/a.png", "cat/é.png", "cat/e\u0301.png", "cat/A.png"]
    path = tmp_path / "set"
    path.write_bytes(make(*[(name, bytes((i,))) for i, name in enumerate(names)]))
    found = unpacked(path)
    assert sorted(file.read_bytes() for file in found.folder.rglob("*.png")) == [bytes((i,)) for i in range(5)]
    assert [after for _, after in found.renamed] == ["cat/a (2).png", "cat/e\u0301 (2).png", "cat/A (3).png"]


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("con/aux.png", "_con/_aux.png"),
        ("cat./a.png", "cat/a.png"),
        ("cat /a?.png", "cat/a_.png"),
        ("COM1.txt", "_COM1.txt"),
        ("common/nullo.png", "common/nullo.png"),
    ],
)
def test_names_that_windows_cannot_have_are_changed_there(tmp_path, name, fit):
    rules = Rules("a.zip", 100, tmp_path, is_windows=True)
    assert rules.place(name) == tmp_path / fit
    assert Rules("a.zip", 100, tmp_path, is_windows=False).place(name) == tmp_path / name


@pytest.mark.parametrize("make", [zip_of, tar_of], ids=["zip", "tar"])
def test_names_too_long_for_a_disk_are_shortened_and_told(tmp_path, make):
    path = tmp_path / "set"
    path.write_bytes(make((f"cat/{'犬' * 200}.png", b"a"), (f"cat/{'犬' * 201}.png", b"b")))
    found = unpacked(path)
    assert sorted(file.read_bytes() for file in found.folder.rglob("*.png")) == [b"a", b"b"]
    assert all(after.endswith(".png") for _, after in found.renamed)
    assert len({after for _, after in found.renamed}) == 2


@pytest.mark.parametrize("make", [zip_of, tar_of], ids=["zip", "tar"])
def test_one_name_for_a_file_and_a_folder_is_refused(tmp_path, make):
    path = tmp_path / "set"
    path.write_bytes(make(("cat", b"a"), ("cat/1.png", b"b")))
    with pytest.raises(UnsafeArchive, match="'set' was refused: it holds names that can't be written"):
        unpacked(path)
    assert left_on_disk() == []


def test_backslashes_of_old_windows_programs_are_folders(tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(zip_of(("cat\\1.png", b"x")))
    assert (unpacked(path).folder / "cat" / "1.png").is_file()


def test_an_unpacking_that_was_broken_off_does_not_count(tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(zip_of(*good_files()))
    found = unpacked(path)
    (found.folder.parent / "archive.json").unlink()
    again = unpacked(path)
    assert again.folder == found.folder
    assert len(list(again.folder.rglob("*.png"))) == 6


def test_what_was_not_used_for_a_month_is_deleted_when_another_is_unpacked(tmp_path):
    paths = [tmp_path / f"{number}.zip" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(zip_of(*good_files(number + 1)))
    old, used = unpacked(paths[0]).folder, unpacked(paths[1]).folder
    left_over = old.parents[1] / "x.cnnstudio-tmp"
    left_over.mkdir()
    for mark in (old.parent / "archive.json", used.parent / "archive.json", left_over):
        os.utime(mark, (0, 0))
    unpacked(paths[1])
    new = unpacked(paths[2]).folder
    assert (old.is_dir(), used.is_dir(), new.is_dir(), left_over.is_dir()) == (False, True, True, False)


def test_an_archive_that_went_away_says_so(tmp_path):
    path = tmp_path / "set.zip"
    path.write_bytes(zip_of(*good_files()))
    source = parse_source(str(path))
    path.unlink()
    with pytest.raises(StudioError, match="There is no folder or file"):
        source.default_preprocess()
