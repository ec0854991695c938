"""Preview equals training: the very same tensors, for any workers and after a resume in the middle of an epoch."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnstudio.core.errors import DataError, FileError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.augment_presets import PRESETS, named_augment, preset
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.feeding import training_batches
from cnnstudio.data.preview import make_preview, shown
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec

CPU = torch.device("cpu")
SEED, EPOCH, SIZE, SKIP = 11, 3, 8, 2
MIXED = AugmentSpec.model_validate({"operations": [{"kind": "rotation"}, {"kind": "noise"}, {"kind": "cutmix"}]})


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return open_dataset(data_spec(ShapesSource(per_class=8, side=32)), JobContext())


def digest(*tensors: Tensor) -> str:
    state = hashlib.sha256()
    for tensor in tensors:
        state.update(np.ascontiguousarray(tensor.numpy()).tobytes())
    return state.hexdigest()


def from_loader(dataset: Dataset, augment: AugmentSpec, workers: int, skip: int) -> tuple[Tensor, Tensor]:
    batches = training_batches(dataset, augment, SIZE, SEED, CPU, workers)
    try:
        parts = list(batches.epoch(EPOCH, skip))
    finally:
        batches.close()
    return torch.cat([images for images, _ in parts]), torch.cat([targets for _, targets in parts])


def check(dataset: Dataset, augment: AugmentSpec, workers: int) -> None:
    order = training_batches(dataset, augment, SIZE, SEED, CPU).order(EPOCH)
    places = [int(place) for place in dataset.indices("train")[order]]
    preview = make_preview(dataset, augment, SEED, places, [EPOCH] * len(places))
    assert digest(*from_loader(dataset, augment, workers, 0)) == digest(preview.images, preview.targets)
    # A resume in the middle of the epoch is a new process that skips what was trained.
    rest = slice(SKIP * SIZE, None)
    resumed = from_loader(dataset, augment, workers, SKIP)
    assert digest(*resumed) == digest(preview.images[rest], preview.targets[rest])


@pytest.mark.parametrize("key", [one.key for one in PRESETS])
def test_the_preview_is_what_the_training_gets(key: str, dataset: Dataset) -> None:
    check(dataset, preset(key, 32), 0)


def test_the_preview_is_what_the_training_gets_where_pictures_are_mixed(dataset: Dataset) -> None:
    check(dataset, MIXED, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "augment"), [(1, preset("alexnet", 32)), (2, MIXED)], ids=["1", "2"])
def test_the_preview_is_what_the_training_gets_from_workers(
    workers: int, augment: AugmentSpec, dataset: Dataset
) -> None:
    check(dataset, augment, workers)


def test_tensors_are_shown_as_the_pictures_they_were_made_of(dataset: Dataset) -> None:
    places = dataset.indices("train")[:5]
    preview = make_preview(dataset, AugmentSpec(), SEED, places.tolist(), [0] * 5)
    assert (preview.pictures == dataset.pixels[places].transpose(0, 2, 3, 1)).all()
    assert preview.words == ((),) * 5
    assert preview.classes == tuple(dataset.classes[label] for label in dataset.labels[places])


def test_grey_tensors_are_shown_in_three_equal_channels() -> None:
    from cnnstudio.data.spec import PreprocessSpec

    spec = PreprocessSpec(channels=1, mean=(0.5,), std=(0.5,))
    assert shown(torch.zeros(1, 1, 2, 2), spec).tolist() == [[[[128] * 3] * 2] * 2]


def test_mixed_classes_are_told_with_their_shares(dataset: Dataset) -> None:
    places = dataset.indices("train")[:20].tolist()
    preview = make_preview(dataset, MIXED, SEED, places, [0] * 20)
    two = [text for text in preview.classes if "," in text]
    assert two
    first, second = (float(part.split()[-2]) for part in two[0].split(", "))
    assert first + second == pytest.approx(100, abs=1)


def test_a_picture_that_is_not_for_training_is_refused(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="not among the training images"):
        make_preview(dataset, AugmentSpec(), SEED, [int(dataset.indices("val")[0])], [0])


def test_an_augmentation_comes_by_name_or_from_a_file(tmp_path: Path) -> None:
    assert named_augment("cifar", 64).operations[1].strength == 8  # type: ignore[attr-defined]
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(MIXED.to_json()))
    assert named_augment(str(path), 32) == MIXED
    path.write_text('{"operations": [{"kind": "rotatoin"}]}')
    with pytest.raises(DataError, match="rotation"):
        named_augment(str(path), 32)
    path.write_text('{"operations": [{"kind": "rotation", "strength": 999}]}')
    with pytest.raises(DataError, match="999"):
        named_augment(str(path), 32)
    with pytest.raises(FileError):
        named_augment(str(tmp_path / "none.json"), 32)
