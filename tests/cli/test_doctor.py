"""What the doctor says of a machine that is not well: each fault by its name, with the way to mend it."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from cnnstudio.cli import checks, main


def finding(name: str) -> checks.Finding:
    return next(found for found in checks.examine() if found.name == name)


@pytest.mark.slow
def test_fault_100_torch_and_torchvision_that_do_not_fit_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision.ops

    def missing(*_: object) -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(torchvision.ops, "nms", missing)
    found = finding("torch")
    assert not found.ok
    assert "don't fit together: operator torchvision::nms does not exist" in found.text
    assert "pip install" in found.fix


@pytest.mark.slow
def test_fault_100_a_missing_system_library_is_named_with_the_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = subprocess.run
    said = "ImportError: libEGL.so.1: cannot open shared object file: No such file or directory"

    def run(command: Any, *args: Any, **options: Any) -> Any:
        if "QApplication" in str(command):
            return subprocess.CompletedProcess(command, 1, "", f"Traceback\n{said}\n")
        return real(command, *args, **options)

    monkeypatch.setattr(subprocess, "run", run)
    found = finding("Qt")
    assert not found.ok
    assert said in found.text
    assert "libegl1" in found.fix
    assert main.run(["doctor"]) != 0
    told = capsys.readouterr()
    assert "libEGL.so.1" in told.out + told.err
    assert "Traceback (most recent" not in told.out + told.err


@pytest.mark.slow
def test_fault_100_without_a_graphics_driver_the_processor_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    found = finding("device")
    assert found.ok
    assert found.text.startswith("CPU")


@pytest.mark.slow
def test_a_place_that_can_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CNNSTUDIO_HOME", str(tmp_path / "file"))
    found = finding("projects")
    assert not found.ok
    assert "CNNSTUDIO_HOME" in found.fix
