"""Faults 31 to 52 of the catalogue: folders, labels and splits; one function a number."""

import os
import socket
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cnnstudio.core import files
from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.patience import Patience
from cnnstudio.data.scan import scan_folder
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SplitSpec, parse_source
from cnnstudio.data.words import printable
from tests.data.image_corpus import encoded

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]

Faults = dict[int, Callable[..., None]]


def opened(root: Path, *, split: SplitSpec | None = None, **source: object) -> Dataset:
    preprocess = PreprocessSpec(side=16)
    spec = DataSpec(
        source=FolderSource(path=str(root), **source), preprocess=preprocess, split=split or SplitSpec(group="copies")
    )
    return run_inline(lambda ctx: open_dataset(spec, ctx))


def texts(dataset: Dataset, kind: str) -> list[str]:
    return [problem.text for problem in dataset.problems if problem.kind == kind]


def test_the_table_covers_every_fault_of_folders():
    numbers = {int(name.split("_")[2]) for name in globals() if name.startswith("test_fault_")}
    assert numbers == set(range(31, 53))


@pytest.mark.parametrize("inside", [(), ("notes.txt",)])
def test_fault_31_no_images_at_all(tmp_path, inside):
    for name in inside:
        (tmp_path / name).write_text("x")
    with pytest.raises(DataError, match="No images found in") as caught:
        opened(tmp_path)
    assert "CLASS/picture.jpg" in caught.value.hint


def test_fault_32_an_empty_class_keeps_its_number(image_folder):
    dataset = opened(image_folder({"a": 3, "b": 0, "c": 3}))
    assert dataset.classes == ("a", "b", "c")
    assert set(dataset.labels.tolist()) == {0, 2}
    assert texts(dataset, "empty_class")


def test_fault_33_one_class_only_does_not_train(image_folder):
    with pytest.raises(DataError, match="at least two"):
        opened(image_folder({"a": 4})).require_trainable()


def test_fault_34_a_class_of_one_image_stops_and_asks(image_folder):
    dataset = opened(image_folder({"a": 4, "b": 1}))
    assert any(problem.is_blocking and problem.kind == "tiny_class" for problem in dataset.problems)
    assert len(dataset.indices("train")) >= 1


def test_fault_34_more_folds_than_images_of_a_class_are_stopped_with_a_way_on(image_folder):
    root = image_folder({"a": 9, "b": 3, "c": 4})
    dataset = opened(root, split=SplitSpec(folds=5, test=0.0))
    (told,) = [problem for problem in dataset.problems if problem.kind == "too_many_folds"]
    assert told.is_blocking
    assert "5 folds are more than the 3 images of 'b', 'c'" in told.text
    assert "Use 3 folds" in told.hint
    with pytest.raises(DataError, match="5 folds"):
        dataset.require_trainable()
    opened(root, split=SplitSpec(folds=3, test=0.0)).require_trainable()


@pytest.mark.parametrize("names", [("train", "val", "test"), ("Training", "valid", "Testing")])
def test_fault_35_split_folders_are_no_classes(image_folder, names):
    dataset = opened(image_folder({f"{name}/{kind}": 3 for name in names for kind in ("cat", "dog")}))
    assert dataset.classes == ("cat", "dog")
    assert [len(dataset.indices(split)) for split in ("train", "val", "test")] == [6, 6, 6]


def test_fault_36_a_class_that_is_missing_in_a_part_keeps_its_name_and_number(image_folder):
    dataset = opened(image_folder({"train/a": 4, "train/c": 4, "test/b": 2, "test/c": 2}))
    assert dataset.classes == ("a", "b", "c")
    assert dataset.counts("test") == {"a": 0, "b": 2, "c": 2}
    assert any("'b'" in text for text in texts(dataset, "unlearnt_class"))


def test_fault_37_numbers_are_in_natural_order(image_folder):
    assert opened(image_folder({"1": 2, "10": 2, "2": 2})).classes == ("1", "2", "10")


