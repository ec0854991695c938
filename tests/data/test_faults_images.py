"""Faults 1 to 30 of the catalogue: one import of all hand-made files, looked at fault by fault; then one epoch."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from cnnstudio.cli import main
from cnnstudio.core.errors import DataError
from cnnstudio.core.jobs import run_inline
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.decode import ImageError, read_bytes, read_image
from cnnstudio.data.importing import MAX_UNREADABLE
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.gui.pages.data_texts import findings
from tests.data.image_corpus import EITHER, NAMED, READ, BadFile, corpus, encoded, flipped, mutated, noise

pytestmark = pytest.mark.slow

FILES = corpus()
# A release runs more: CNNSTUDIO_MUTATED=2000 (or 50000) python -m pytest tests/data/test_faults_images.py
MUTATED = int(os.environ.get("CNNSTUDIO_MUTATED", "140"))
CLUTTER = ("Thumbs.db", ".DS_Store", "desktop.ini", "._x.jpg", "__MACOSX/x.jpg")
TIME_LIMIT_S = 10.0
RSS_LIMIT_BYTES = 1_500_000_000


@pytest.fixture(scope="module")
def bad_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes of good files, with all bad ones and the clutter among them."""
    root = tmp_path_factory.mktemp("bad") / "pictures"
    for kind in ("cat", "dog"):
        (root / kind).mkdir(parents=True)
        for number in range(10):
            noise().save(root / kind / f"good{number}.png")
    for place, file in enumerate(FILES):
        (root / ("cat", "dog")[place % 2] / file.name).write_bytes(file.content)
    for place, (name, content) in enumerate(mutated(MUTATED, seed=3)):
        (root / ("cat", "dog")[place % 2] / name).write_bytes(content)
    for name in CLUTTER:
        (root / "cat" / name).parent.mkdir(exist_ok=True)
        (root / "cat" / name).write_bytes(b"\xff\xd8\xff clutter")
    return root


@pytest.fixture(scope="module")
def imported(bad_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    """The folder, opened once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNSTUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        spec = DataSpec(source=FolderSource(path=str(bad_folder)), preprocess=PreprocessSpec(side=32, resize="crop"))
        yield run_inline(lambda ctx: open_dataset(spec, ctx))


def named(dataset: Dataset) -> dict[str, set[str]]:
    """The kinds of problem that name each file."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for problem in dataset.problems:
        if problem.file:
            found[problem.file.rpartition("/")[2]].add(problem.kind)
    return found


def read(dataset: Dataset) -> set[str]:
    return {name.rpartition("/")[2] for name in dataset.names}


def test_there_are_at_least_150_hand_made_files_with_names_of_their_own():
    assert len({file.name for file in FILES}) == len(FILES) >= 150


def test_the_table_covers_every_fault_of_images():
    in_corpus = {file.fault for file in FILES}
    by_hand = {26, 27, 28, 29, 30}
    assert in_corpus | by_hand == set(range(1, 31))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.fault:02d}-{file.name}")
def test_each_file_has_the_fate_that_the_catalogue_says(imported: Dataset, file: BadFile) -> None:
    kinds, is_read = named(imported).get(file.name, set()), file.name in read(imported)
    refusals = kinds - {"conflicting_labels", "duplicates", "near_duplicates"}
    if file.fate == NAMED:
        assert not is_read
        assert refusals
        assert refusals <= set(file.kinds)
    elif file.fate == READ:
        assert is_read
        told = {problem.kind for problem in imported.problems}
        assert set(file.kinds) <= told
    else:
        assert file.fate == EITHER
        assert is_read or refusals


def test_no_file_is_lost_without_a_name(imported: Dataset, bad_folder: Path) -> None:
    there = {path.name for path in bad_folder.rglob("*") if path.is_file() and path.name not in CLUTTER}
    there -= {"x.jpg"}
    assert there - read(imported) - set(named(imported)) == set()


def test_no_file_kills_or_hangs_a_decoder(imported: Dataset) -> None:
    ended = [problem.text for problem in imported.problems if problem.kind in ("crashed", "timeout")]
    assert ended == []


