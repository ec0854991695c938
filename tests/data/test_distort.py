"""Every operation: the same for any batch, only for its share of pictures, named in words, harmless on grey."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnstudio.core.specs import settings_of
from cnnstudio.data.augmentation import AugmentSpec, Mixing, operations
from cnnstudio.data.colours import colour_statistics
from cnnstudio.data.distort import Distorter, Trace
from cnnstudio.data.warp import to_unit

SINGLE = [kind for kind in operations.kinds() if not issubclass(operations[kind], Mixing)]


def pictures(n: int = 12, channels: int = 3, size: tuple[int, int] = (17, 20)) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (n, channels, *size), dtype=np.uint8))


@pytest.fixture
def distorter() -> Callable[..., Distorter]:
    def make(*described: dict[str, object], channels: int = 3, **settings: object) -> Distorter:
        spec = AugmentSpec.model_validate({"operations": described, **settings})
        colours = colour_statistics(pictures(channels=channels).numpy(), np.arange(12))
        return Distorter(spec, 1, (0.5,) * channels, colours)

    return make


@pytest.mark.parametrize("kind", SINGLE)
def test_a_picture_is_distorted_the_same_whoever_is_in_its_batch(
    kind: str, distorter: Callable[..., Distorter]
) -> None:
    images, indices = pictures(), torch.arange(12) * 7
    # Geometry before and behind, so that fusion is part of it.
    engine = distorter({"kind": "rotation"}, {"kind": kind, "probability": 0.6}, {"kind": "translation"})
    whole = to_unit(engine.distorted(images, indices, 3))
    for part in (slice(0, 1), slice(1, 12), slice(5, 8)):
        assert torch.equal(to_unit(engine.distorted(images[part], indices[part], 3)), whole[part])
    turned = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    assert torch.equal(to_unit(engine.distorted(images[turned], indices[turned], 3)), whole[turned])


@pytest.mark.parametrize("kind", SINGLE)
def test_values_stay_pictures_and_each_one_that_changed_is_named(
    kind: str, distorter: Callable[..., Distorter]
) -> None:
    images = pictures(200)
    engine = distorter({"kind": kind, "probability": 0.5})
    trace = Trace([[] for _ in range(200)])
    result = to_unit(engine.distorted(images, torch.arange(200), 0, trace))
    assert result.shape == images.shape
    assert result.min() >= 0
    assert result.max() <= 1
    has_changed = (result != to_unit(images)).flatten(1).any(1)
    is_named = torch.tensor([bool(words) for words in trace.words])
    assert not (has_changed & ~is_named).any()
    assert 70 < int(is_named.sum()) < 130


@pytest.mark.parametrize("kind", SINGLE)
def test_grey_pictures_pass_through_every_operation(kind: str, distorter: Callable[..., Distorter]) -> None:
    images = pictures(channels=1)
    engine = distorter({"kind": kind, "probability": 1.0}, channels=1)
    trace = Trace([[] for _ in range(12)])
    result = engine.distorted(images, torch.arange(12), 0, trace)
    assert result.shape == images.shape
    if operations[kind].needs_colour:
        assert torch.equal(result, images)
        assert trace.words == [[]] * 12


@pytest.mark.parametrize("outside", ["mean", "black", "edge", "mirror"])
def test_flat_pictures_stay_flat_where_the_outside_goes_on(outside: str, distorter: Callable[..., Distorter]) -> None:
    images = torch.full((12, 3, 16, 16), 102, dtype=torch.uint8)
    engine = distorter({"kind": "rotation", "strength": 45.0}, {"kind": "elastic"}, outside=outside)
    result = to_unit(engine.distorted(images, torch.arange(12), 0))
    is_flat = bool(torch.allclose(result, torch.tensor(0.4), atol=1e-5))
    assert is_flat is (outside in ("edge", "mirror"))


def test_a_switched_off_operation_draws_nothing_and_disturbs_none(distorter: Callable[..., Distorter]) -> None:
    images, indices = pictures(), torch.arange(12)
    alone = distorter({"kind": "mirror"}).distorted(images, indices, 0)
    beside_off = distorter({"kind": "rotation", "is_on": False}, {"kind": "mirror"}).distorted(images, indices, 0)
    beside_never = distorter({"kind": "noise", "probability": 0}, {"kind": "mirror"}).distorted(images, indices, 0)
    assert torch.equal(alone, beside_off)
    assert torch.equal(alone, beside_never)
    assert alone.dtype == torch.uint8


def test_two_of_a_kind_draw_on_their_own(distorter: Callable[..., Distorter]) -> None:
    trace = Trace([[] for _ in range(200)])
    engine = distorter({"kind": "mirror"}, {"kind": "mirror"})
    engine.distorted(pictures(200), torch.arange(200), 0, trace)
    counts = np.bincount([len(words) for words in trace.words], minlength=3)
    assert counts.tolist() == pytest.approx([50, 100, 50], abs=20)


def test_the_order_matters_where_it_should(distorter: Callable[..., Distorter]) -> None:
    images, indices = pictures(), torch.arange(12)
    erase = {"kind": "erasing", "probability": 1.0}
    turn = {"kind": "rotation", "probability": 1.0, "strength": 45.0}
    first = distorter(erase, turn).distorted(images, indices, 0)
    second = distorter(turn, erase).distorted(images, indices, 0)
    assert not torch.equal(first, second)


def test_pictures_are_not_changed_in_place(distorter: Callable[..., Distorter]) -> None:
    images = pictures()
    before = images.clone()
    for kind in SINGLE:
        distorter({"kind": kind, "probability": 1.0}).distorted(images, torch.arange(12), 0)
    assert torch.equal(images, before)


@pytest.mark.parametrize("kind", operations.kinds())
def test_every_operation_explains_itself(kind: str) -> None:
    operation = operations[kind]()
    assert operation.title
    assert operation.about.endswith(".")
    for info in settings_of(operation):
        assert info.description.endswith(".")
    if operation.strength_field:
        assert operation.strength_field in {info.name for info in settings_of(operation)}
    assert operations.parse(operation.to_json()) == operation


def test_each_picture_is_mixed_by_one_operation_at_most(distorter: Callable[..., Distorter]) -> None:
    engine = distorter({"kind": "mixup", "probability": 0.5}, {"kind": "cutmix", "probability": 0.5})
    draws = engine.mixes(torch.arange(400), 0, (16, 16))
    rows = np.concatenate([draw.rows for draw in draws])
    assert len(rows) == len(set(rows.tolist()))
    assert [draw.operation.kind for draw in draws] == ["mixup", "cutmix"]
    assert len(draws[0].rows) == pytest.approx(200, abs=40)
    assert len(draws[1].rows) == pytest.approx(100, abs=40)