def test_fault_38_names_that_differ_by_case_or_form_are_told(image_folder):
    dataset = opened(image_folder({"Cat": 2, "cat": 2, "é": 2, unicodedata.normalize("NFD", "é"): 2}))
    assert len(dataset.classes) == 4
    assert len(texts(dataset, "similar_classes")) == 2


def test_fault_39_names_that_are_not_unicode_work(image_folder, tmp_path):
    root = image_folder({"a": 2, "b": 2})
    (root / "a" / "0.png").rename(root / "a" / os.fsdecode(b"caf\xe9.png"))
    dataset = opened(root)
    described = dataset.describe()
    files.write_json(tmp_path / "x.json", [printable(name) for name in dataset.names])
    assert described["n"] == 4


@pytest.mark.parametrize(
    "name", ["犬", "Küken", "🐦", "a b", 'quote"s', "line\nbreak", "\u202egnp", "<b>x<b>", "=cmd|x"]
)
def test_fault_40_strange_names_work_and_are_shown_on_one_line(image_folder, name):
    dataset = opened(image_folder({name: 2, "plain": 2}))
    assert name in dataset.classes
    shown = list(dataset.describe()["classes"])
    assert not any(sign in "".join(shown) for sign in "\n\u202e")


def test_fault_41_paths_beyond_260_characters_and_reserved_names_work_here(tmp_path):
    deep = tmp_path / "root" / "con" / "/".join(["x" * 60] * 5)
    other = tmp_path / "root" / "nul. "
    for place, folder in enumerate((deep, other)):
        folder.mkdir(parents=True)
        for number in range(2):
            Image.new("RGB", (9, 9), (place * 90, number * 90, 5)).save(folder / f"{number}.png")
    assert len(opened(tmp_path / "root")) == 4


def test_fault_42_links_in_a_circle_end(image_folder):
    root = image_folder({"a": 2, "b": 2})
    (root / "a" / "again").symlink_to(root)
    (root / "loop").symlink_to(root / "loop")
    assert len(opened(root)) == 4


def test_fault_43_what_leads_out_or_is_no_file_is_passed_by_and_told(image_folder, tmp_path, monkeypatch):
    root = image_folder({"a": 2, "b": 2})
    (tmp_path / "secret.png").write_bytes(encoded("PNG"))
    (root / "a" / "out.png").symlink_to(tmp_path / "secret.png")
    os.mkfifo(root / "a" / "pipe.png")
    monkeypatch.chdir(root / "a")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.png")
        dataset = opened(root)
    assert len(dataset) == 4
    assert len(texts(dataset, "special")) == 2
    assert len(texts(dataset, "link")) == 1


def test_fault_44_one_image_in_two_classes_is_told(image_folder):
    root = image_folder({"a": 3, "b": 3})
    (root / "b" / "copy.png").write_bytes((root / "a" / "0.png").read_bytes())
    assert texts(opened(root), "conflicting_labels")


def test_fault_45_copies_stay_in_one_part(image_folder):
    root = image_folder({"a": 12, "b": 12})
    for number in range(4):
        (root / "a" / f"copy{number}.png").write_bytes((root / "a" / "0.png").read_bytes())
    dataset = opened(root)
    parts = {int(split) for name, split in zip(dataset.names, dataset.splits, strict=True) if "copy" in name}
    assert len(parts) == 1
    assert not texts(dataset, "leak")
    leaky = opened(image_folder_with_leak(root))
    assert texts(leaky, "leak")


def image_folder_with_leak(root: Path) -> Path:
    """The same pictures, split by hand so that a copy is on both sides."""
    for part in ("train", "test"):
        for kind in ("a", "b"):
            (root / part / kind).mkdir(parents=True)
    for kind in ("a", "b"):
        for place, file in enumerate(sorted((root / kind).glob("*.png"))):
            file.rename(root / ("train", "test")[place % 2] / kind / file.name)
        (root / kind).rmdir()
    return root


