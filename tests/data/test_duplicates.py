"""Copies of pictures: exact, resized, re-encoded, mirrored; planted and counted."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from cnnstudio.data.copies import copy_problems, surplus
from cnnstudio.data.duplicates import clusters, exact_groups, joined, near_pairs
from cnnstudio.data.fingerprint import fingerprints
from cnnstudio.data.raw import RawData
from cnnstudio.data.resize import to_planes
from cnnstudio.data.spec import SplitSpec
from cnnstudio.data.splits import stratified_splits

N, SIDE = 500, 64


def scene(seed: int) -> Image.Image:
    """Coarse colour blotches with finer ones above, as photos have."""
    rng = np.random.default_rng(seed)
    image = np.zeros((96, 128, 3))
    for cells, weight in ((3, 0.6), (7, 0.3), (20, 0.1)):
        noise = Image.fromarray(rng.integers(0, 256, (cells, cells, 3), np.uint8))
        image += weight * np.asarray(noise.resize((128, 96), Image.Resampling.BICUBIC))
    return Image.fromarray(image.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))


def encoded(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def resized(image: Image.Image, factor: float) -> Image.Image:
    return image.resize((round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS)


WAYS = {
    "re-encoded": lambda image: encoded(image, 40),
    "half as large": lambda image: encoded(resized(image, 0.5), 85),
    "twice as large": lambda image: encoded(resized(image, 2), 85),
    "mirrored": lambda image: encoded(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 75),
    "mirrored and smaller": lambda image: encoded(resized(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 0.7), 75),
}


@pytest.fixture(scope="module")
def scenes() -> list[Image.Image]:
    return [scene(seed) for seed in range(N)]


def prints_of(images: list[Image.Image]) -> np.ndarray:
    return fingerprints(np.stack([to_planes(image, SIDE, 3, "crop") for image in images]))


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_planted_look_alikes_are_found_and_nothing_else(scenes, way):
    planted = [WAYS[way](image) for image in scenes[: N // 5]]
    pairs = near_pairs(prints_of([*scenes, *planted]))
    right = {(place, N + place) for place in range(N // 5)}
    found = set(map(tuple, pairs.tolist()))
    assert len(found & right) >= 0.95 * len(right)
    assert len(found - right) <= 0.01 * N


def test_pictures_without_contrast_are_no_look_alikes():
    grey = [Image.new("RGB", (40, 40), (level,) * 3) for level in range(100, 130)]
    assert len(near_pairs(prints_of(grey))) == 0


def test_fingerprints_are_the_means_of_cells():
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (3, 1, 16, 16), np.uint8)
    expected = pixels.reshape(3, 8, 2, 8, 2).mean(axis=(2, 4)).reshape(3, 64)
    assert np.abs(fingerprints(pixels) - expected).max() <= 0.5
    # 20 isn't a multiple of 8: a cell of 2.5 pixels has half of the third one.
    ramp = np.tile(np.arange(20, dtype=np.uint8) * 10, (1, 1, 20, 1))
    assert fingerprints(ramp)[0, 0] == round((0 * 1 + 10 * 1 + 20 * 0.5) / 2.5)


def test_equal_files_share_a_number():
    groups = exact_groups([b"a" * 16, b"b" * 16, b"a" * 16])
    assert groups[0] == groups[2] != groups[1]
    assert exact_groups([]).tolist() == []


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([(3, 4), (1, 3)], [0, 1, 2, 1, 1]),
        ([(0, 1), (1, 2), (2, 3), (3, 4)], [0, 0, 0, 0, 0]),
        ([(2, 4), (0, 4), (1, 3)], [0, 1, 0, 1, 0]),
    ],
)
def test_pairs_join_into_groups(pairs, expected):
    assert joined(5, np.array(pairs, np.int64).reshape(-1, 2)).tolist() == expected


def test_long_chains_join():
    order = np.random.default_rng(0).permutation(1000)
    pairs = np.stack([order[:-1], order[1:]], axis=1)
    assert joined(1000, pairs).tolist() == [0] * 1000


def test_exact_copies_count_even_without_contrast():
    prints = np.full((3, 64), 100, np.uint8)
    assert clusters([b"a" * 16, b"b" * 16, b"a" * 16], prints).tolist() == [0, 1, 0]


def raw(labels: list[int], groups: list[int], digests: tuple[bytes, ...] = ()) -> RawData:
    names = tuple(f"{number}.png" for number in range(len(labels)))
    pixels = np.zeros((len(labels), 1, 8, 8), np.uint8)
    return RawData(
        ("a", "b"), names, (None,) * len(names), pixels, np.array(labels), digests=digests, groups=np.array(groups)
    )


def test_each_finding_knows_its_pictures():
    data = raw([0, 0, 1, 1, 0], [0, 0, 2, 2, 0], (b"x", b"x", b"y", b"z", b"w"))
    splits = np.array([0, 0, 0, 1, 0], np.uint8)
    found = {problem.kind: problem.places for problem in copy_problems(data, splits)}
    assert found == {"duplicates": (0, 1), "near_leak": (2, 3), "near_duplicates": (0, 1, 4, 2, 3)}


def test_look_alikes_in_two_classes_and_excluded_ones():
    data = raw([0, 1, 1], [0, 0, 2])
    assert [p.kind for p in copy_problems(data, np.zeros(3, np.uint8))] == ["near_conflicts", "near_duplicates"]
    assert list(copy_problems(data, np.array([3, 0, 0], np.uint8))) == []


@pytest.mark.slow
def test_no_look_alikes_are_torn_apart_by_the_split(scenes):
    planted = [WAYS["mirrored and smaller"](image) for image in scenes[:100]]
    prints = prints_of([*scenes, *planted])
    labels = np.arange(len(prints)) % 2
    together = stratified_splits(labels, SplitSpec(group="copies"), groups=clusters((), prints))
    apart = stratified_splits(labels, SplitSpec())
    pairs = near_pairs(prints)
    assert np.count_nonzero(apart[pairs[:, 0]] != apart[pairs[:, 1]]) > 20
    assert np.count_nonzero(together[pairs[:, 0]] != together[pairs[:, 1]]) == 0
    assert [abs(int(np.count_nonzero(together == part)) - 90) <= 2 for part in (1, 2)] == [True, True]


def test_of_each_group_of_copies_the_one_in_the_examination_stays():
    groups = np.array([0, 0, 2, 2, 2, 5])
    splits = np.array([0, 0, 0, 2, 1, 0], np.uint8)
    assert surplus([0, 1, 2, 3, 4], groups, splits) == [1, 2, 4]
    splits[3] = 3
    # What is left out already is no copy any more.
    assert surplus([0, 1, 2, 3, 4], groups, splits) == [1, 2]
    assert surplus([], groups, splits) == []
