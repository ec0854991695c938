"""Dealing images out, against counts by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from cnnstudio.core.errors import DataError
from cnnstudio.data.spec import SplitSpec
from cnnstudio.data.splits import part_sizes, split_groups, stratified_splits


@pytest.mark.parametrize(
    ("n", "val", "test", "expected"),
    [
        (100, 0.15, 0.15, (15, 15)),
        (10, 0.15, 0.15, (2, 2)),  # 1.5 rounds half up
        (178, 0.15, 0.15, (27, 27)),  # 26.7
        (174, 0.15, 0.15, (26, 26)),  # 26.1
        (3, 0.15, 0.15, (1, 1)),
        (2, 0.15, 0.15, (1, 0)),
        (1, 0.15, 0.15, (0, 0)),
        (0, 0.15, 0.15, (0, 0)),
        (3, 0.45, 0.45, (1, 1)),
        (4, 0.45, 0.45, (2, 1)),  # 1.8 each make 2 and 2, of which the test gives one back to training
        (50, 0.2, 0.0, (10, 0)),
        (2, 0.0, 0.3, (0, 1)),
    ],
)
def test_part_sizes_by_hand(n, val, test, expected):
    assert part_sizes(n, val, test) == expected


def test_digits_are_split_as_counted_by_hand():
    labels = load_digits().target
    splits = stratified_splits(labels, SplitSpec())
    # Class sizes 178 182 177 183 181 182 181 179 174 180; 15 % of each, rounded: nine times 27 and once 26.
    assert np.bincount(splits).tolist() == [1797 - 2 * 269, 269, 269]
    assert np.bincount(labels[splits == 1]).tolist() == [27, 27, 27, 27, 27, 27, 27, 27, 26, 27]


def test_shares_of_each_class_are_those_of_scikit_learn_within_one_image():
    labels = load_digits().target
    ours = np.bincount(labels[stratified_splits(labels, SplitSpec(val=0, test=0.2)) == 2])
    _, held_out = train_test_split(labels, test_size=0.2, stratify=labels, random_state=0)
    assert np.abs(ours - np.bincount(held_out)).max() <= 1


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=200),
    st.floats(0.01, 0.45),
    st.floats(0.01, 0.45),
    st.integers(0, 99),
)
def test_every_class_of_three_is_in_every_split(labels, val, test, seed):
    labels = np.array(labels, np.int64)
    splits = stratified_splits(labels, SplitSpec(val=val, test=test, seed=seed))
    assert splits.shape == labels.shape
    for label in np.unique(labels):
        members = splits[labels == label]
        assert (members == 0).any()
        if len(members) >= 3:
            assert set(members.tolist()) == {0, 1, 2}


def test_the_seed_alone_decides():
    labels = np.arange(300) % 3
    first = stratified_splits(labels, SplitSpec(seed=1))
    assert np.array_equal(first, stratified_splits(labels, SplitSpec(seed=1)))
    assert not np.array_equal(first, stratified_splits(labels, SplitSpec(seed=2)))


def test_another_class_does_not_change_the_split_of_the_first_ones():
    labels = np.repeat([0, 1], 40)
    more = np.concatenate([labels, np.full(30, 2)])
    assert np.array_equal(stratified_splits(more, SplitSpec())[:80], stratified_splits(labels, SplitSpec()))


def test_given_splits_are_kept():
    given_splits = np.array([0, 0, 0, 1, 1, 2, 2], np.int8)
    splits = stratified_splits(np.array([0, 1, 0, 0, 1, 0, 1]), SplitSpec(), given_splits)
    assert splits.tolist() == given_splits.tolist()


def test_a_missing_validation_part_is_taken_from_training():
    labels = np.zeros(120, np.int64)
    given_splits = np.where(np.arange(120) < 100, 0, 2).astype(np.int8)
    splits = stratified_splits(labels, SplitSpec(val=0.2), given_splits)
    assert np.bincount(splits).tolist() == [80, 20, 20]
    assert (splits[100:] == 2).all()


def test_a_missing_test_part_is_taken_from_training():
    given_splits = np.where(np.arange(120) < 100, 0, 1).astype(np.int8)
    splits = stratified_splits(np.zeros(120, np.int64), SplitSpec(test=0.1), given_splits)
    assert np.bincount(splits).tolist() == [90, 20, 10]


def test_a_folder_with_a_test_part_only_stays_a_test():
    splits = stratified_splits(np.zeros(9, np.int64), SplitSpec(), np.full(9, 2, np.int8))
    assert (splits == 2).all()


@given(
    labels=st.lists(st.integers(0, 3), min_size=30, max_size=200),
    seed=st.integers(0, 1000),
    data=st.data(),
)
def test_a_group_is_never_torn_apart(labels, seed, data):
    groups = np.array(data.draw(st.lists(st.integers(0, 40), min_size=len(labels), max_size=len(labels))))
    for spec in (SplitSpec(seed=seed), SplitSpec(seed=seed, folds=4, fold=2)):
        splits = stratified_splits(np.array(labels), spec, groups=groups)
        for group in np.unique(groups):
            assert len(np.unique(splits[groups == group])) == 1


def test_groups_of_one_change_nothing():
    labels = np.random.default_rng(0).integers(0, 5, 300)
    spec = SplitSpec(seed=3)
    assert np.array_equal(stratified_splits(labels, spec, groups=np.arange(300)), stratified_splits(labels, spec))


def test_groups_of_ten_fill_the_shares_as_well_as_they_can():
    groups = np.repeat(np.arange(40), 10)
    labels = groups % 2
    splits = stratified_splits(labels, SplitSpec(val=0.2, test=0.1), groups=groups)
    # 200 a class in tens: 40, 20 and 140 can be met exactly.
    assert [np.bincount(splits[labels == label]).tolist() for label in (0, 1)] == [[140, 40, 20]] * 2


def test_each_image_is_validated_in_exactly_one_fold_and_classes_are_even():
    labels = np.array([0] * 52 + [1] * 31)
    seen = np.zeros(len(labels), int)
    tests = []
    for fold in range(5):
        splits = stratified_splits(labels, SplitSpec(test=0.2, folds=5, fold=fold))
        seen += splits == 1
        tests.append(splits == 2)
        counts = np.bincount(labels[splits == 1])
        # 42 and 25 are left by the test; as StratifiedKFold deals them.
        assert counts[0] in (8, 9)
        assert counts[1] == 5
    assert all(np.array_equal(test, tests[0]) for test in tests)
    assert (seen + tests[0] == 1).all()


def test_groups_come_from_folders_and_patterns_and_copies_join_them():
    names = ("a/p1/1.png", "a/p1/2.png", "a/p2/1.png", "b/p3_x.png", "b/p3_y.png")
    alone = np.arange(5)
    assert split_groups(names, SplitSpec(), alone) is None
    assert split_groups(names, SplitSpec(group="folder"), alone).tolist() == [0, 0, 2, 3, 3]
    assert split_groups(names, SplitSpec(group="pattern", pattern=r"(p\d)_"), alone).tolist() == [0, 1, 2, 3, 3]
    copies = np.array([0, 1, 2, 0, 4])
    assert split_groups(names, SplitSpec(group="folder"), copies).tolist() == [0, 0, 2, 0, 0]


@pytest.mark.parametrize("pattern", ["(", "(zebra)", ""])
def test_a_pattern_that_groups_nothing_is_refused(pattern):
    with pytest.raises(DataError, match=r"pattern|expression"):
        split_groups(("a/1.png",), SplitSpec(group="pattern", pattern=pattern), np.arange(1))
