"""Exports that carry a certificate, and certificates that notice what was changed."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from cnnstudio.cli import main
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.sources.digits import DigitsSource
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec, SourceSpec
from cnnstudio.network.compile import compile_network
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.export import FORMS, ExportForm, check_export, export_run
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run
from cnnstudio.training.checkpoint import Checkpoint, save_step
from cnnstudio.training.config import TrainConfig

pytestmark = pytest.mark.slow


def run_on(source: SourceSpec, preprocess: PreprocessSpec, path: Path) -> Run:
    """A run on this data, with fresh weights."""
    dataset = open_dataset(DataSpec(source=source, preprocess=preprocess), JobContext())
    shape = (preprocess.channels, preprocess.side, preprocess.side)
    graph = fit_architecture("lenet5-modern", shape, len(dataset.classes))
    run = create_run(path, dataset, graph, TrainConfig(batch=4))
    weights = dict(compile_network(graph, seed=2).state_dict())
    save_step(run.checkpoints, 1, Checkpoint(weights, {}, {"position": {"epoch": 1}}))
    return run


def odd_pictures(folder: Path) -> None:
    """Two classes of photographs with all that real files have: EXIF, 16 bits, transparency, CMYK, palettes."""
    noise = np.random.default_rng(1)
    for name in ("cats", "dogs"):
        (folder / name).mkdir(parents=True)
        for index in range(10):
            picture = Image.fromarray(noise.integers(0, 255, (40 + index, 60, 3), np.uint8))
            exif = Image.Exif()
            exif[0x0112] = index % 8 + 1
            picture.save(folder / name / f"turned{index}.jpg", exif=exif)
        picture.convert("CMYK").save(folder / name / "cmyk.jpg")
        picture.convert("P").save(folder / name / "palette.png")
        picture.convert("L").save(folder / name / "grey.png")
        clear = picture.copy()
        clear.putalpha(Image.fromarray(noise.integers(0, 255, (49, 60), np.uint8)))
        clear.save(folder / name / "clear.png")
        Image.fromarray(noise.integers(0, 65_535, (50, 40)).astype(np.uint16)).save(folder / name / "deep.png")
        Image.fromarray(noise.integers(0, 255, (1500, 900, 3), np.uint8)).save(folder / name / "large.jpg")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Run:
    spec = PreprocessSpec(side=32, channels=1)
    return run_on(DigitsSource(), spec, tmp_path_factory.mktemp("runs") / "digits")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("photos")
    odd_pictures(folder)
    spec = PreprocessSpec(side=32, channels=3, resize="letterbox")
    return run_on(FolderSource(path=str(folder)), spec, tmp_path_factory.mktemp("runs") / "photos")


@pytest.fixture(scope="module")
def exports(digits: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[ExportForm, Path]:
    """The digits' run in every form, each certified."""
    base = tmp_path_factory.mktemp("exports")
    for form in FORMS:
        export_run(digits, form, base / form).require_passed()
    return {form: base / form for form in FORMS}


@pytest.mark.parametrize("form", FORMS)
def test_an_export_gives_what_the_app_gives(exports: dict[ExportForm, Path], form: ExportForm) -> None:
    certificate = json.loads((exports[form] / "certificate.json").read_text())
    assert (certificate["passed"], certificate["failed_stage"], certificate["images"]) == (True, "", 32)
    assert [stage["stage"] for stage in certificate["stages"]] == ["decode", "resize", "normalise", "net"]
    assert [stage["largest_difference"] for stage in certificate["stages"][:2]] == [0.0, 0.0]
    assert certificate["largest_logit_difference"] <= 1e-5 * max(1.0, certificate["largest_logit"])
    assert certificate["same_first_guess"] == 1.0
    assert certificate["images_from"] == "Handwritten digits, split 'val'"
    network = "network.onnx" if form == "onnx" else "network.py"
    assert {network, "predict.py", "labels.json", "preprocess.json"} <= set(certificate["files"])


