"""Classes that come equally often."""

import numpy as np
import pytest
import torch

from cnnstudio.data.augment_presets import preset
from cnnstudio.data.balance import balanced_order
from cnnstudio.data.distort import Distorter
from cnnstudio.data.loader import Batches
from cnnstudio.data.spec import PreprocessSpec

SPEC = PreprocessSpec(mean=(0.5,) * 3, std=(0.25,) * 3)
# 60, 30 and 10 images of three classes.
LABELS = torch.tensor([0] * 60 + [1] * 30 + [2] * 10)


def order(seed: int = 0) -> torch.Tensor:
    return balanced_order(LABELS, torch.Generator().manual_seed(seed))


def test_each_class_has_an_equal_share() -> None:
    counts = torch.bincount(LABELS[order() % 100], minlength=3)
    assert sorted(counts.tolist()) == [33, 33, 34]


def test_a_rare_classs_images_come_equally_often_and_a_frequent_ones_at_most_once() -> None:
    times = torch.bincount(order() % 100, minlength=100)
    assert set(times[90:].tolist()) <= {3, 4}
    assert set(times[:60].tolist()) == {0, 1}
    assert set(times[60:90].tolist()) <= {1, 2}


def test_the_left_over_share_goes_by_lot_and_epochs_differ() -> None:
    lucky = {int(torch.bincount(LABELS[order(seed) % 100]).argmax()) for seed in range(30)}
    assert lucky == {0, 1, 2}
    assert not torch.equal(order(0), order(1))


def test_equal_classes_come_once_each() -> None:
    even = balanced_order(torch.arange(40) % 4, torch.Generator().manual_seed(0))
    assert sorted(even.tolist()) == list(range(40))


@pytest.fixture
def batches() -> Batches:
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (100, 3, 16, 16), dtype=np.uint8))
    distorter = Distorter(preset("photos", 16), 1, (0.5,) * 3)
    return Batches(pixels, LABELS, SPEC, 10, 1, None, distorter, 3, is_balanced=True)


def test_an_image_that_comes_again_is_distorted_otherwise(batches: Batches) -> None:
    images, labels = batches.draw(torch.tensor([95, 195, 295]), 0)
    assert labels.tolist() == [2, 2, 2]
    assert not torch.equal(images[0], images[1])
    assert not torch.equal(images[1], images[2])
    assert torch.equal(images[1:2], batches.draw(torch.tensor([195]), 0)[0])


def test_an_epoch_has_its_batches_and_can_be_resumed(batches: Batches) -> None:
    whole = list(batches.epoch(3))
    assert [len(labels) for _, labels in whole] == [10] * 10
    assert sorted(torch.bincount(torch.cat([labels for _, labels in whole])).tolist()) == [33, 33, 34]
    for (images, labels), (again, again_labels) in zip(batches.epoch(3, 4), whole[4:], strict=True):
        assert torch.equal(images, again)
        assert torch.equal(labels, again_labels)


def test_without_augmentation_images_come_as_they_are(batches: Batches) -> None:
    from dataclasses import replace

    plain = replace(batches, distorter=None)
    images, _ = plain.draw(torch.tensor([95, 195]), 0)
    assert torch.equal(images[0], images[1])
    assert len(torch.cat([labels for _, labels in plain.epoch(0)])) == 100
