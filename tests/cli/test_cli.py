import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cnnstudio.cli import main

EPOCH_KEYS = {"event", "epoch", "train_loss", "val_loss", "val_top1", "images_per_s"}


class Cli:
    """Runs command lines in this process and keeps what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: object) -> tuple[int, str, str]:
        code = main.run([str(arg) for arg in args])
        out, err = self._capsys.readouterr()
        return code, out, err

    def json(self, *args: object) -> Any:
        code, out, err = self(*args, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(capsys)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs of LeNet-5 on the digits, made by the command line itself in a process of its own."""
    out = tmp_path_factory.mktemp("runs") / "first"
    args = ["train", "--data", "digits", "--network", "lenet5", "--out", str(out), "--epochs", "2", "--json"]
    done = subprocess.run([sys.executable, "-m", "cnnstudio", *args], capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.stderr == ""
    epochs = [event for event in events if event["event"] == "epoch_done"]
    assert [event["epoch"] for event in epochs] == [1, 2]
    assert set(epochs[0]) >= EPOCH_KEYS
    assert events[0]["event"] == "run_started"
    assert (events[-1]["event"], events[-1]["reason"]) == ("run_ended", "finished")
    return out


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dark page with a bright upright stroke: something like a one."""
    path = tmp_path_factory.mktemp("pictures") / "eins ü.png"
    image = Image.new("L", (64, 64), 0)
    image.paste(255, (28, 8, 36, 56))
    image.save(path)
    return path


def test_evaluate_prints_the_documented_json(cli: Cli, run: Path) -> None:
    report = cli.json("evaluate", run, "--split", "val")
    assert set(report) >= {"split", "n", "top1", "top5", "loss", "confusion", "per_class"}
    assert sum(map(sum, report["confusion"])) == report["n"] == 269
    hits = sum(report["confusion"][i][i] for i in range(10))
    assert report["top1"] == pytest.approx(hits / 269)
    assert [row["class"] for row in report["per_class"]] == [str(n) for n in range(10)]
    assert set(report["per_class"][0]) == {"class", "n", "precision", "recall", "f1"}


def test_best_epoch_is_the_one_that_evaluate_judges(cli: Cli, run: Path) -> None:
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    best = max(line["val_top1"] for line in history if line["event"] == "epoch_done")
    assert cli.json("evaluate", run, "--split", "val")["top1"] == pytest.approx(best)


def test_predict_prints_the_documented_json(cli: Cli, run: Path, picture: Path) -> None:
    (result,) = cli.json("predict", run, picture)
    assert result["image"] == str(picture)
    assert len(result["top"]) == 5
    assert sorted((guess["p"] for guess in result["top"]), reverse=True) == [g["p"] for g in result["top"]]
    assert result["ms"] > 0


def test_explain_writes_a_heat_map(cli: Cli, run: Path, picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "cam.png"
    found = cli.json("explain", run, picture, "--method", "grad_cam", "--node", "conv1", "--class", "1", "--out", out)
    assert (found["node"], found["class"]) == ("conv1", "1")
    with Image.open(out) as image:
        assert image.size == (512, 512)
        assert len(image.getcolors(1 << 20) or []) > 10


def test_networks_lists_the_catalogue_and_one_net(cli: Cli, run: Path) -> None:
    assert {"lenet5", "lenet5-modern"} <= {entry["name"] for entry in cli.json("networks")}
    lenet = cli.json("networks", "lenet5")
    assert (lenet["name"], lenet["input"], lenet["parameters"]) == ("LeNet-5", [1, 32, 32], 61_706)
    assert sum(layer["parameters"] for layer in lenet["layers"]) == 61_706
    assert set(lenet["layers"][0]) == {"id", "kind", "output", "parameters", "macs"}
    assert cli.json("networks", run / "network.json")["parameters"] == 61_706


def test_data_describes_a_source(cli: Cli) -> None:
    found = cli.json("data", "digits")
    assert (found["n"], len(found["classes"]), sum(found["splits"].values())) == (1797, 10, 1797)


def test_resume_adds_epochs(cli: Cli, run: Path, tmp_path: Path) -> None:
    code, out, _ = cli("resume", run, "--epochs", "3")
    assert code == 0
    assert "epoch   3" in out
    assert "epoch   2" not in out


def test_exported_source_runs_without_cnnstudio(cli: Cli, run: Path, tmp_path: Path, picture: Path) -> None:
    written = cli.json("export", run, "--format", "source", "--out", tmp_path / "out")
    names = {"weights.safetensors", "labels.json", "preprocess.json", "network.py", "predict.py", "certificate.json"}
    assert {Path(p).name for p in written} == names
    script = (
        "import sys, json, torch; from safetensors.torch import load_file; sys.path.insert(0, sys.argv[1])\n"
        "import network; net = network.LeNet5(); net.load_state_dict(load_file(sys.argv[1] + '/weights.safetensors'))\n"
        "print(json.dumps(net.eval()(torch.full((1, 1, 32, 32), 0.5))[0].tolist()))\n"
        "assert 'cnnstudio' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "out")], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    import torch

    from cnnstudio.runs.loaded import load_run_network
    from cnnstudio.runs.run import open_run

    ours = load_run_network(open_run(run)).network(torch.full((1, 1, 32, 32), 0.5))[0].tolist()
    assert json.loads(done.stdout) == pytest.approx(ours, abs=1e-5)


@pytest.mark.parametrize(
    ("args", "code", "text"),
    [
        (["evaluate", "/nowhere"], 6, "not a run"),
        (["data", "/nowhere"], 3, "/nowhere"),
        (["networks", "lenet6"], 4, "Did you mean"),
        (
            ["train", "--data", "digits", "--network", "lenet5", "--out", "X", "--set", "speed=9"],
            5,
            "no setting 'speed'",
        ),
        (["train", "--data", "digits", "--network", "lenet5", "--out", "X", "--set", "batch=0"], 5, "batch"),
        (["train", "--data", "digits"], 2, "--network"),
        (["frobnicate", "x"], 2, "one project at a time"),
    ],
)
def test_errors_are_a_sentence_on_stderr_with_a_stable_code(
    cli: Cli, args: list[str], code: int, text: str, tmp_path: Path
) -> None:
    args = [str(tmp_path / "new") if arg == "X" else arg for arg in args]
    found, out, err = cli(*args)
    assert (found, out) == (code, "")
    assert text in err
    assert "Traceback" not in err


def test_picture_that_is_none_is_named(cli: Cli, run: Path, tmp_path: Path) -> None:
    bad = tmp_path / "page.jpg"
    bad.write_text("<html>not found</html>")
    code, out, err = cli("predict", run, bad)
    assert (code, out) == (3, "")
    assert "page.jpg" in err


def test_run_folder_is_never_overwritten(cli: Cli, run: Path) -> None:
    code, _, err = cli("train", "--data", "digits", "--network", "lenet5", "--out", run)
    assert code == 6
    assert "exists already" in err


def test_unknown_class_names_the_known_ones(cli: Cli, run: Path, picture: Path, tmp_path: Path) -> None:
    code, _, err = cli("explain", run, picture, "--class", "eleven", "--out", tmp_path / "x.png")
    assert code == 6
    assert "Known: 0, 1, 2" in err


def test_doctor_finds_this_machine_well(cli: Cli) -> None:
    findings = cli.json("doctor")
    assert {"program", "torch", "Qt", "device", "projects"} <= {finding["name"] for finding in findings}
    assert all(finding["ok"] for finding in findings), findings


def test_importing_the_command_line_loads_no_qt_and_no_torch() -> None:
    code = (
        "import sys, cnnstudio.cli, cnnstudio.cli.app;"
        "print([m for m in ('PySide6', 'pyqtgraph', 'torch', 'captum', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
