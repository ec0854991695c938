import json
import os
from pathlib import Path

import pytest

from cnnstudio.core.errors import DataError, FileError, GraphError, RecipeError, RunError
from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.run import Run, bin_run, open_run, restore_run
from cnnstudio.runs.store import broken_runs, create_run, list_runs, next_run_path
from cnnstudio.runs.writer import cut_history
from cnnstudio.training.config import TrainConfig


def test_run_comes_back_as_created(run: Run, dataset: Dataset, graph: NetworkGraph, config: TrainConfig) -> None:
    again = open_run(run.path)
    assert (again.name, again.graph, again.config, again.data) == ("run 1", graph, config, dataset.spec)
    assert again.classes == dataset.classes
    assert again.info.counts == {"train": 48, "val": 8, "test": 8}


@pytest.mark.parametrize("part", ["run.json", "data.json", "network.json", "train.json"])
@pytest.mark.parametrize("harm", [b"", b'{"version": 1', b"\x00\xff\xfe", b"[]", b'{"version": NaN}'])
def test_damaged_part_is_named_and_the_others_still_list(tmp_path: Path, run: Run, part: str, harm: bytes) -> None:
    (run.path / part).write_bytes(harm)
    with pytest.raises(RunError, match=part.replace(".", r"\.")):
        open_run(run.path)
    assert list_runs(tmp_path) == []
    ((path, reason),) = broken_runs(tmp_path)
    assert path == run.path
    assert part in reason


@pytest.mark.parametrize("part", ["data.json", "network.json", "train.json"])
def test_half_written_run_is_named(run: Run, part: str) -> None:
    (run.path / part).unlink()
    with pytest.raises(RunError, match=f"run-001 is incomplete.*{part}"):
        open_run(run.path)


def test_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run"):
        open_run(tmp_path)


def test_run_of_a_newer_version_keeps_its_unknown_keys(run: Run) -> None:
    value = json.loads((run.path / "train.json").read_text())
    (run.path / "train.json").write_text(json.dumps({**value, "from_the_future": 3}))
    assert open_run(run.path).config.to_json()["from_the_future"] == 3


def test_binned_run_comes_back(tmp_path: Path, run: Run) -> None:
    binned = bin_run(run)
    assert list_runs(tmp_path) == []
    assert next_run_path(tmp_path).name == "run-002"
    assert restore_run(binned).name == "run 1"
    assert [r.name for r in list_runs(tmp_path)] == ["run 1"]


def test_data_and_network_that_do_not_fit_are_refused(tmp_path: Path, dataset: Dataset, config: TrainConfig) -> None:
    with pytest.raises(RunError, match="takes 3×64×64 images and the data has 3×32×32"):
        create_run(tmp_path / "a", dataset, fit_architecture("lenet5", (3, 64, 64), 8), config)
    with pytest.raises(RunError, match="has 10 outputs and the data 8 classes"):
        create_run(tmp_path / "a", dataset, fit_architecture("lenet5", (3, 32, 32), 10), config)
    with pytest.raises(GraphError, match="each of 32×32 pixels: training segmentation networks isn't offered yet"):
        create_run(tmp_path / "a", dataset, fit_architecture("unet", (3, 32, 32), 8), config)
    with pytest.raises(RecipeError, match="batch of 9,999"):
        create_run(tmp_path / "a", dataset, fit_architecture("lenet5", (3, 32, 32), 8), config.replace(batch=9999))
    assert not (tmp_path / "a").exists()


def test_data_with_a_blocking_problem_are_not_trained_on(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    from dataclasses import replace

    from cnnstudio.data.raw import Problem

    bad = replace(dataset, problems=(Problem("", "tiny_class", "Class 'a' has 1 image.", is_blocking=True),))
    with pytest.raises(DataError, match="Class 'a' has 1 image"):
        create_run(tmp_path / "a", bad, graph, config)


def test_place_that_can_not_be_written_is_told(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FileError, match="could not be saved"):
        create_run(tmp_path / "file" / "run", dataset, graph, config)


def test_disk_that_fills_at_any_write_leaves_no_half_run(
    tmp_path: Path, dataset: Dataset, graph: NetworkGraph, config: TrainConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = os.replace, 0
    for fail_at in range(1, 10):
        calls = 0

        def replace(source: str, target: str) -> None:
            nonlocal calls
            calls += 1
            if calls == fail_at:  # noqa: B023
                raise OSError(28, "No space left on device")
            real(source, target)

        monkeypatch.setattr(os, "replace", replace)
        path = tmp_path / str(fail_at)
        if fail_at > 5:  # data, network, train, source, run: five files are written
            create_run(path, dataset, graph, config)
            made += 1
            continue
        with pytest.raises(FileError, match="disk is full"):
            create_run(path, dataset, graph, config)
        assert not (path / "run.json").exists()
    assert made == 4


def test_history_is_cut_at_a_step(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    lines = [
        {"event": "steps_done", "first_step": 1, "losses": [1.0, 2.0, 3.0], "accuracies": [0.1, 0.2, 0.3]},
        {"event": "epoch_done", "epoch": 1, "step": 3},
        {"event": "steps_done", "first_step": 4, "losses": [4.0, 5.0], "accuracies": [0.4, 0.5]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    cut_history(path, 4, 1)
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        lines[0],
        lines[1],
        {"event": "steps_done", "first_step": 4, "losses": [4.0], "accuracies": [0.4]},
    ]


def test_epoch_that_was_not_judged_yet_is_cut_too(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps({"event": "epoch_done", "epoch": 4, "step": 24}) + "\n")
    cut_history(path, 24, 3)
    assert path.read_text() == ""
