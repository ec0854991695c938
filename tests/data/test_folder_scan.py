"""Finding classes and files in folders of all sorts."""

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.scan import Scan, natural_key, scan_folder


def scanned(root: Path) -> Scan:
    return scan_folder(root, JobContext())


def kinds(scan: Scan) -> dict[str, str]:
    return {problem.kind: problem.text for problem in scan.problems}


def test_each_subfolder_is_a_class(image_folder):
    scan = scanned(image_folder({"dog": 2, "cat": 3}))
    assert scan.classes == ("cat", "dog")
    assert [file.name for file in scan.files] == ["cat/0.png", "cat/1.png", "cat/2.png", "dog/0.png", "dog/1.png"]
    assert [file.label for file in scan.files] == [0, 0, 0, 1, 1]
    assert not scan.has_splits
    assert scan.problems == []


def test_numeric_names_are_in_natural_order(image_folder):
    scan = scanned(image_folder({"10": 1, "2": 1, "1": 11}))
    assert scan.classes == ("1", "2", "10")
    assert [file.name for file in scan.files[:11]] == [f"1/{number}.png" for number in range(11)]


@pytest.mark.parametrize(
    "names",
    [["1", "2", "10"], ["a1b", "a2b", "a10b"], ["apple", "Banana", "cherry"], ["x", "x1", "x1a"], ["7", "a", "Ä"]],
)
def test_natural_order_by_hand(names):
    assert sorted(set(names), key=natural_key) == names


def test_deeper_folders_belong_to_their_class(image_folder):
    scan = scanned(image_folder({"cat/indoor/2024": 2, "cat/outdoor": 1, "dog": 1}))
    assert scan.classes == ("cat", "dog")
    assert [file.label for file in scan.files] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    "names",
    [
        ("train", "val", "test"),
        ("training", "validation", "testing"),
        ("Train", "Valid", "Test"),
        ("TRAIN", "VAL", "TEST"),
    ],
)
def test_split_folders_are_recognised_and_are_no_classes(image_folder, names):
    train, val, test = names
    scan = scanned(image_folder({f"{train}/b": 2, f"{train}/a": 1, f"{val}/a": 1, f"{test}/c": 1}))
    assert scan.classes == ("a", "b", "c")
    assert scan.has_splits
    assert {(file.name.split("/")[0], file.split) for file in scan.files} == {(train, 0), (val, 1), (test, 2)}
    assert {(file.name.split("/")[1], file.label) for file in scan.files} == {("a", 0), ("b", 1), ("c", 2)}


def test_a_class_called_train_beside_bus_and_car_is_a_class(image_folder):
    scan = scanned(image_folder({"bus": 1, "car": 1, "train": 2}))
    assert scan.classes == ("bus", "car", "train")
    assert not scan.has_splits


def test_a_folder_beside_train_is_named_and_left_out(image_folder):
    scan = scanned(image_folder({"train/a": 1, "train/b": 1, "extra/a": 1}))
    assert scan.classes == ("a", "b")
    assert len(scan.files) == 2
    assert "'extra'" in kinds(scan)["ignored_folder"]


def test_one_folder_around_the_classes_is_looked_through(image_folder):
    assert scanned(image_folder({"archive/cat": 1, "archive/dog": 1})).classes == ("cat", "dog")


def test_one_folder_around_the_splits_is_looked_through(image_folder):
    scan = scanned(image_folder({"cifar/train/cat": 1, "cifar/test/cat": 1, "cifar/train/dog": 1}))
    assert scan.classes == ("cat", "dog")
    assert [file.split for file in scan.files] == [2, 0, 0]


def test_a_single_class_with_subfolders_of_images_stays_one_class(image_folder):
    assert scanned(image_folder({"cat": 1, "cat/indoor": 1})).classes == ("cat",)


def test_an_empty_class_keeps_its_place_and_is_named(image_folder):
    scan = scanned(image_folder({"a": 1, "b": 0, "c": 1}))
    assert scan.classes == ("a", "b", "c")
    assert [file.label for file in scan.files] == [0, 2]
    assert "'b'" in kinds(scan)["empty_class"]


def test_clutter_of_operating_systems_is_passed_by_silently(image_folder):
    root = image_folder({"a": 1, "b": 1, "__MACOSX": 1, ".thumbnails": 1})
    for name in ("Thumbs.db", ".DS_Store", "desktop.ini", "._0.png"):
        (root / "a" / name).write_bytes(b"\0\1\2")
    scan = scanned(root)
    assert scan.classes == ("a", "b")
    assert len(scan.files) == 2
    assert scan.problems == []


@pytest.mark.parametrize("suffix", [".JPG", ".jfif", ".jpe", ".PNG", ".avif", ".gif", ".webp", ".TIF"])
def test_every_suffix_of_an_image_is_accepted(image_folder, suffix):
    root = image_folder({"a": 1, "b": 1})
    (root / "a" / f"x{suffix}").write_bytes(b"whatever")
    assert len(scanned(root).files) == 3


def test_an_image_without_suffix_is_known_by_its_content(image_folder):
    root = image_folder({"a": 2, "b": 1})
    (root / "a/0.png").rename(root / "a/0")
    (root / "a/1.png").rename(root / "a/1.dat")
    assert len(scanned(root).files) == 3


