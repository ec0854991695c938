"""Files that come later move none of those that were there: the part of each is written down by its name."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset, with_kept_splits
from cnnstudio.data.kept_splits import keep_parts, kept_parts
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SplitSpec
from cnnstudio.data.splits import SPLITS, TEST, TRAIN, VAL, dealt_parts, part_sizes, splits_of, stratified_splits


def opened(spec: DataSpec) -> Dataset:
    return with_kept_splits(open_dataset(spec, JobContext()))


def parts_by_name(dataset: Dataset) -> dict[str, str]:
    return {name: SPLITS[split] for name, split in zip(dataset.names, dataset.splits.tolist(), strict=True)}


@pytest.fixture
def root(image_folder) -> Path:
    return image_folder({"cat": 40, "dog": 60})


def add(root: Path, picture, counts: dict[str, int]) -> list[str]:
    """More pictures whose names lie between those that are there."""
    names = []
    for folder, count in counts.items():
        for number in range(count):
            name = f"{folder}/{number}-new.png"
            picture(seed=1_000 + 100 * len(folder) + ord(folder[0]) + 7 * number).save(root / name)
            names.append(name)
    return names


def spec_of(root: Path, **split: object) -> DataSpec:
    return DataSpec(
        source=FolderSource(path=str(root)),
        preprocess=PreprocessSpec(side=16),
        split=SplitSpec(group="copies", **split),
    )


@pytest.mark.slow
@pytest.mark.parametrize("split", [{}, {"seed": 5}, {"folds": 5, "fold": 2}], ids=["shares", "seed", "folds"])
def test_a_tenth_more_pictures_move_none_of_those_before(root: Path, picture, split: dict[str, object]) -> None:
    first = opened(spec_of(root, **split))
    before = parts_by_name(first)
    added = add(root, picture, {"cat": 4, "dog": 6})
    # Without what was written down some would move: the seed deals 44 cats out otherwise than 40.
    alone = parts_by_name(open_dataset(spec_of(root, **split), JobContext()))
    assert any(alone[name] != part for name, part in before.items())
    again = opened(first.asked)
    after = parts_by_name(again)
    assert {name: after[name] for name in before} == before
    assert set(after) == {*before, *added}
    # Each class has its shares of all pictures again.
    if not split.get("folds"):
        for label, n in enumerate((44, 66)):
            counts = np.bincount(again.splits[again.labels == label], minlength=3)
            n_val, n_test = part_sizes(n, 0.15, 0.15)
            assert counts.tolist() == [n - n_val - n_test, n_val, n_test]


@pytest.mark.slow
def test_the_report_says_where_the_new_ones_went(root: Path, picture) -> None:
    first = opened(spec_of(root))
    added = add(root, picture, {"cat": 4, "dog": 6})
    again = opened(first.asked)
    (news,) = [problem for problem in again.problems if problem.kind == "new_pictures"]
    counts = [sum(parts_by_name(again)[name] == split for name in added) for split in SPLITS]
    words = ("for training", "for validation", "for the test")
    told = ", ".join(f"{n} {what}" for n, what in zip(counts, words, strict=True) if n)
    assert news.text == f"10 new pictures: {told}; all others are in the parts they were in."
    assert sorted(again.names[place] for place in news.places) == sorted(added)
    assert not [problem for problem in opened(again.asked).problems if problem.kind == "new_pictures"]


@pytest.mark.slow
def test_a_new_copy_goes_to_the_part_of_its_picture(root: Path) -> None:
    first = opened(spec_of(root))
    before = parts_by_name(first)
    for number in range(20):
        shutil.copy(root / "cat" / f"{number}.png", root / "cat" / f"{number} (copy).png")
    after = parts_by_name(opened(first.asked))
    for number in range(20):
        assert after[f"cat/{number} (copy).png"] == before[f"cat/{number}.png"] == after[f"cat/{number}.png"]


@pytest.mark.slow
def test_a_renamed_file_stays_in_its_part_and_one_that_was_away_comes_back_to_it(root: Path, tmp_path: Path) -> None:
    first = opened(spec_of(root))
    before = parts_by_name(first)
    for number in range(10):
        (root / "cat" / f"{number}.png").rename(root / "cat" / f"zz {number}.png")
        shutil.move(root / "dog" / f"{number}.png", tmp_path / f"{number}.png")
    second = opened(first.asked)
    after = parts_by_name(second)
    assert [after[f"cat/zz {n}.png"] for n in range(10)] == [before[f"cat/{n}.png"] for n in range(10)]
    for number in range(10):
        shutil.move(tmp_path / f"{number}.png", root / "dog" / f"{number}.png")
    third = parts_by_name(opened(second.asked))
    assert [third[f"dog/{n}.png"] for n in range(10)] == [before[f"dog/{n}.png"] for n in range(10)]


@pytest.mark.slow
def test_another_seed_or_share_deals_all_out_anew(root: Path, picture) -> None:
    first = opened(spec_of(root))
    other = first.asked.replace(split=first.asked.split.replace(seed=9))
    assert np.array_equal(opened(other).splits, open_dataset(spec_of(root, seed=9), JobContext()).splits)


@pytest.mark.slow
def test_each_fold_is_a_validation_part_once_with_later_files_too(root: Path, picture) -> None:
    first = opened(spec_of(root, folds=4))
    add(root, picture, {"cat": 4, "dog": 6})
    spec = opened(first.asked).asked
    parts = np.stack([opened(spec.replace(split=spec.split.replace(fold=fold))).splits for fold in range(4)])
    is_test = parts[0] == TEST
    assert (parts[:, is_test] == TEST).all()
    assert ((parts[:, ~is_test] == VAL).sum(axis=0) == 1).all()


@settings(max_examples=60, deadline=None)
@given(
    labels=st.lists(st.integers(0, 3), min_size=1, max_size=80),
    more=st.lists(st.integers(0, 4), max_size=30),
    folds=st.sampled_from([0, 3]),
    seed=st.integers(0, 5),
    data=st.data(),
)
def test_known_images_never_move_and_every_new_one_has_a_part(labels, more, folds, seed, data) -> None:
    spec = SplitSpec(folds=folds, seed=seed)
    every = np.array([*labels, *more])
    groups = np.array(data.draw(st.lists(st.integers(0, 12), min_size=len(every), max_size=len(every))))
    before = dealt_parts(np.array(labels), spec, groups=groups[: len(labels)])
    known = np.concatenate([before.astype(np.int16), np.full(len(more), -1, np.int16)])
    parts = dealt_parts(every, spec, groups=groups, known=known)
    assert np.array_equal(parts[: len(labels)], before)
    assert set(splits_of(parts, spec).tolist()) <= {TRAIN, VAL, TEST}
    for group in np.unique(groups).tolist():
        assert len(set(parts[groups == group].tolist())) == 1


def test_all_unknown_is_dealt_as_if_nothing_was_kept() -> None:
    labels = np.arange(90) % 3
    for spec in (SplitSpec(), SplitSpec(folds=4, fold=1)):
        unknown = np.full(90, -1, np.int16)
        dealt = splits_of(dealt_parts(labels, spec, known=unknown), spec)
        assert np.array_equal(dealt, stratified_splits(labels, spec))


def test_parts_are_read_back_by_name_in_any_order() -> None:
    names = tuple(f"ä/{number}.png" for number in range(300))
    parts = (np.arange(300) * 7 % 3).astype(np.uint8)
    kept = keep_parts("", names, parts, SplitSpec())
    shuffled = np.random.default_rng(0).permutation(300)
    asked = (*(names[place] for place in shuffled), "other.png")
    assert kept_parts(kept, asked, SplitSpec()).tolist() == [*parts[shuffled].tolist(), -1]
    assert (kept_parts(kept, names, SplitSpec(seed=1)) == -1).all()
    for damaged in (kept[:-3], kept + "!", "nonsense", kept[:30]):
        assert len(kept_parts(damaged, names, SplitSpec())) == 300


def test_a_hundred_thousand_files_take_a_megabyte() -> None:
    names = tuple(f"class {number % 10}/IMG_{number:06}.jpg" for number in range(100_000))
    kept = keep_parts("", names, np.zeros(100_000, np.uint8), SplitSpec())
    # Seven bytes a file, four signs for three bytes.
    assert len(kept) == 13 + (7 * 100_000 + 2) // 3 * 4
    assert (kept_parts(kept, names, SplitSpec()) == 0).all()
