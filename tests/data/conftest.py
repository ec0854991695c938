"""Pictures and folders to test with, made on the spot."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image, ImageFilter

PictureMaker = Callable[..., Image.Image]
FolderMaker = Callable[[dict[str, int]], Path]


@pytest.fixture
def picture() -> PictureMaker:
    """A function that makes a smooth colour picture of a given size; another seed, another picture."""

    def make(width: int = 40, height: int = 30, seed: int = 0, mode: str = "RGB") -> Image.Image:
        rng = np.random.default_rng(seed)
        noise = rng.integers(0, 256, (height, width, 3), np.uint8)
        return Image.fromarray(noise).filter(ImageFilter.GaussianBlur(2)).convert(mode)

    return make


@pytest.fixture
def encoded(picture: PictureMaker) -> Callable[..., bytes]:
    """A function that makes the bytes of an image file."""

    def make(file_format: str, image: Image.Image | None = None, **options: Any) -> bytes:
        file = io.BytesIO()
        (image or picture()).save(file, file_format, **options)
        return file.getvalue()

    return make


@pytest.fixture
def image_folder(tmp_path: Path, picture: PictureMaker) -> FolderMaker:
    """A function that makes a folder of images: class (or split/class) to number of images."""

    def make(counts: dict[str, int]) -> Path:
        root = tmp_path / "pictures"
        seed = 0
        for folder, count in counts.items():
            (root / folder).mkdir(parents=True)
            for number in range(count):
                seed += 1
                picture(seed=seed).save(root / folder / f"{number}.png")
        return root

    return make


@pytest.fixture
def no_child_left() -> Iterator[None]:
    """Fails if a process that the test started is still there afterwards."""
    before = {child.pid for child in _children()}
    yield
    left = [child for child in _children() if child.pid not in before]
    assert not left, f"still running: {left}"


def _children() -> list[psutil.Process]:
    """Our children but Python's own resource tracker, which lives as long as the program."""
    own = []
    for child in psutil.Process().children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline()):
                own.append(child)
        except psutil.NoSuchProcess:
            continue
    return own
