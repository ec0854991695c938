"""The opened dataset: splits, counts, digest, and the descriptions that users see."""

import numpy as np
import pytest

from cnnstudio.core.errors import DataError
from cnnstudio.data.dataset import Dataset, Problem, printable
from cnnstudio.data.findings import name_list, split_problems
from cnnstudio.data.header import look_at
from cnnstudio.data.memory import available_bytes, require_memory
from cnnstudio.data.raw import RawData
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.spec import PreprocessSpec, data_spec


@pytest.fixture
def dataset() -> Dataset:
    return Dataset(
        spec=data_spec(DigitsSource()),
        classes=("a", "b", "c"),
        names=("1", "2", "3", "4"),
        paths=(None,) * 4,
        pixels=np.arange(4 * 1 * 2 * 2, dtype=np.uint8).reshape(4, 1, 2, 2),
        labels=np.array([0, 0, 1, 0]),
        splits=np.array([0, 1, 2, 0], np.uint8),
        masks=None,
        problems=(),
        thumbnails=None,
    )


def changed(dataset: Dataset, **changes: object) -> Dataset:
    names = ("spec", "classes", "names", "paths", "pixels", "labels", "splits", "masks", "problems", "thumbnails")
    return Dataset(**{**{name: getattr(dataset, name) for name in names}, **changes})


def test_indices_and_counts_of_each_split(dataset):
    assert dataset.indices("train").tolist() == [0, 3]
    assert dataset.indices("val").tolist() == [1]
    assert dataset.indices("test").tolist() == [2]
    assert dataset.indices("all").tolist() == [0, 1, 2, 3]
    assert dataset.counts() == {"a": 3, "b": 1, "c": 0}
    assert dataset.counts("train") == {"a": 2, "b": 0, "c": 0}


def test_an_unknown_split_is_refused_with_the_known_ones(dataset):
    with pytest.raises(DataError) as caught:
        dataset.indices("dev")
    assert caught.value.hint == "Splits: train, val, test, all."


def test_pixels_serve_as_thumbnails(dataset):
    assert dataset.thumbnail(1).tolist() == [[[4], [5]], [[6], [7]]]


@pytest.mark.parametrize(
    "change",
    [
        {"names": ("1", "2", "3", "5")},
        {"names": ("1", "2", "34", "")},
        {"labels": np.array([0, 0, 1, 2])},
        {"splits": np.array([0, 1, 2, 1], np.uint8)},
        {"pixels": np.zeros((4, 1, 2, 2), np.uint8)},
    ],
)
def test_the_digest_notices_every_change(dataset, change):
    assert changed(dataset, **change).digest != dataset.digest


def test_the_digest_does_not_depend_on_memory_layout(dataset):
    turned = np.asfortranarray(dataset.pixels)
    assert changed(dataset, pixels=turned, labels=dataset.labels.astype(np.int32)).digest == dataset.digest


def test_blocking_problems_stop_training_with_their_hint(dataset):
    problems = (Problem("x", "empty", "'x' is empty."), Problem("", "one_class", "One class.", "Add one.", True))
    with pytest.raises(DataError) as caught:
        changed(dataset, problems=problems).require_trainable()
    assert (caught.value.message, caught.value.hint) == ("One class.", "Add one.")
    changed(dataset, problems=problems[:1]).require_trainable()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain", "plain"),
        ("é", "é"),
        ("caf\udce9", "caf\ufffd"),
        ("two\nlines\r.png", "two\ufffdlines\ufffd.png"),
        ("bell\x07\x85\u2028", "bell\ufffd\ufffd\ufffd"),
        ("turned\u202egnp.exe", "turned\ufffdgnp.exe"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_names_are_made_printable(name, shown):
    assert printable(name) == shown
    assert printable(name).encode("utf-8")


def raw(labels: list[int], classes: tuple[str, ...], digests: tuple[bytes, ...] = ()) -> RawData:
    names = tuple(f"{number}.png" for number in range(len(labels)))
    pixels = np.zeros((len(labels), 1, 2, 2), np.uint8)
    return RawData(classes, names, (None,) * len(labels), pixels, np.array(labels), digests=digests)


def found(data: RawData, splits: list[int]) -> dict[str, str]:
    return {problem.kind: problem.text for problem in split_problems(data, np.array(splits, np.uint8))}


def test_two_even_classes_are_fine():
    assert found(raw([0, 0, 1, 1], ("a", "b")), [0, 1, 0, 2]) == {}


def test_a_class_in_the_test_only_is_named():
    texts = found(raw([0, 0, 1, 1, 2], ("a", "b", "c")), [0, 1, 0, 2, 2])
    assert texts == {"unlearnt_class": "No training images show 'c', but validation or test images do."}


def test_imbalance_begins_beyond_ten_to_one():
    assert found(raw([0] * 20 + [1] * 2, ("a", "b")), [0] * 22) == {}
    assert "imbalanced" in found(raw([0] * 21 + [1] * 2, ("a", "b")), [0] * 23)


def test_accents_written_in_two_ways_are_noticed():
    texts = found(raw([0, 1, 0, 1], ("K\u00e4fer", "Ka\u0308fer")), [0, 0, 1, 1])
    assert list(texts) == ["similar_classes"]


def test_copies_within_one_split_and_class_are_only_copies():
    texts = found(raw([0, 0, 1, 1], ("a", "b"), (b"x", b"x", b"y", b"z")), [0, 0, 0, 1])
    assert list(texts) == ["duplicates"]


def test_lists_of_names_are_cut_after_three():
    assert name_list(["a"]) == "'a'"
    assert name_list(["a", "b", "c"]) == "'a', 'b', 'c'"
    assert name_list(["a", "b", "c", "d", "e"]) == "'a', 'b', 'c' and 2 more"


def test_memory_is_refused_above_seventy_percent(monkeypatch):
    # 100 images of 10×10×1 are 10,000 bytes, with 4,000 more 14,000.
    spec = PreprocessSpec(side=10, channels=1)
    monkeypatch.setattr("cnnstudio.data.memory.available_bytes", lambda: 20_000)
    require_memory(100, spec, extra_bytes=4_000)
    with pytest.raises(DataError, match="70 % may be used"):
        require_memory(100, spec, extra_bytes=4_001)


def test_the_free_memory_is_a_sensible_number():
    assert 10**7 < available_bytes() < 10**14


def test_a_look_reads_headers_only(tmp_path, picture):
    paths = []
    for number, size in enumerate([(30, 50), (40, 45), (100, 60)]):
        path = tmp_path / f"{number}.jpg"
        picture(*size).save(path)
        # Without its end the picture can't be decoded, but its header can be read.
        path.write_bytes(path.read_bytes()[:-30])
        paths.append(str(path))
    look = look_at([*paths, str(tmp_path / "missing.jpg")])
    assert look.side == 40
    assert not look.is_grey


def test_a_look_at_nothing_readable_knows_nothing(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"nonsense")
    assert look_at([str(tmp_path / "a.jpg")]).side == 0
    assert look_at([]).side == 0