def test_files_of_other_kinds_are_counted_by_kind(image_folder):
    root = image_folder({"a": 1, "b": 1})
    for name in ("notes.txt", "more.txt", "labels.csv"):
        (root / "a" / name).write_text("some words")
    (root / "b" / "page").write_text("<html></html>")
    problems = [problem.text for problem in scanned(root).problems if problem.kind == "foreign"]
    assert problems == [
        "1 file is no image (.csv) and not used.",
        "2 files are no image (.txt) and not used.",
        "1 file is no image (a web page) and not used.",
    ]


def test_images_in_no_class_folder_are_counted(image_folder, picture):
    root = image_folder({"a": 1, "b": 1})
    picture().save(root / "loose.png")
    scan = scanned(root)
    assert len(scan.files) == 2
    assert kinds(scan)["no_class"].startswith("1 image lies in 'pictures' itself, in no class folder, and is not")


def test_an_empty_folder_says_what_was_expected(tmp_path):
    with pytest.raises(DataError, match="No images found in") as caught:
        scanned(tmp_path)
    assert f"{tmp_path}/CLASS/picture.jpg" in caught.value.hint


def test_images_without_class_folders_say_so(tmp_path, picture):
    for number in range(3):
        picture().save(tmp_path / f"{number}.png")
    with pytest.raises(DataError, match="3 images but no class folders"):
        scanned(tmp_path)


def test_a_train_folder_without_classes_says_so(image_folder):
    with pytest.raises(DataError, match="5 images but no class folders"):
        scanned(image_folder({"train": 3, "val": 2}))


def test_a_folder_of_other_files_says_how_many(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/notes.txt").write_text("some words")
    with pytest.raises(DataError, match="1 other file or folder can't be used"):
        scanned(tmp_path)


def test_too_many_classes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cnnstudio.data.scan.MAX_CLASSES", 3)
    for number in range(4):
        (tmp_path / str(number)).mkdir()
    with pytest.raises(DataError, match="4 class folders; at most 3"):
        scanned(tmp_path)


def test_links_in_a_circle_end(image_folder):
    root = image_folder({"a": 2, "b": 1})
    (root / "a/self").symlink_to(root / "a")
    (root / "b/up").symlink_to(root)
    (root / "c").symlink_to(root / "a")
    scan = scanned(root)
    assert scan.classes == ("a", "b")
    assert len(scan.files) == 3
    assert "c" in {problem.file for problem in scan.problems if problem.kind == "link"}


def test_links_out_of_the_folder_are_not_followed(image_folder, tmp_path, picture):
    root = image_folder({"a": 1, "b": 1})
    picture().save(tmp_path / "outside.png")
    (root / "a/link.png").symlink_to(tmp_path / "outside.png")
    (root / "a/broken.png").symlink_to(tmp_path / "nothing.png")
    scan = scanned(root)
    assert len(scan.files) == 2
    assert {problem.file for problem in scan.problems if problem.kind == "link"} == {"a/link.png", "a/broken.png"}


def test_a_link_to_a_file_inside_is_a_file(image_folder):
    root = image_folder({"a": 1, "b": 1})
    (root / "b/link.png").symlink_to(root / "a/0.png")
    assert [file.name for file in scanned(root).files] == ["a/0.png", "b/0.png", "b/link.png"]


def test_pipes_and_sockets_are_named_and_not_opened(image_folder, monkeypatch):
    root = image_folder({"a": 1, "b": 1})
    os.mkfifo(root / "a/pipe.png")
    # The path of a socket must be short.
    monkeypatch.chdir(root / "a")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("plug.png")
        scan = scanned(root)
    assert len(scan.files) == 2
    assert {problem.file for problem in scan.problems if problem.kind == "special"} == {"a/pipe.png", "a/plug.png"}


def test_a_folder_that_may_not_be_read_is_named(image_folder, monkeypatch):
    root = image_folder({"a": 1, "b": 1, "locked": 1})
    real = os.scandir

    def scandir(folder: str) -> object:
        if str(folder).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    # The user of a test run may be root, whom nothing is forbidden.
    monkeypatch.setattr("os.scandir", scandir)
    scan = scanned(root)
    assert len(scan.files) == 2
    assert "'locked' cannot be read (Permission denied)" in kinds(scan)["permission"]


@pytest.mark.parametrize(
    "name", ["猫", "Übung", "a b", "it's", 'say "x"', "new\nline", "😀", "\u202ertl", "%s{}", "caf\udce9"]
)
def test_strange_names_work(image_folder, name):
    scan = scanned(image_folder({name: 1, "z": 1}))
    assert name in scan.classes
    assert any(file.name == f"{name}/0.png" for file in scan.files)
    assert all(Path(file.path).exists() for file in scan.files)


def test_names_that_differ_by_normal_form_stay_two_classes(image_folder):
    composed, decomposed = (unicodedata.normalize(form, "Käfer") for form in ("NFC", "NFD"))
    assert set(scanned(image_folder({composed: 1, decomposed: 1})).classes) == {composed, decomposed}


def test_a_scan_can_be_cancelled(image_folder):
    root = image_folder({"a": 1, "b": 1})
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        scan_folder(root, ctx)
