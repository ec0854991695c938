"""Runs that are made from weights files."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from cnnstudio.cli import main
from cnnstudio.core.errors import DataError, RunError
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.network.compile import compile_network
from cnnstudio.network.weights.file import read_weights
from cnnstudio.network.weights.matching import match_weights
from cnnstudio.network.zoo import architectures
from cnnstudio.runs.export import export_run
from cnnstudio.runs.imported import IMAGENET_MEAN, IMAGENET_STD, import_run, imported_preprocess
from cnnstudio.runs.loaded import load_run_network
from cnnstudio.runs.run import Run, RunState, open_run


@pytest.fixture
def weights_file(tmp_path: Path) -> Path:
    path = tmp_path / "theirs.safetensors"
    save_file(compile_network(architectures["lenet5"].build(), seed=4).state_dict(), path)
    return path


@pytest.fixture
def imported(tmp_path: Path, weights_file: Path) -> Run:
    file = read_weights(weights_file)
    match = match_weights(architectures["lenet5"].build(), file)
    preprocess, _ = imported_preprocess(match, (0.25,), (0.5,))
    return import_run(tmp_path / "run", match, file, tuple("0123456789"), preprocess)


def command(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    code = main.run([str(arg) for arg in args])
    return (code, *capsys.readouterr())


def test_an_imported_run_gives_the_files_logits(imported: Run) -> None:
    loaded = load_run_network(open_run(imported.path))
    expected = compile_network(architectures["lenet5"].build(), seed=4).eval()
    x = torch.randn(3, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        assert torch.equal(loaded.network(x), expected(x))
    assert (loaded.preprocess.mean, loaded.preprocess.std, loaded.classes[3]) == ((0.25,), (0.5,), "3")
    assert imported.state is RunState.FINISHED


def test_its_table_says_what_came_from_where(imported: Run, weights_file: Path) -> None:
    table = json.loads((imported.path / "weights.json").read_text())
    assert (table["file"], table["way"], table["counts"]["taken"]) == ("theirs.safetensors", "our names", 10)
    assert table["rows"][0] == {
        "state": "taken",
        "ours": "conv1.weight",
        "theirs": "conv1.weight",
        "our_shape": [6, 1, 5, 5],
        "their_shape": [6, 1, 5, 5],
        "note": "",
    }


def test_it_has_no_data_and_says_what_to_do(imported: Run) -> None:
    with pytest.raises(DataError, match="no data of its own") as refused:
        open_dataset(imported.data, JobContext())
    assert "--data" in refused.value.hint


def test_a_folder_that_is_not_empty_is_left_alone(imported: Run, weights_file: Path) -> None:
    file = read_weights(weights_file)
    match = match_weights(architectures["lenet5"].build(), file)
    with pytest.raises(RunError, match="isn't empty"):
        import_run(imported.path, match, file, tuple("0123456789"), imported.data.preprocess)


def test_class_names_must_be_as_many_as_outputs(tmp_path: Path, weights_file: Path) -> None:
    file = read_weights(weights_file)
    match = match_weights(architectures["lenet5"].build(), file)
    preprocess, _ = imported_preprocess(match, None, None)
    with pytest.raises(RunError, match="10 outputs, and 2 class names"):
        import_run(tmp_path / "x", match, file, ("a", "b"), preprocess)
    assert not (tmp_path / "x").exists()


def test_torchvisions_weights_get_imagenets_mean_and_spread(tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models")
    save_file(models.resnet18(weights=None).state_dict(), tmp_path / "w.safetensors")
    match = match_weights(architectures["resnet18"].build(), read_weights(tmp_path / "w.safetensors"))
    preprocess, note = imported_preprocess(match, None, None)
    assert (preprocess.mean, preprocess.std, preprocess.side) == (IMAGENET_MEAN, IMAGENET_STD, 224)
    assert "ImageNet's" in note


@pytest.mark.slow
def test_evaluate_predict_and_explain_accept_it(
    tmp_path: Path, weights_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, names = tmp_path / "run", tmp_path / "names.txt"
    names.write_text("\n".join("0123456789"))
    args = ["weights", "lenet5", weights_file, "--out", run, "--classes", names, "--mean", "0.3", "--std", "0.4"]
    code, out, err = command(capsys, *args, "--json")
    assert (code, err) == (0, "")
    made: dict[str, Any] = json.loads(out)
    assert (made["run"], made["counts"]["taken"], made["classes"]) == (str(run), 10, list("0123456789"))
    code, out, _ = command(capsys, "evaluate", run, "--data", "digits", "--json")
    assert (code, json.loads(out)["n"]) == (0, 269)
    code, _, err = command(capsys, "evaluate", run)
    assert code == 3
    assert "no data of its own" in err
    Image.new("L", (20, 30), 200).save(tmp_path / "p.png")
    code, out, _ = command(capsys, "predict", run, tmp_path / "p.png", "--json")
    assert (code, len(json.loads(out)[0]["top"])) == (0, 5)
    code, _, _ = command(capsys, "explain", run, tmp_path / "p.png", "--out", tmp_path / "cam.png")
    assert (code, (tmp_path / "cam.png").is_file()) == (0, True)


@pytest.mark.slow
def test_it_is_exported_and_checked_with_generated_scenes(imported: Run, tmp_path: Path) -> None:
    certificate = export_run(imported, "source", tmp_path / "out").certificate
    assert (certificate.passed, certificate.images) == (True, 32)
    assert "generated, because: This network was imported" in certificate.images_from


def test_the_table_is_shown_and_nothing_made_on_a_dry_run(
    tmp_path: Path, weights_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = command(capsys, "weights", "lenet5", weights_file, "--out", tmp_path / "run", "--dry-run")
    assert code == 0
    assert "10 taken, 0 new, 0 missing, 0 mismatched, 0 unused" in out
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("more", "code", "text"),
    [
        (["--classes", "0"], 3, "out of range"),
        (["--classes", "NOWHERE"], 7, "does not exist"),
        (["--mean", "a,b"], 3, "no list of numbers"),
        (["--mean", "0.1,0.2"], 3, "mean has 2 values for 1 channels"),
        (["--std", "0"], 3, "std must be more than 0"),
        (["--mean", "nan"], 3, "The preprocessing"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    tmp_path: Path, weights_file: Path, capsys: pytest.CaptureFixture[str], more: Sequence[str], code: int, text: str
) -> None:
    more = [str(tmp_path / "nowhere.txt") if part == "NOWHERE" else part for part in more]
    found, _, err = command(capsys, "weights", "lenet5", weights_file, "--out", tmp_path / "run", *more)
    assert found == code
    assert text in err
    assert not (tmp_path / "run").exists()


def test_weights_of_another_network_are_refused_unless_a_part_is_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = dict(compile_network(architectures["lenet5"].build()).state_dict())
    weights["fc1.weight"] = torch.zeros(120, 399)
    save_file(weights, tmp_path / "w.safetensors")
    args = ["weights", "lenet5", tmp_path / "w.safetensors", "--out", tmp_path / "run"]
    code, _, err = command(capsys, *args)
    assert code == 4
    assert "'fc1.weight' 120×400, 120×399 in the file" in err
    assert not (tmp_path / "run").exists()
    assert command(capsys, *args, "--partial")[0] == 0
    assert open_run(tmp_path / "run").state is RunState.FINISHED
