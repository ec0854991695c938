"""The digits and the shapes: what they hold, and that they are the same each time."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import ndimage
from sklearn.datasets import load_digits

from cnnstudio.core.errors import Cancelled, DataError
from cnnstudio.core.jobs import JobContext, Progress, run_inline
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.outlines import OUTLINES, drop, regular
from cnnstudio.data.scenes import CLASSES, draw_scene
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import PreprocessSpec, data_spec


@pytest.fixture(scope="module")
def digits():
    return run_inline(lambda ctx: open_dataset(data_spec(DigitsSource()), ctx))


@pytest.fixture(scope="module")
def shapes():
    return run_inline(lambda ctx: open_dataset(data_spec(ShapesSource(per_class=20)), ctx))


def test_digits_are_1797_of_ten_classes(digits):
    assert digits.pixels.shape == (1797, 1, 32, 32)
    assert digits.pixels.dtype == np.uint8
    assert list(digits.counts().values()) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert digits.classes == tuple("0123456789")
    assert digits.problems == ()


def test_digits_keep_their_ink(digits):
    # Enlarging by 4 keeps the mean; 16 levels become 255.
    original = load_digits().images
    assert np.abs(digits.pixels.mean(axis=(1, 2, 3)) - original.mean(axis=(1, 2)) * 255 / 16).max() < 8
    assert np.array_equal(digits.labels, load_digits().target)


def test_digits_can_be_had_at_their_own_size():
    raw = DigitsSource().load(JobContext(), PreprocessSpec(side=8, channels=1))
    expected = load_digits().images * 255 / 16
    assert np.abs(raw.pixels[:, 0] - expected).max() <= 0.5


@pytest.mark.slow
def test_digits_in_another_process_have_the_same_digest(digits):
    code = (
        "from cnnstudio.core.jobs import run_inline; from cnnstudio.data.dataset import open_dataset;"
        "from cnnstudio.data.spec import data_spec, parse_source;"
        "print(run_inline(lambda ctx: open_dataset(data_spec(parse_source('digits')), ctx)).digest)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digits.digest


def test_there_are_eight_shapes_evenly_many(shapes):
    assert shapes.classes == ("circle", "cross", "diamond", "drop", "heart", "square", "star", "triangle")
    assert shapes.counts() == dict.fromkeys(shapes.classes, 20)
    assert shapes.pixels.shape == (160, 3, 64, 64)
    assert shapes.masks.shape == (160, 64, 64)


def test_a_scene_follows_from_seed_and_index_alone():
    again = draw_scene(7, 11, 64)
    first = draw_scene(7, 11, 64)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.image, draw_scene(8, 11, 64).image)
    assert not np.array_equal(first.image, draw_scene(7, 11 + len(CLASSES), 64).image)


def test_more_scenes_leave_the_first_ones_as_they_were(shapes):
    fewer = ShapesSource(per_class=3).load(JobContext(), shapes.spec.preprocess)
    assert np.array_equal(fewer.pixels, shapes.pixels[:24])
    assert fewer.names == shapes.names[:24]


def test_masks_are_one_piece_inside_the_picture(shapes):
    for index, mask in enumerate(shapes.masks):
        _, pieces = ndimage.label(mask, structure=np.ones((3, 3)))
        assert pieces == 1, shapes.names[index]
        assert not mask[0].any()
        assert not mask[-1].any()
        assert not mask[:, 0].any()
        assert not mask[:, -1].any()


def test_shapes_vary_in_place_and_size(shapes):
    areas = shapes.masks.sum(axis=(1, 2))
    assert areas.min() > 60
    assert areas.max() > 4 * areas.min()
    centres = np.array([ndimage.center_of_mass(mask) for mask in shapes.masks])
    assert (centres.std(axis=0) > 4).all()


def test_no_shape_has_a_hole_and_each_covers_its_middle(shapes):
    for mask in shapes.masks:
        assert ndimage.binary_fill_holes(mask, structure=np.ones((3, 3))).sum() == mask.sum()
        row, column = ndimage.center_of_mass(mask)
        assert mask[round(row), round(column)]


def test_the_shape_stands_out_from_its_ground(shapes):
    differences = []
    for pixels, mask in zip(shapes.pixels, shapes.masks, strict=True):
        around = ndimage.binary_dilation(mask, iterations=5) & ~ndimage.binary_dilation(mask, iterations=2)
        differences.append(np.abs(pixels[:, mask].mean(axis=1) - pixels[:, around].mean(axis=1)).mean())
    assert np.median(differences) > 50
    assert np.min(differences) > 8


def test_masks_follow_the_pictures_to_another_size():
    raw = ShapesSource(per_class=2).load(JobContext(), PreprocessSpec(side=32, channels=1))
    full = ShapesSource(per_class=2).load(JobContext(), PreprocessSpec(side=64, channels=3))
    assert raw.pixels.shape == (16, 1, 32, 32)
    assert np.abs(raw.masks.mean(axis=(1, 2)) - full.masks.mean(axis=(1, 2))).max() < 0.02


def test_outlines_stay_within_their_circle():
    for outline in OUTLINES.values():
        assert np.linalg.norm(outline(), axis=1).max() <= 1.25


def test_a_triangle_has_its_area():
    # An equilateral triangle in the unit circle: 3·√3 / 4.
    assert polygon_area(regular(3)) == pytest.approx(3 * 3**0.5 / 4)


@pytest.mark.parametrize("p", [1.5, 2.0, 3.0])
def test_a_drop_is_a_disc_under_two_tangents(p):
    # Both right triangles between middle, point and touch: sqrt(p² − 1); the rest of the disc: π − acos(1 / p).
    area = np.sqrt(p**2 - 1) + np.pi - np.arccos(1 / p)
    assert polygon_area(drop(p)) == pytest.approx(area * (2 / (p + 1)) ** 2, rel=0.01)


def polygon_area(corners: np.ndarray) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def test_drawing_reports_progress_and_can_be_cancelled():
    events: list[object] = []
    ctx = JobContext(events.append)
    ShapesSource(per_class=10).load(ctx, PreprocessSpec(side=32))
    shown = [event for event in events if isinstance(event, Progress)]
    assert [event.done for event in shown] == [0, 50, 80]
    ctx.cancel()
    with pytest.raises(Cancelled):
        ShapesSource(per_class=10).load(ctx, PreprocessSpec(side=32))


def test_more_than_the_memory_holds_is_refused_before_drawing(monkeypatch):
    monkeypatch.setattr("cnnstudio.data.memory.available_bytes", lambda: 1_000_000)
    with pytest.raises(DataError) as caught:
        ShapesSource(per_class=300).load(JobContext(), PreprocessSpec(side=64))
    # 2,400 × 64 × 64 × (3 + 1 for the mask) = 39.3 MB
    assert "2,400 images of 64×64×3 need 0.0 GB" in caught.value.message
