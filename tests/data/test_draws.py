"""The counter-based generator: known values, independence of the batch, and how its numbers are spread."""

import numpy as np
import pytest
import torch
from scipy import stats

from cnnstudio.data.draws import GOLDEN, Draws, beta, mixed

MASK = 2**64 - 1


def splitmix64(state: int) -> int:
    """The generator as its authors wrote it, in Python's whole numbers."""
    z = (state + GOLDEN) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def test_the_mixing_is_splitmix64() -> None:
    # The first outputs for seed 1234567 are published with the reference implementation.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    states = [1234567 + number * GOLDEN for number in range(3)]
    assert [splitmix64(state) for state in states] == expected
    counters = [(state + GOLDEN) & MASK for state in states]
    signed = torch.tensor([c - 2**64 if c >= 2**63 else c for c in counters], dtype=torch.int64)
    assert [int(value) & MASK for value in mixed(signed)] == expected


def test_a_picture_draws_the_same_whoever_is_in_its_batch() -> None:
    indices = torch.tensor([5, 900, 17, 3])
    together = Draws.of(1, 2, indices).at(9).uniforms(4)
    for row, index in enumerate(indices):
        alone = Draws.of(1, 2, index[None]).at(9).uniforms(4)
        assert (alone == together[row]).all()


@pytest.mark.parametrize(("seed", "epoch", "index", "place"), [(2, 2, 5, 9), (1, 3, 5, 9), (1, 2, 6, 9), (1, 2, 5, 8)])
def test_another_seed_epoch_picture_or_operation_draws_otherwise(seed: int, epoch: int, index: int, place: int) -> None:
    first = Draws.of(1, 2, torch.tensor([5])).at(9).uniforms(4)
    assert not (Draws.of(seed, epoch, torch.tensor([index])).at(place).uniforms(4) == first).any()


def test_epochs_may_differ_within_a_batch() -> None:
    both = Draws.of(1, [0, 7], torch.tensor([5, 5])).uniforms(2)
    assert (both[1] == Draws.of(1, 7, torch.tensor([5])).uniforms(2)[0]).all()


def test_uniform_numbers_are_spread_evenly_and_independent() -> None:
    drawn = Draws.of(0, 0, torch.arange(20_000)).at(1).uniforms(2)
    for column in drawn.T:
        assert stats.kstest(column, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(drawn.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]) < 0.03


def test_normal_numbers_are_normal() -> None:
    drawn = Draws.of(0, 0, torch.arange(50)).normals(1001, "cpu").numpy()
    assert drawn.shape == (50, 1001)
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    assert stats.kstest(drawn.ravel()[::7], "norm").pvalue > 0.001


def test_beta_numbers_follow_their_law() -> None:
    drawn = beta(Draws.of(0, 0, torch.arange(5_000)).uniforms(1)[:, 0], 0.4)
    assert stats.kstest(drawn, stats.beta(0.4, 0.4).cdf).pvalue > 0.001
