"""Where things lie on this machine: settings, caches, new projects, the program's own resources."""

import os
from pathlib import Path

import platformdirs

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
APP = "CNN Studio"


def home_override() -> Path | None:
    """`CNNSTUDIO_HOME`, if set, holds everything that CNN Studio writes: for portable use, and for tests."""
    value = os.environ.get("CNNSTUDIO_HOME")
    return Path(value) if value else None


def config_dir() -> Path:
    """Folder of settings.json."""
    return home_override() or Path(platformdirs.user_config_dir("cnnstudio", appauthor=False))


def cache_dir() -> Path:
    """Folder of what can be computed again: decoded images, thumbnails."""
    home = home_override()
    return home / "cache" if home else Path(platformdirs.user_cache_dir("cnnstudio", appauthor=False))


def datasets_dir() -> Path:
    """Folder of the well-known data sets that the user downloaded."""
    home = home_override()
    return home / "datasets" if home else Path(platformdirs.user_data_dir("cnnstudio", appauthor=False)) / "datasets"


def projects_dir() -> Path:
    """Folder in which a new project is made when the user names none."""
    home = home_override()
    return home / "projects" if home else Path(platformdirs.user_documents_dir()) / APP


def log_dir() -> Path:
    """Folder of the log file."""
    home = home_override()
    return home / "log" if home else Path(platformdirs.user_log_dir("cnnstudio", appauthor=False))


def free_path(folder: Path, name: str) -> Path:
    """The first of `name`, `name 2`, `name 3`, … that doesn't exist in `folder` yet."""
    candidate, number = folder / name, 2
    while candidate.exists():
        candidate = folder / f"{name} {number}"
        number += 1
    return candidate