def test_fault_46_pictures_of_one_group_stay_in_one_part(tmp_path):
    for kind in ("a", "b"):
        (tmp_path / kind).mkdir()
        for patient in range(8):
            for shot in range(3):
                colour = (patient * 30, shot * 80, 200 if kind == "a" else 20)
                Image.new("RGB", (12, 12), colour).save(tmp_path / kind / f"p{patient}_{shot}.png")
    split = SplitSpec(val=0.25, test=0.25, group="pattern", pattern=r"(p\d+)_")
    dataset = opened(tmp_path, split=split)
    parts: dict[str, set[int]] = {}
    for name, part in zip(dataset.names, dataset.splits.tolist(), strict=True):
        parts.setdefault(name.rpartition("/")[2].partition("_")[0], set()).add(part)
    assert all(len(found) == 1 for found in parts.values())


def test_fault_47_imbalance_is_told(image_folder):
    assert texts(opened(image_folder({"a": 23, "b": 2})), "imbalanced")


def test_fault_48_a_changed_file_is_noticed_at_the_next_opening(image_folder):
    root = image_folder({"a": 4, "b": 4})
    first = opened(root)
    (root / "a" / "0.png").write_bytes(encoded("PNG"))
    (root / "a" / "new.png").write_bytes(encoded("PNG"))
    (root / "b" / "1.png").unlink()
    second = opened(root)
    assert second.digest != first.digest
    assert "a/new.png" in second.names
    assert "b/1.png" not in second.names


def test_fault_49_a_folder_that_moved_says_so_and_is_the_same_elsewhere(image_folder):
    root = image_folder({"a": 4, "b": 4})
    first = opened(root)
    moved = root.rename(root.with_name("moved"))
    with pytest.raises(DataError, match="There is no folder"):
        opened(root)
    assert opened(moved).digest == first.digest


def test_fault_50_a_scan_of_many_files_can_be_cancelled_in_its_middle(tmp_path):
    for kind in ("a", "b"):
        (tmp_path / kind).mkdir()
        for number in range(5_000):
            (tmp_path / kind / f"{number}.png").touch()
    told_s: list[float] = []

    def hear(event: object) -> None:
        told_s.append(time.monotonic())
        ctx.cancel()

    ctx = JobContext(hear)
    with pytest.raises(Cancelled):
        scan_folder(tmp_path, ctx)
    assert time.monotonic() - told_s[0] < 1.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\ufefffile;class\r\na/0.png;x\r\na/1.png;y\r\ngone.png;y\r\n", "Row 4"),
        ("file,class\na/0.png,x\na/1.png,y\n../../x,y\n", "outside"),
        ('file,class\n"a/0.png","x"\na/1.png,y\nno-such-id,y\n', "Row 4"),
    ],
    ids=["missing", "escape", "unknown"],
)
def test_fault_51_tables_name_their_rows(image_folder, text, words):
    root = image_folder({"a": 2})
    (root / "labels.csv").write_bytes(text.encode())
    dataset = opened(root, classes_from="table", table="labels.csv")
    assert dataset.classes == ("x", "y")
    assert any(words in problem.text for problem in dataset.problems)


def test_fault_52_a_folder_that_stops_answering_is_told_and_the_rest_read(image_folder, monkeypatch):
    root = image_folder({"a": 3, "b": 3, "gone": 3})
    real = os.scandir

    def scandir(path: str) -> object:
        if os.path.basename(os.fspath(path)) == "gone":
            raise OSError(116, "Stale file handle")
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    monkeypatch.setattr(Patience.__init__, "__defaults__", ((0.01, 0.01, 0.01),))
    source = parse_source(str(root))
    dataset = opened(Path(source.path))
    assert len(dataset) == 6
    assert any("Stale file handle" in problem.text for problem in dataset.problems)
