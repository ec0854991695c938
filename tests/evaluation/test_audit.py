"""The audit: which operations destroy a class, judged by networks whose answers are known."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.evaluation.audit import audit


class BrighterHalf(nn.Module):
    """Class 0 where the upper half is brighter, else class 1: like 6 and 9, a flip changes one into the other."""

    def forward(self, images: Tensor) -> Tensor:
        upper, lower = images[:, :, :16].mean((1, 2, 3)), images[:, :, 16:].mean((1, 2, 3))
        return torch.stack([upper - lower, lower - upper], dim=1)


@pytest.fixture
def halves() -> Dataset:
    n = 80
    labels = np.arange(n) % 2
    pixels = np.random.default_rng(0).integers(0, 60, (n, 1, 32, 32), dtype=np.uint8)
    for row, label in enumerate(labels):
        pixels[row, :, 16 * label : 16 * label + 16] += 150
    spec = data_spec(ShapesSource(per_class=2, side=32))
    preprocess = spec.preprocess.replace(channels=1, mean=(0.5,), std=(0.25,))
    return Dataset(
        spec=spec.replace(preprocess=preprocess),
        classes=("up", "down"),
        names=tuple(map(str, range(n))),
        paths=(None,) * n,
        pixels=pixels,
        labels=labels,
        splits=np.array([0, 0, 1, 1] * (n // 4), np.uint8),
        masks=None,
        problems=(),
        thumbnails=None,
    )


def augmentation(*described: dict[str, object]) -> AugmentSpec:
    return AugmentSpec.model_validate({"operations": described, "outside": "edge"})


def test_an_operation_that_turns_a_class_into_another_is_found_and_a_harmless_one_is_not(halves: Dataset) -> None:
    spec = augmentation(
        {"kind": "vertical_flip"}, {"kind": "mirror"}, {"kind": "random_crop", "strength": 2}, {"kind": "brightness"}
    )
    found = audit(BrighterHalf(), halves, spec, 1, JobContext())
    flip, mirror, crop, light = found.operations
    assert flip.accuracies == (1.0, 0.0)
    assert [(one.true, one.given, one.share) for one in flip.taken] == [(0, 1, 1.0), (1, 0, 1.0)]
    assert flip.is_harmful
    for harmless in (mirror, crop, light):
        assert set(harmless.accuracies) == {1.0}
        assert not harmless.is_harmful
    assert (found.image_count, found.split) == (40, "val")


def test_accuracy_falls_as_the_strength_rises(halves: Dataset) -> None:
    found = audit(BrighterHalf(), halves, augmentation({"kind": "rotation", "strength": 90.0}), 1, JobContext())
    turned = found.operations[0]
    assert turned.levels == (0.0, 0.5, 1.0, 1.5, 2.0)
    assert turned.strengths == (0.0, 45.0, 90.0, 135.0, 180.0)
    # Up to 90° the brighter half stays above; of angles up to 180° half are beyond that.
    assert turned.accuracies[:2] == (1.0, 1.0)
    assert turned.accuracies[4] == pytest.approx(0.5, abs=0.2)
    assert turned.accuracies[3] > turned.accuracies[4] - 0.05


def test_strengths_stay_within_their_bounds(halves: Dataset) -> None:
    spec = augmentation({"kind": "rotation", "strength": 170.0}, {"kind": "random_crop", "strength": 1})
    turned, moved = audit(BrighterHalf(), halves, spec, 1, JobContext()).operations
    assert turned.strengths == (0.0, 85.0, 170.0)
    assert moved.strengths == (0.0, 1.0, 2.0)
    assert 1.0 in moved.levels


def test_operations_that_are_off_or_mix_are_left_out(halves: Dataset) -> None:
    spec = augmentation({"kind": "mirror"}, {"kind": "noise", "is_on": False}, {"kind": "mixup"})
    assert [one.title for one in audit(BrighterHalf(), halves, spec, 1, JobContext()).operations] == ["Mirror"]
    with pytest.raises(DataError, match="no operation"):
        audit(BrighterHalf(), halves, augmentation({"kind": "mixup"}), 1, JobContext())


def test_it_tells_how_far_it_is_and_can_be_cancelled(halves: Dataset) -> None:
    told: list[Progress] = []
    ctx = JobContext(told.append)
    audit(BrighterHalf(), halves, augmentation({"kind": "mirror"}, {"kind": "rotation"}), 1, ctx)
    assert [(one.done, one.total) for one in told] == [(n, 7) for n in range(8)]
    ctx.cancel()
    with pytest.raises(Cancelled):
        audit(BrighterHalf(), halves, augmentation({"kind": "mirror"}), 1, ctx)


def test_data_without_validation_or_test_images_is_refused(halves: Dataset) -> None:
    from dataclasses import replace

    alone = replace(halves, splits=np.zeros(80, np.uint8))
    with pytest.raises(DataError, match="no validation or test images"):
        audit(BrighterHalf(), alone, augmentation({"kind": "mirror"}), 1, JobContext())
