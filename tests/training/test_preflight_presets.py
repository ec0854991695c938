"""The checks before a training are silent on every preset and every sample."""

from functools import cache

import pytest

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.spec import data_spec, parse_source
from cnnstudio.gui.samples import SAMPLES
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.training.checking import run_checks
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.findings import PreflightDone
from cnnstudio.training.presets import PRESETS
from cnnstudio.training.subject import prepare


@cache
def opened(source: str) -> Dataset:
    return open_dataset(data_spec(parse_source(source)), JobContext())


def examined(source: str, network: str, config: TrainConfig) -> PreflightDone:
    dataset = opened(source)
    graph = fit_architecture(network, tuple(dataset.pixels.shape[1:]), len(dataset.classes))
    return run_checks(prepare(dataset, graph, config.replace(threads=1)), JobContext())


@pytest.mark.slow
@pytest.mark.parametrize("preset", PRESETS, ids=[preset.name for preset in PRESETS])
@pytest.mark.parametrize("network", ["lenet5", "lenet5-modern"])
def test_checks_are_silent_on_every_preset(preset: object, network: str) -> None:
    applied = preset.applied(TrainConfig())  # type: ignore[attr-defined]
    done = examined("digits", network, applied)
    assert [finding.text for finding in done.problems] == []
    assert done.duration_s < 31


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_checks_are_silent_on_every_sample(name: str) -> None:
    sample = SAMPLES[name]
    done = examined(sample.source, sample.architecture, sample.config)
    assert [finding.text for finding in done.problems] == []
    assert done.skipped == ()