def test_fault_04_a_flipped_byte_is_found_by_the_hash_of_the_file(tmp_path):
    for number in range(8):
        folder = tmp_path / "pets" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.jpg").write_bytes(encoded("JPEG", noise(100, 100)))
    spec = DataSpec(source=FolderSource(path=str(tmp_path / "pets")), preprocess=PreprocessSpec(side=16))
    before = run_inline(lambda ctx: open_dataset(spec, ctx))
    victim = tmp_path / "pets" / "cat" / "4.jpg"
    content = victim.read_bytes()
    # Still a picture, of the same size in bytes: with wrong pixels.
    spoilt = next(found for n in range(60) if _is_picture(found := flipped(content, len(content) // 2 + 7 * n)))
    victim.write_bytes(spoilt)
    after = run_inline(lambda ctx: open_dataset(spec, ctx))
    assert len(after) == len(before) == 8
    assert after.digest != before.digest
    (told,) = [problem for problem in after.problems if problem.kind == "changed"]
    assert "1 file changed" in told.text
    assert [after.names[place] for place in told.places] == ["cat/4.jpg"]


def _is_picture(content: bytes) -> bool:
    try:
        read_image(content)
    except ImageError:
        return False
    return True


def test_fault_19_a_bomb_is_refused_from_its_header(tmp_path):
    for file in FILES:
        if file.fault == 19:
            begun_s = time.process_time()
            with pytest.raises(ImageError):
                read_image(file.content)
            assert time.process_time() - begun_s < 0.5, file.name


def test_fault_26_clutter_is_passed_by_silently(imported: Dataset) -> None:
    told = " ".join(problem.text for problem in imported.problems)
    for name in CLUTTER:
        assert name.partition("/")[0] not in told
    assert not {"x.jpg", "._x.jpg"} & read(imported)


def test_fault_27_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # The user of a test run may be root, whom nothing is forbidden.
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ImageError) as caught:
        read_bytes(str(tmp_path / "locked.png"))
    assert caught.value.kind == "permission"


def test_fault_28_many_bad_files_make_few_lines(imported: Dataset) -> None:
    lines = findings(imported.problems)
    assert len(imported.problems) > 100
    assert len(lines) == len({problem.kind for problem in imported.problems}) < 40


def test_fault_29_too_many_bad_files_stop_before_training(imported: Dataset) -> None:
    bad = len(set(named(imported)) - read(imported))
    assert bad > MAX_UNREADABLE * (bad + len(imported))
    with pytest.raises(DataError, match="can't be read"):
        imported.require_trainable()


def test_fault_30_a_file_that_vanished_is_named_as_missing(tmp_path):
    with pytest.raises(ImageError) as caught:
        read_image(tmp_path / "gone.png")
    assert caught.value.kind == "missing"


def test_import_and_one_epoch_survive_all_of_it(
    bad_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deaths 0, hangs 0, unnamed files 0; no child takes more than 1.5 GB."""
    largest = Peak()
    begun_s = time.monotonic()
    args = ["train", "--data", str(bad_folder), "--network", "lenet5", "--out", str(tmp_path / "run"), "--epochs", "1"]
    sets = ["data.source.accept_problems=true", "data.preprocess.side=32", "data.preprocess.resize=crop"]
    with largest:
        code = main.run([*args, *[part for text in sets for part in ("--set", text)], "--json"])
    taken_s = time.monotonic() - begun_s
    out = capsys.readouterr()
    assert code == 0, out.err
    assert '"reason": "finished"' in out.out
    with capsys.disabled():
        print(
            f"\n{len(FILES)} hand-made and {MUTATED} mutated files: import and one epoch in {taken_s:.1f} s, "
            f"largest child {largest.bytes / 1e6:.0f} MB"
        )
    assert largest.bytes < RSS_LIMIT_BYTES


class Peak:
    """The largest memory of any child process, looked at ten times a second by a thread of the test."""

    def __init__(self) -> None:
        import threading

        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            for child in psutil.Process().children(recursive=True):
                try:
                    self.bytes = max(self.bytes, child.memory_info().rss)
                except psutil.Error:
                    continue


@pytest.mark.parametrize("file", [file for file in FILES if file.fate == READ], ids=lambda file: file.name)
def test_what_is_read_is_a_picture(file: BadFile) -> None:
    pixels = read_image(file.content)
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert max(pixels.shape[:2]) <= 1024
