"""The front door of the window. Kept free of imports: what is done here comes before all others."""

import gc
import os
from pathlib import Path


def run_app(project: Path | None = None, sample: str | None = None) -> int:
    """Open the window and return the exit code once it is closed.

    Args:
        project: A project's folder, or a folder of images.
        sample: "digits" or "shapes": make a project of it and train at once.

    Raises:
        StudioError: The sample is unknown.
    """
    prepare_start()
    from cnnstudio.gui.launch import launch

    return launch(project, sample)


def prepare_start() -> None:
    """Spend no time before the first paint on what can wait."""
    # Collecting garbage while thousands of objects are made for good costs 80 of 500 ms; the window takes it over.
    gc.disable()
    # Looking for plugins of pydantic reads the metadata of every installed package: 25 ms.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
