"""What the user set for the program itself, kept between starts."""

import contextlib
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from cnnstudio.core.errors import FileError
from cnnstudio.core.files import read_json, write_json
from cnnstudio.core.paths import config_dir
from cnnstudio.core.specs import Spec, setting

MAX_RECENT = 12


class Settings(Spec):
    """The program's settings; a damaged file is put aside and the defaults are used."""

    version: int = 1
    theme: Literal["system", "light", "dark"] = setting(
        "system", title="Theme", description="Light, dark, or as the system is set."
    )
    threads: int = setting(
        0,
        title="Threads",
        description="Processor threads for training; 0 leaves one core free for the window.",
        ge=0,
        le=256,
    )
    train_in: Literal["thread", "process"] = setting(
        "thread",
        title="Train in",
        description="A thread of the window starts at once; a process of its own can't take the window with it.",
    )
    checks_first: bool = setting(
        True,
        title="Checks first",
        description="Examine network, data and recipe before the first step of a training, half a minute at most.",
    )
    cache_gb: float = setting(
        10.0,
        title="Image cache",
        description="What decoded images may take on the disk; data sets beyond it are decoded anew in each epoch.",
        unit="GB",
        ge=0.0,
        le=10_000.0,
        step=1.0,
    )
    event_files: bool = setting(
        False,
        title="Event files",
        description="Let trainings also write event files for TensorBoard into their runs; needs its package.",
    )
    recent: tuple[str, ...] = ()

    def with_recent(self, project: Path) -> "Settings":
        """The same settings with `project` first among the recent ones."""
        rest = [path for path in self.recent if path != str(project)]
        return self.replace(recent=(str(project), *rest)[:MAX_RECENT])


def settings_path() -> Path:
    """Where the settings lie."""
    return config_dir() / "settings.json"


def load_settings() -> Settings:
    """The settings as they were saved, or the defaults."""
    path = settings_path()
    if not path.exists():
        return Settings()
    try:
        return Settings.model_validate(read_json(path))
    except (FileError, ValidationError):
        # Settings are no work of the user's: start with the defaults, and keep the old file for whoever wants to look.
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".broken.json"))
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write the settings, atomically."""
    write_json(settings_path(), settings.to_json())