@pytest.mark.parametrize("form", ["source", "onnx"])
def test_files_of_all_kinds_come_out_the_same(photos: Run, tmp_path: Path, form: ExportForm) -> None:
    made = export_run(photos, form, tmp_path / "out", source=FolderSource(path=photos.data.source.path))
    assert made.certificate.passed, made.certificate.text
    assert [stage.largest_difference for stage in made.certificate.stages[:2]] == [0.0, 0.0]


def change_constant(folder: Path) -> None:
    path = folder / "preprocess.json"
    spec = json.loads(path.read_text())
    spec["mean"][0] += 0.001
    path.write_text(json.dumps(spec))


def change_filter(folder: Path) -> None:
    path = folder / "predict.py"
    text = path.read_text()
    assert "Image.Resampling.BILINEAR" in text
    path.write_text(text.replace("Image.Resampling.BILINEAR", "Image.Resampling.BICUBIC"))


def change_turn(folder: Path) -> None:
    path = folder / "predict.py"
    text = path.read_text()
    assert "    return Picture(image, width" in text
    path.write_text(
        text.replace("    return Picture(image, width", "    image = image.rotate(90)\n    return Picture(image, width")
    )


def change_weight(folder: Path) -> None:
    if (folder / "network.onnx").is_file():
        import onnx
        from onnx import numpy_helper

        model = onnx.load(folder / "network.onnx")
        kernel = next(tensor for tensor in model.graph.initializer if len(tensor.dims) == 4)
        values = numpy_helper.to_array(kernel).copy()
        values.flat[0] += 0.01
        kernel.CopyFrom(numpy_helper.from_array(values, kernel.name))
        onnx.save(model, folder / "network.onnx")
        return
    weights = load_file(folder / "weights.safetensors")
    weights["conv1.weight"].view(-1)[0] += 0.01
    save_file(weights, folder / "weights.safetensors")


@pytest.mark.parametrize("form", ["source", "onnx"])
@pytest.mark.parametrize(
    ("change", "stage"),
    [(change_turn, "decode"), (change_filter, "resize"), (change_constant, "normalise"), (change_weight, "net")],
)
def test_one_change_fails_the_certificate_and_names_the_stage(
    digits: Run,
    tmp_path: Path,
    exports: dict[ExportForm, Path],
    form: ExportForm,
    change: Callable[[Path], None],
    stage: str,
) -> None:
    folder = tmp_path / "changed"
    folder.mkdir()
    for path in exports[form].iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    change(folder)
    certificate = check_export(digits, folder).certificate
    assert (certificate.passed, certificate.failed_stage) == (False, stage)
    assert f"'{stage}'" in certificate.text
    assert json.loads((folder / "certificate.json").read_text())["failed_stage"] == stage


def test_a_failed_check_ends_the_command_with_code_6(
    digits: Run, tmp_path: Path, exports: dict[ExportForm, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in exports["source"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "network.py").write_text("import cnnstudio\n")
    code = main.run(["export", str(digits.path), "--format", "source", "--out", str(tmp_path), "--check"])
    assert code == 6
    assert "must run without cnnstudio" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_predict_runs_by_itself_and_names_the_classes(
    exports: dict[ExportForm, Path], form: ExportForm, tmp_path: Path
) -> None:
    Image.new("L", (20, 30), 200).save(tmp_path / "p.png")
    (tmp_path / "page.png").write_text("<html>")
    command = [
        sys.executable,
        "-I",
        str(exports[form] / "predict.py"),
        str(tmp_path / "p.png"),
        str(tmp_path / "page.png"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert (lines[0], len(lines)) == (str(tmp_path / "p.png"), 6)
    assert all(line.split()[-1] in "0123456789" for line in lines[1:])
    assert "page.png can't be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_safetensors_form_carries_its_network_and_labels(exports: dict[ExportForm, Path], digits: Run) -> None:
    from safetensors import safe_open

    with safe_open(exports["safetensors"] / "weights.safetensors", "pt") as file:
        metadata = file.metadata()
    assert json.loads(metadata["labels"]) == list("0123456789")
    assert json.loads(metadata["network"]) == digits.graph.to_json()
