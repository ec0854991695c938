"""The policies against torchvision's own transforms and tables."""

import numpy as np
import pytest
import torch
from torchvision.transforms import v2
from torchvision.transforms.autoaugment import AutoAugmentPolicy

from cnnstudio.data.augmentation import operations
from cnnstudio.data.draws import Draws
from cnnstudio.data.policy import COMMON, NAMES, magnitudes, named
from cnnstudio.data.policy_tables import POLICIES

SIZE = (32, 40)


def pictures(n: int = 6) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).integers(0, 256, (n, 3, *SIZE), dtype=np.uint8))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sign", [1, -1])
def test_single_operations_are_torchvisions(name: str, sign: int) -> None:
    images = pictures()
    magnitude = sign * float(magnitudes(name, np.array([0.3]), SIZE)[0])
    if name in ("Posterize", "Solarize"):
        magnitude = abs(magnitude)
    transform = v2.RandAugment()
    theirs = transform._apply_image_or_video_transform(images, name, magnitude, v2.InterpolationMode.NEAREST, {})
    assert torch.equal(named(images, name, magnitude), theirs)


@pytest.mark.parametrize("name", COMMON)
def test_magnitudes_are_those_of_the_papers(name: str) -> None:
    for is_wide, transform in ((False, v2.RandAugment()), (True, v2.TrivialAugmentWide())):
        table, _ = transform._AUGMENTATION_SPACE[name]
        theirs = table(31, *SIZE)
        ours = magnitudes(name, np.arange(31) / 30, SIZE, is_wide=is_wide)
        assert ours == pytest.approx(np.zeros(31) if theirs is None else np.asarray(theirs, float), abs=1e-5)


@pytest.mark.parametrize("policy", AutoAugmentPolicy)
def test_the_tables_are_the_papers(policy: AutoAugmentPolicy) -> None:
    theirs = v2.AutoAugment(policy)._policies
    ours = [
        tuple((name, tenths / 10, None if level < 0 else level) for name, tenths, level in pair)
        for pair in POLICIES[policy.value]
    ]
    assert ours == theirs


def test_randaugment_draws_each_operation_equally_often_and_its_sign_too() -> None:
    uniforms = Draws.of(0, 0, torch.arange(14_000)).uniforms(20)
    number, magnitude, *_ = operations["randaugment"]().values(uniforms, SIZE)
    counts = np.bincount(number.astype(int), minlength=14)
    assert (np.abs(counts - 1000) < 150).all()
    turned = magnitude[number == NAMES.index("Rotate")]
    assert sorted(set(np.round(turned, 6))) == [-9.0, 9.0]
    assert abs(turned.mean()) < 1.5


def test_autoaugment_applies_a_step_as_often_as_its_table_says() -> None:
    uniforms = Draws.of(0, 0, torch.arange(25_000)).uniforms(5)
    first, _, second, _ = operations["autoaugment"](policy="cifar10").values(uniforms, SIZE)
    for step, column in enumerate((first, second)):
        expected = np.mean([pair[step][1] / 10 for pair in POLICIES["cifar10"]])
        assert (column >= 0).mean() == pytest.approx(expected, abs=0.02)


def test_trivialaugment_reaches_all_levels() -> None:
    uniforms = Draws.of(0, 0, torch.arange(20_000)).uniforms(3)
    number, magnitude = operations["trivialaugment"]().values(uniforms, SIZE)
    turned = np.abs(magnitude[number == NAMES.index("Rotate")])
    assert sorted(set(np.round(turned, 4))) == pytest.approx([135 * level / 30 for level in range(31)], abs=1e-3)
