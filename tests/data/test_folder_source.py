"""A folder of images from end to end: what is read, what is named, what stops training."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext, Progress, run_inline
from cnnstudio.core.paths import cache_dir
from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.decode import read_image
from cnnstudio.data.preprocess import to_pixels
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SplitSpec, data_spec
from cnnstudio.data.streamed import StreamedPixels

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_child_left")]


def opened(root: Path, **changes: object) -> Dataset:
    spec = data_spec(FolderSource(path=str(root), **changes))
    return run_inline(lambda ctx: open_dataset(spec, ctx))


def kinds(dataset: Dataset) -> dict[str, str]:
    return {problem.kind: problem.text for problem in dataset.problems}


def test_a_clean_folder_opens_without_problems(image_folder):
    root = image_folder({"cat": 10, "dog": 20})
    dataset = opened(root)
    assert dataset.classes == ("cat", "dog")
    assert dataset.describe() == {
        "n": 30,
        "classes": {"cat": 10, "dog": 20},
        # 15 % of 10 is 1.5, rounded 2; of 20 it is 3.
        "splits": {"train": 20, "val": 5, "test": 5},
        "problems": [],
    }
    assert dataset.names[0] == "cat/0.png"
    assert dataset.paths[0] == root / "cat/0.png"
    dataset.require_trainable()


def test_the_training_pixels_are_those_of_the_preview(image_folder):
    dataset = opened(image_folder({"cat": 3, "dog": 3}))
    for path, pixels in zip(dataset.paths, dataset.pixels, strict=True):
        assert np.array_equal(to_pixels(read_image(path), dataset.spec.preprocess), pixels)


def test_mean_and_spread_are_those_of_the_training_split(image_folder):
    dataset = opened(image_folder({"cat": 8, "dog": 8}))
    training = dataset.pixels[dataset.indices("train")] / 255
    np.testing.assert_allclose(dataset.spec.preprocess.mean, training.mean(axis=(0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(dataset.spec.preprocess.std, training.std(axis=(0, 2, 3)), atol=1e-6)


def test_opening_again_gives_the_same_digest_and_another_seed_another(image_folder):
    root = image_folder({"cat": 8, "dog": 8})
    first = opened(root)
    assert opened(root).digest == first.digest
    other = first.spec.replace(split=SplitSpec(seed=1))
    assert run_inline(lambda ctx: open_dataset(other, ctx)).digest != first.digest


def test_split_folders_are_kept_and_validation_is_taken_from_training(image_folder):
    dataset = opened(image_folder({"train/a": 10, "train/b": 10, "test/a": 3, "test/b": 4}))
    assert dataset.describe()["splits"] == {"train": 16, "val": 4, "test": 7}
    tested = [dataset.names[index] for index in dataset.indices("test")]
    assert all(name.startswith("test/") for name in tested)
    assert dataset.counts("test") == {"a": 3, "b": 4}


def test_a_test_part_alone_opens_but_does_not_train(image_folder):
    dataset = opened(image_folder({"test/a": 3, "test/b": 3}))
    assert len(dataset.indices("test")) == 6
    with pytest.raises(DataError, match="no training images"):
        dataset.require_trainable()


BAD_FILES = {
    "empty.jpg": (b"", "empty"),
    "page.jpg": (b"<!DOCTYPE html><html>404</html>", "foreign"),
    "phone.jpg": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 99, "foreign"),
    "drawing.png": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "foreign"),
    "noise.gif": (bytes(range(256)), "foreign"),
    "header.png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
}


def test_bad_files_are_named_and_the_good_ones_are_read(image_folder, encoded):
    root = image_folder({"cat": 30, "dog": 30})
    whole = encoded("PNG")
    bad = {**BAD_FILES, "half.png": (whole[: len(whole) // 2], "truncated")}
    for name, (content, _) in bad.items():
        (root / "cat" / name).write_bytes(content)
    dataset = opened(root)
    assert dataset.counts() == {"cat": 30, "dog": 30}
    found = {problem.file: problem.kind for problem in dataset.problems if problem.file}
    assert found == {f"cat/{name}": kind for name, (_, kind) in bad.items()}
    texts = {problem["file"]: problem["text"] for problem in dataset.describe()["problems"]}
    assert texts["cat/empty.jpg"] == "'empty.jpg' is empty (0 bytes)."
    # 7 of 67 are more than 5 %.
    assert "7 of 67" in kinds(dataset)["many_unreadable"]
    with pytest.raises(DataError, match="7 of 67 image files"):
        dataset.require_trainable()


def test_few_bad_files_do_not_stop_training(image_folder):
    root = image_folder({"cat": 20, "dog": 20})
    (root / "cat/empty.jpg").write_bytes(b"")
    dataset = opened(root)
    assert [problem.kind for problem in dataset.problems] == ["empty"]
    dataset.require_trainable()


def test_problems_can_be_accepted(image_folder):
    root = image_folder({"cat": 3, "dog": 1})
    (root / "cat/empty.jpg").write_bytes(b"")
    dataset = opened(root)
    assert {problem.kind for problem in dataset.problems if problem.is_blocking} == {"many_unreadable", "tiny_class"}
    with pytest.raises(DataError, match=r"\(and 1 more\)"):
        dataset.require_trainable()
    opened(root, accept_problems=True).require_trainable()


def test_one_class_can_be_looked_at_but_not_trained_on(image_folder):
    dataset = opened(image_folder({"cat": 4}))
    assert len(dataset) == 4
    with pytest.raises(DataError, match="only one class with images, 'cat'"):
        dataset.require_trainable()


def test_a_class_of_one_image_stops_training(image_folder):
    dataset = opened(image_folder({"cat": 4, "dog": 1, "emu": 4}))
    with pytest.raises(DataError, match="'dog' has 1 usable image of 1;"):
        dataset.require_trainable()


def test_an_empty_class_does_not_shift_the_others(image_folder):
    dataset = opened(image_folder({"a": 4, "b": 0, "c": 4}))
    assert dataset.counts() == {"a": 4, "b": 0, "c": 4}
    assert set(dataset.labels.tolist()) == {0, 2}
    dataset.require_trainable()


def test_nothing_readable_is_an_error_with_the_first_reason(image_folder):
    root = image_folder({"a": 0, "b": 0})
    (root / "a/x.jpg").write_bytes(b"")
    (root / "b/y.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"None of the 2 image files .* 'x.jpg' is empty"):
        opened(root)


def test_conversions_are_told_once_each(image_folder, picture):
    root = image_folder({"a": 20, "b": 20})
    picture(mode="L").save(root / "a/grey.png")
    picture(mode="RGBA").save(root / "a/alpha1.png")
    picture(mode="RGBA", seed=5).save(root / "a/alpha2.png")
    picture(mode="CMYK").save(root / "b/cmyk.jpg")
    Image.new("RGB", (50, 40), "red").save(root / "b/blank.png")
    Image.new("RGB", (5, 4), "red").save(root / "b/tiny.png")
    picture(900, 30).save(root / "b/long.png")
    dataset = opened(root)
    texts = kinds(dataset)
    assert len(dataset) == 47
    assert texts["grey"].startswith("1 of 47 images is grey among coloured ones (first: 'a/grey.png')")
    assert texts["alpha"].startswith("2 of 47")
    assert texts["cmyk"].startswith("1 of 47")
    assert texts["blank"].startswith("2 of 47")
    assert texts["small"].startswith("1 of 47")
    assert texts["narrow"].startswith("1 of 47")
    assert not any(problem.is_blocking for problem in dataset.problems)


def test_grey_folders_get_one_channel_and_no_remark(image_folder, picture):
    root = image_folder({"a": 0, "b": 0})
    for number in range(4):
        for name in "ab":
            picture(mode="L", seed=10 * ord(name) + number).save(root / name / f"{number}.png")
    dataset = opened(root)
    assert dataset.pixels.shape == (8, 1, 32, 32)
    assert dataset.problems == ()


@pytest.mark.parametrize(
    ("side", "expected", "has_thumbnails"), [(28, 32, False), (47, 32, True), (48, 64, False), (300, 64, True)]
)
def test_the_default_size_follows_the_images(image_folder, picture, side, expected, has_thumbnails):
    root = image_folder({"a": 0, "b": 0})
    for number in range(3):
        for name in "ab":
            picture(side, side + 10, seed=10 * ord(name) + number).save(root / name / f"{number}.png")
    dataset = opened(root)
    assert dataset.spec.preprocess.side == expected
    assert (dataset.thumbnails is not None) == has_thumbnails
    shape = (96, 96, 3) if has_thumbnails else (expected, expected, 3)
    assert dataset.thumbnail(0).shape == shape


def test_thumbnails_show_the_middle_of_the_picture(image_folder, picture):
    root = image_folder({"a": 0, "b": 0})
    for number in range(2):
        for name in "ab":
            picture(400, 300, seed=10 * ord(name) + number).save(root / name / f"{number}.png")
    dataset = opened(root)
    for index, path in enumerate(dataset.paths):
        middle = Image.open(path).crop((50, 0, 350, 300)).resize((96, 96), Image.Resampling.BILINEAR)
        assert np.abs(dataset.thumbnail(index).astype(int) - np.asarray(middle)).mean() < 2


def test_copies_in_two_classes_and_on_both_sides_of_the_test_are_named(image_folder):
    root = image_folder({"train/a": 6, "train/b": 6, "val/a": 2, "val/b": 2, "test/a": 2, "test/b": 2})
    shutil.copy(root / "train/a/0.png", root / "train/b/copy.png")
    shutil.copy(root / "train/a/1.png", root / "test/a/leaked.png")
    texts = kinds(opened(root))
    assert "'a' and 'b'" in texts["conflicting_labels"]
    assert "'train/a/0.png', 'train/b/copy.png'" in texts["conflicting_labels"]
    assert texts["leak"].startswith("1 picture is in more than one of train and test")
    assert texts["duplicates"].startswith("2 files are exact copies")


def test_imbalance_and_similar_names_are_told(image_folder):
    texts = kinds(opened(image_folder({"Cat": 2, "cat": 2, "dog": 23})))
    assert "'Cat', 'cat'" in texts["similar_classes"]
    assert "'dog' has 23 images and 'Cat' 2" in texts["imbalanced"]


def test_names_that_are_not_unicode_are_read_and_shown(image_folder):
    root = image_folder({"caf\udce9": 3, "tea": 3})
    dataset = opened(root)
    assert dataset.classes == ("caf\udce9", "tea")
    shown = dataset.describe()["classes"]
    assert shown == {"caf\ufffd": 3, "tea": 3}
    assert len(dataset.digest) == 32


def test_mutated_files_are_each_read_or_named(image_folder, encoded, picture):
    root = image_folder({"a": 5, "b": 5})
    rng = np.random.default_rng(3)
    for number in range(110):
        file_format, suffix = (("PNG", "png"), ("JPEG", "jpg"))[number % 2]
        content = bytearray(encoded(file_format, picture(48, 48, seed=number)))
        for position in rng.integers(0, len(content), rng.integers(1, 9)):
            content[position] = rng.integers(0, 256)
        (root / "ab"[number % 2] / f"mutated-{number}.{suffix}").write_bytes(content)
    dataset = opened(root, accept_problems=True)
    named = {problem.file for problem in dataset.problems if problem.file}
    assert len(dataset) + len(named) == 120
    assert named.isdisjoint(dataset.names)
    assert 20 < len(named) < 110
    dataset.require_trainable()


def test_a_folder_beyond_the_budget_of_the_cache_is_decoded_as_it_is_asked_for(image_folder):
    spec = data_spec(FolderSource(path=str(image_folder({"a": 10, "b": 10}))))
    cached = run_inline(lambda ctx: open_dataset(spec, ctx))
    shutil.rmtree(cache_dir())
    save_settings(Settings(cache_gb=0))
    streamed = run_inline(lambda ctx: open_dataset(spec, ctx))
    assert isinstance(streamed.pixels, StreamedPixels)
    assert streamed.pixels.shape == cached.pixels.shape
    chosen = np.array([19, 3, 3])
    assert np.array_equal(streamed.pixels[chosen], cached.pixels[chosen])
    assert np.array_equal(streamed.pixels[4], cached.pixels[4])
    assert np.array_equal(streamed.pixels[2:5, 0], cached.pixels[2:5, 0])
    assert streamed.digest == cached.digest
    assert streamed.spec == cached.spec
    assert not [path for path in cache_dir().rglob("*") if path.suffix in (".pixels", ".thumbnails")]
    streamed.pixels.close()


def test_a_folder_that_went_away_says_so(image_folder):
    root = image_folder({"a": 2, "b": 2})
    spec = DataSpec(source=FolderSource(path=str(root)), preprocess=PreprocessSpec())
    shutil.rmtree(root)
    with pytest.raises(DataError, match="There is no folder"):
        run_inline(lambda ctx: open_dataset(spec, ctx))


def test_progress_is_reported_to_the_end(image_folder):
    events: list[object] = []
    spec = data_spec(FolderSource(path=str(image_folder({"a": 20, "b": 20}))))
    run_inline(lambda ctx: open_dataset(spec, ctx), events.append)
    reading = [event for event in events if isinstance(event, Progress) and event.text == "Reading images"]
    done = [event.done for event in reading]
    assert done == sorted(set(done))
    assert done[-1] == 40
    assert {event.total for event in reading} == {40}


def test_opening_can_be_cancelled_in_the_middle(image_folder):
    spec = data_spec(FolderSource(path=str(image_folder({"a": 40, "b": 40}))))

    def cancel_at_once(event: object) -> None:
        if isinstance(event, Progress) and event.text == "Reading images":
            ctx.cancel()

    ctx = JobContext(cancel_at_once)
    with pytest.raises(Cancelled):
        open_dataset(spec, ctx)
