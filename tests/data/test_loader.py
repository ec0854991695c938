"""Batches: order, exact repetition by a thread and by processes, mixing, and pixels that lie in a file."""

import hashlib
import itertools
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnstudio.data import feeding
from cnnstudio.data.ahead import Helper
from cnnstudio.data.augment_presets import PRESETS, preset
from cnnstudio.data.augmentation import AugmentSpec
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.distort import Trace
from cnnstudio.data.feeding import split_batches, training_batches
from cnnstudio.data.loader import Batches
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import PreprocessSpec, data_spec

CPU = torch.device("cpu")
N, CLASSES = 90, 3


@pytest.fixture
def dataset() -> Dataset:
    rng = np.random.default_rng(0)
    spec = data_spec(ShapesSource(per_class=2, side=32))
    measured = spec.preprocess.replace(mean=(0.5, 0.4, 0.3), std=(0.2, 0.2, 0.3))
    return Dataset(
        spec=spec.replace(preprocess=measured),
        classes=("a", "b", "c"),
        names=tuple(str(number) for number in range(N)),
        paths=(None,) * N,
        pixels=rng.integers(0, 256, (N, 3, 32, 32), dtype=np.uint8),
        labels=np.arange(N) % CLASSES,
        splits=np.array([0, 0, 1] * (N // 3), np.uint8),
        masks=None,
        problems=(),
        thumbnails=None,
    )


def augmentation(*described: dict[str, object]) -> AugmentSpec:
    return AugmentSpec.model_validate({"operations": described})


def digest(batches: Iterable[tuple[Tensor, Tensor]]) -> str:
    state = hashlib.sha256()
    for images, targets in batches:
        state.update(images.numpy().tobytes() + targets.numpy().tobytes())
    return state.hexdigest()


@pytest.mark.parametrize("key", [one.key for one in PRESETS])
def test_a_batch_is_the_same_in_any_size_and_from_the_middle_of_an_epoch(key: str, dataset: Dataset) -> None:
    def batches(size: int) -> Batches:
        return training_batches(dataset, preset(key, 32), size, 7, CPU)

    whole = list(batches(8).epoch(2))
    assert [len(labels) for _, labels in whole] == [8] * 7 + [4]
    for skip in (1, 7):
        assert digest(batches(8).epoch(2, skip)) == digest(whole[skip:])
    large = torch.cat([images for images, _ in batches(60).epoch(2)])
    assert torch.equal(torch.cat([images for images, _ in whole]), large)


def test_epochs_and_seeds_differ(dataset: Dataset) -> None:
    spec = preset("cifar", 32)
    batches = training_batches(dataset, spec, 16, 7, CPU)
    assert digest(batches.epoch(0)) != digest(batches.epoch(1))
    assert digest(training_batches(dataset, spec, 16, 8, CPU).epoch(0)) != digest(batches.epoch(0))


def test_without_augmentation_pictures_come_as_they_are(dataset: Dataset) -> None:
    batches = training_batches(dataset, AugmentSpec(), 16, 7, CPU)
    rows = torch.from_numpy(dataset.indices("train"))
    order = batches.order(0)
    images = torch.cat([images for images, _ in batches.epoch(0)])
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in ((0.5, 0.4, 0.3), (0.2, 0.2, 0.3)))
    expected = (torch.from_numpy(dataset.pixels)[rows[order]].float() / 255 - mean) / std
    assert torch.allclose(images, expected, atol=1e-6)


def test_the_draw_of_a_picture_goes_by_its_place_in_the_data_set(dataset: Dataset) -> None:
    batches = training_batches(dataset, preset("photos", 32), 16, 7, CPU)
    images, _ = batches.draw(torch.tensor([10, 3]), 4)
    assert batches.distorter is not None
    place = int(dataset.indices("train")[10])
    alone = batches.distorter.distorted(torch.from_numpy(dataset.pixels[[place]]), torch.tensor([place]), 4)
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in ((0.5, 0.4, 0.3), (0.2, 0.2, 0.3)))
    assert torch.allclose(images[:1], (alone - mean) / std, atol=1e-6)


