import importlib.util
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "preflight.py"


@pytest.fixture
def preflight() -> ModuleType:
    spec = importlib.util.spec_from_file_location("preflight", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_good_machine_has_no_problems(preflight: ModuleType, tmp_path: Path) -> None:
    assert preflight.problems(str(tmp_path / ".venv")) == []


def test_old_python_is_told_with_a_way_out(
    preflight: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight.sys, "version_info", (3, 8, 1))
    (sentence,) = preflight.problems(str(tmp_path / ".venv"))
    assert "Python 3.8 is too old" in sentence
    assert "make PYTHON=" in sentence


def test_full_disk_is_told_with_the_numbers(
    preflight: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10e9, 8e9, 2.04e9))
    (sentence,) = preflight.problems(str(tmp_path / ".venv"))
    assert "2.0 GB are free" in sentence
    assert "7 GB" in sentence


def test_disk_no_longer_matters_once_everything_is_installed(
    preflight: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / ".app").touch()
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10e9, 8e9, 0))
    assert preflight.problems(str(tmp_path / ".venv")) == []


def test_read_only_folder_is_named(preflight: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight.os, "access", lambda path, mode: False)
    (sentence,) = preflight.problems(str(tmp_path / ".venv"))
    assert "read-only" in sentence
    assert str(tmp_path) in sentence


def test_script_ends_with_1_and_one_sentence_a_problem(tmp_path: Path) -> None:
    old = f"import sys; sys.version_info = (3, 7); sys.argv = ['x', {str(tmp_path / 'v')!r}]"
    code = f"{old}; exec(open({str(SCRIPT)!r}).read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "too old" in done.stderr
