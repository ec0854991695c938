"""What the doctor looks at: each check gives one finding, with the way to mend it."""

import ctypes.util
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnstudio import __version__
from cnnstudio.core import files
from cnnstudio.core.errors import FileError
from cnnstudio.core.paths import cache_dir, config_dir, projects_dir

LOW_DISK_GB = 2.0
WINDOW_LIBRARIES = ("xcb-cursor", "xkbcommon-x11", "EGL", "GL")
PACKAGES = (
    "libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0 libxcb-xkb1 "
    "libxkbcommon-x11-0 libegl1 libgl1"
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    text: str
    fix: str = ""


def examine() -> list[Finding]:
    """All findings, in the order in which they are shown."""
    return [check() for check in CHECKS]


def _python() -> Finding:
    text = f"CNN Studio {__version__}, Python {platform.python_version()} on {platform.platform()}"
    return Finding("program", sys.version_info >= (3, 11), text)


def _torch() -> Finding:
    """torch and torchvision are compiled against each other: the wrong pair fails at the first operator."""
    import torch

    versions = f"torch {torch.__version__}, torchvision {importlib.metadata.version('torchvision')}"
    try:
        import torchvision.ops

        torchvision.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)
    except (ImportError, RuntimeError, OSError, AttributeError) as error:
        fix = "Install both from the same place: pip install --force-reinstall torch torchvision"
        return Finding("torch", False, f"{versions} don't fit together: {error}", fix)
    return Finding("torch", True, versions)


def _qt() -> Finding:
    version = importlib.metadata.version("PySide6-Essentials")
    if sys.version_info < (3, 12) and tuple(int(n) for n in version.split(".")[:2]) >= (6, 12):
        fix = "pip install 'PySide6-Essentials<6.12'"
        return Finding("Qt", False, f"PySide6 {version} loses references on Python {platform.python_version()}.", fix)
    # In a process of its own: a missing system library can end the process.
    code = "from PySide6 import QtWidgets; QtWidgets.QApplication([])"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    tried = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    if tried.returncode:
        reason = (tried.stderr.strip().splitlines() or ["no message"])[-1]
        return Finding("Qt", False, f"PySide6 {version} doesn't start: {reason}", f"sudo apt install {PACKAGES}")
    return Finding("Qt", True, f"PySide6 {version}")


def _display() -> Finding:
    if not sys.platform.startswith("linux"):
        return Finding("display", True, "the system's own")
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not display:
        return Finding("display", True, "none: the window can't open, every command works")
    missing = [name for name in WINDOW_LIBRARIES if ctypes.util.find_library(name) is None]
    if missing:
        return Finding("display", False, f"{display}; missing: {', '.join(missing)}", f"sudo apt install {PACKAGES}")
    return Finding("display", True, display)


def _device() -> Finding:
    from cnnstudio.training.device import choose_device, device_text, thread_count, usable_cores

    device = choose_device("auto")
    threads = thread_count(0)
    text = f"{device_text(device)}; training uses {threads} of {usable_cores()} cores"
    return Finding("device", True, text)


def _place(name: str, folder: Path) -> Finding:
    """Can we write, make it durable, and is there room?"""
    probe = folder / ".doctor"
    try:
        files.write_text(probe, "ok")
        probe.unlink()
    except (FileError, OSError) as error:
        return Finding(name, False, str(error), "Set CNNSTUDIO_HOME to a folder that you may write to.")
    free_gb = shutil.disk_usage(folder).free / 1e9
    fix = "" if free_gb >= LOW_DISK_GB else "Free some space: checkpoints need room."
    return Finding(name, free_gb >= LOW_DISK_GB, f"{folder}, {free_gb:.1f} GB free", fix)


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _torch,
    _qt,
    _display,
    _device,
    lambda: _place("settings", config_dir()),
    lambda: _place("projects", projects_dir()),
    lambda: _place("cache", cache_dir()),
)