def test_what_one_picture_draws_in_many_epochs_is_what_the_training_gets_in_each(dataset: Dataset) -> None:
    batches = training_batches(dataset, preset("photos", 32), 16, 7, CPU)
    trace = Trace([[] for _ in range(24)])
    preview, _ = batches.draw(torch.full((24,), 5), list(range(24)), trace)
    for epoch in (0, 11, 23):
        at = int((batches.order(epoch) == 5).nonzero())
        in_training = list(batches.epoch(epoch))[at // 16][0][at % 16]
        assert torch.equal(preview[epoch], in_training)
    assert all(trace.words)


def batch_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_one_thread_prepares_all_epochs_and_ends_with_the_batches(dataset: Dataset) -> None:
    batches = training_batches(dataset, preset("cifar", 32), 16, 7, CPU)
    list(batches.epoch(0))
    (first,) = batch_threads()
    list(batches.epoch(1))
    assert batch_threads() == [first]
    batches.close()
    assert not batch_threads()


def test_the_thread_ends_where_batches_are_forgotten(dataset: Dataset) -> None:
    batches = training_batches(dataset, preset("cifar", 32), 16, 7, CPU)
    list(batches.epoch(0))
    (thread,) = batch_threads()
    del batches
    thread.join(10)
    assert not thread.is_alive()


def test_nothing_is_prepared_any_more_behind_an_epoch_that_is_left() -> None:
    made: list[int] = []

    def make(part: int, epoch: int) -> list[int]:
        made.append(part)
        return [part]

    helper = Helper()
    epoch = helper.beside(make, range(100), 0)
    assert next(epoch) == 0
    epoch.close()
    count = len(made)
    assert list(helper.beside(make, [7], 1)) == [7]
    assert count <= 4
    assert made[count:] == [7]
    helper.close()


def test_the_thread_computes_with_one_core_whatever_the_step_uses() -> None:
    """With more, OpenMP lets the step's threads sleep at each of its loops: a quarter of the speed on two cores."""
    before = torch.get_num_threads()
    helper = Helper()
    torch.set_num_threads(3)
    try:
        seen = list(helper.beside(lambda part, epoch: [torch.get_num_threads()], range(3), 0))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
        helper.close()
    assert seen == [1, 1, 1]


def test_an_error_in_the_thread_reaches_the_step(dataset: Dataset) -> None:
    from dataclasses import replace

    batches = replace(training_batches(dataset, preset("cifar", 32), 16, 7, CPU), labels=torch.zeros(60))
    object.__setattr__(batches, "indices", torch.zeros(3, dtype=torch.int64))
    with pytest.raises(IndexError):
        list(batches.epoch(0))


def test_the_thread_leaves_the_number_of_threads_of_the_step(dataset: Dataset) -> None:
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        list(training_batches(dataset, preset("cifar", 32), 16, 7, CPU).epoch(0))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def mapped(dataset: Dataset, tmp_path: Path) -> Dataset:
    from dataclasses import replace

    np.save(tmp_path / "pixels.npy", dataset.pixels)
    return replace(dataset, pixels=np.load(tmp_path / "pixels.npy", mmap_mode="r"))


@pytest.mark.parametrize("key", ["none", "alexnet"])
@pytest.mark.parametrize("is_small", [True, False])
def test_pixels_in_a_file_give_the_same_batches(
    key: str, is_small: bool, dataset: Dataset, mapped: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(mapped.pixels, np.memmap)
    row = dataset.pixels[0].size
    rows = len(dataset.indices("train"))
    monkeypatch.setattr(feeding, "LOADED_BYTES", row * rows if is_small else row * len(dataset.indices("val")) - 1)
    assert isinstance(training_batches(mapped, preset("none", 32), 16, 7, CPU).pixels, Tensor) == is_small
    spec = preset(key, 32)
    in_memory, in_file = (training_batches(data, spec, 16, 7, CPU) for data in (dataset, mapped))
    assert digest(in_memory.epoch(1)) == digest(in_file.epoch(1))
    val_memory, val_file = (split_batches(data, "val", 16, 7, CPU) for data in (dataset, mapped))
    assert digest(val_memory.in_order()) == digest(val_file.in_order())
    assert torch.equal(val_memory.images(torch.tensor([3, 1])), val_file.images(torch.tensor([3, 1])))


# Mixing -------------------------------------------------------------------------------------------------------------


def test_mixup_mixes_pictures_and_classes_by_the_same_share(dataset: Dataset) -> None:
    batches = training_batches(dataset, augmentation({"kind": "mixup", "strength": 1.0}), 60, 7, CPU)
    plain = training_batches(dataset, AugmentSpec(), 60, 7, CPU)
    positions = torch.arange(60)
    images, targets = batches.draw(positions, 0)
    assert targets.shape == (60, CLASSES)
    assert targets.dtype == torch.float32
    assert torch.allclose(targets.sum(1), torch.ones(60))
    originals = plain.images(positions)
    for row in range(10):
        # The share and the partner are found by least squares over all candidates.
        others = originals - originals[row]
        change = images[row] - originals[row]
        shares = (others * change).sum((1, 2, 3)) / (others**2).sum((1, 2, 3)).clamp_min(1e-9)
        rests = ((others * shares[:, None, None, None] - change) ** 2).sum((1, 2, 3))
        partner = int(rests.argmin())
        assert rests[partner] < 1e-3
        expected = torch.zeros(CLASSES)
        expected[row_label(plain, row)] += 1 - shares[partner]
        expected[row_label(plain, partner)] += shares[partner]
        assert torch.allclose(targets[row], expected, atol=1e-3) or partner == row


def row_label(batches: Batches, row: int) -> int:
    return int(batches.labels[row])


def test_cutmix_puts_a_box_in_and_counts_its_area(dataset: Dataset) -> None:
    batches = training_batches(dataset, augmentation({"kind": "cutmix", "probability": 1.0}), 60, 7, CPU)
    originals = training_batches(dataset, AugmentSpec(), 60, 7, CPU).images(torch.arange(60))
    images, targets = batches.draw(torch.arange(60), 0)
    is_own = (images - originals).abs().amax(1) < 1e-5
    for row in range(60):
        share = float(is_own[row].float().mean())
        label = row_label(batches, row)
        others = {int(c) for c in targets[row].nonzero().flatten()} - {label}
        if others:
            assert float(targets[row, label]) == pytest.approx(share, abs=0.01)
    assert 0.3 < float(is_own.float().mean()) < 0.9


def test_mixing_is_the_same_for_any_batch_and_is_said(dataset: Dataset) -> None:
    spec = augmentation({"kind": "mirror"}, {"kind": "mixup"}, {"kind": "cutmix"})
    batches = training_batches(dataset, spec, 16, 7, CPU)
    trace = Trace([[] for _ in range(60)])
    images, targets = batches.draw(torch.arange(60), 5, trace)
    again, again_targets = batches.draw(torch.tensor([41]), 5)
    assert torch.equal(images[41:42], again)
    assert torch.equal(targets[41:42], again_targets)
    assert all(any("mixed" in word or "cut" in word for word in words) for words in trace.words)


# Worker processes ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_worker_processes_give_the_same_batches(workers: int, dataset: Dataset, mapped: Dataset) -> None:
    spec = augmentation({"kind": "rotation"}, {"kind": "noise"}, {"kind": "mixup"})
    expected = [digest(training_batches(dataset, spec, 8, 7, CPU).epoch(e, skip)) for e, skip in ((0, 0), (1, 3))]
    for data in (dataset, mapped):
        batches = training_batches(data, spec, 8, 7, CPU, workers)
        try:
            assert [digest(batches.epoch(0)), digest(batches.epoch(1, 3))] == expected
        finally:
            batches.close()


@pytest.mark.slow
def test_an_epoch_that_is_left_and_begun_anew_disturbs_no_worker(dataset: Dataset) -> None:
    spec = preset("photos", 32)
    batches = training_batches(dataset, spec, 2, 7, CPU, 1)
    assert batches.crew is not None
    batches.crew._chunk_images = 2
    try:
        list(itertools.islice(batches.epoch(0), 3))
        resumed = digest(batches.epoch(0, 3))
    finally:
        batches.close()
    assert resumed == digest(training_batches(dataset, spec, 2, 7, CPU).epoch(0, 3))


def test_validation_is_never_distorted(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("cnnstudio.data.distort.Distorter.distorted", refuse)
    augmented = dataset.with_augment(preset("photos", 32))
    assert len(list(split_batches(augmented, "val", 16, 7, CPU).in_order())) == 2


def test_another_augmentation_keeps_what_was_computed_of_the_data(dataset: Dataset) -> None:
    digest_before = dataset.digest
    made = dataset.with_augment(preset("photos", 32))
    assert vars(made)["digest"] == digest_before
    assert made.spec.augment == preset("photos", 32)
    assert made.spec.is_same_data(dataset.spec)
    assert not made.spec.is_same_data(dataset.spec.replace(source=ShapesSource(per_class=3, side=32)))


def test_an_unknown_preset_names_the_known_ones() -> None:
    from cnnstudio.core.errors import DataError

    with pytest.raises(DataError, match="cifar"):
        preset("imagenet", 32)


@pytest.mark.parametrize(("shape", "count"), [((1, 28, 28), 256), ((3, 32, 32), 256), ((3, 224, 224), 106)])
def test_large_pictures_are_prepared_in_small_numbers(shape: tuple[int, ...], count: int) -> None:
    from cnnstudio.data.loader import chunk_images

    # 64 MB hold 64e6 / (4 · 3 · 224²) = 106 pictures of 224 × 224.
    assert chunk_images(shape) == count


@pytest.mark.parametrize(
    ("images", "size", "batches"),
    [(42_500, 128, 332), (144, 128, 2), (143, 128, 1), (1259, 32, 40), (6, 4, 2), (5, 4, 1), (3, 128, 1), (1, 8, 1)],
)
def test_less_than_an_eighth_of_a_batch_is_left_out_of_an_epoch(images: int, size: int, batches: int) -> None:
    pixels, spec = torch.zeros(images, 1, 8, 8, dtype=torch.uint8), PreprocessSpec(side=8, channels=1, mean=(0.5,))
    made = Batches(pixels, torch.arange(images), spec.replace(std=(0.25,)), size)
    assert made.count() == batches
    sizes = [len(labels) for _, labels in made.epoch(0)]
    assert sizes == [min(size, images - size * number) for number in range(batches)]
    left_out = [set(range(images)) - {int(n) for _, labels in made.epoch(epoch) for n in labels} for epoch in (0, 1)]
    assert all(len(places) == max(0, images - batches * size) for places in left_out)
    assert left_out[0] != left_out[1] or not left_out[0] or images <= 6, "other ones in each epoch"
