"""Fault 52 through real decoding children: a drive that fails for a while, for good, or hangs.

The children's own `open` is replaced before they begin (`sitecustomize`): by its name a file fails a number of times,
or always, or doesn't return.
"""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnstudio.core.jobs import JobContext, run_inline
from cnnstudio.core.settings import Settings, save_settings
from cnnstudio.data import decoder as decoder_module
from cnnstudio.data import patience
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.decoder import Decoder
from cnnstudio.data.patience import DriveError
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.data.worker import Work

pytestmark = pytest.mark.slow
FAKE = """
import builtins, errno, os, time
real = builtins.open
def fake(file, *args, **kwargs):
    name = os.path.basename(os.fspath(file)) if isinstance(file, (str, os.PathLike)) else ""
    if name.startswith("hangs"):
        time.sleep(60)
    if name.startswith(("eio", "estale")):
        kind, times = name.split("-")[:2]
        with real(str(file) + ".asked", "a+") as counter:
            counter.write("x")
            counter.seek(0)
            asked = len(counter.read())
        if asked <= int(times):
            number = getattr(errno, kind.upper())
            raise OSError(number, os.strerror(number))
    return real(file, *args, **kwargs)
builtins.open = fake
"""
ALWAYS = 99


@pytest.fixture(autouse=True)
def failing_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children that begin from now on get the fake; waiting is short."""
    place = tmp_path / "site"
    place.mkdir()
    (place / "sitecustomize.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setattr(patience.Patience.__init__, "__defaults__", ((0.05, 0.05, 0.05),))


def drive(root: Path, *names: str) -> Path:
    """A folder with two classes; file n is of one colour, 10 · n."""
    for number, name in enumerate(names):
        folder = root / "drive" / ("cat", "dog")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8), (10 * number,) * 3).save(folder / name, "PNG")
    return root / "drive"


def opened(folder: Path) -> Dataset:
    spec = DataSpec(source=FolderSource(path=str(folder)), preprocess=PreprocessSpec(side=8, channels=3))
    return run_inline(lambda ctx: open_dataset(spec, ctx))


def levels(dataset: Dataset) -> dict[str, int]:
    pixels = np.asarray(dataset.pixels)
    return {name.rpartition("/")[2]: int(pixels[place, 0, 0, 0]) for place, name in enumerate(dataset.names)}


def test_handles_that_are_stale_twice_leave_nothing_behind(tmp_path):
    names = ["0.png", "1.png", "estale-2-2.png", "eio-2-3.png", "4.png", "5.png"]
    dataset = opened(drive(tmp_path, *names))
    assert levels(dataset) == {name: 10 * number for number, name in enumerate(names)}
    assert {problem.kind for problem in dataset.problems} <= {"blank", "small"}


def test_a_bad_place_of_a_disk_is_named_after_four_tries_and_the_others_are_read(tmp_path):
    folder = drive(tmp_path, "0.png", "1.png", f"eio-{ALWAYS}-2.png", "3.png", "4.png", "5.png")
    dataset = opened(folder)
    assert set(levels(dataset)) == {"0.png", "1.png", "3.png", "4.png", "5.png"}
    (told,) = [problem for problem in dataset.problems if problem.kind == "drive"]
    assert told.file == f"cat/eio-{ALWAYS}-2.png"
    assert "Input/output error" in told.text
    assert (folder / "cat" / f"eio-{ALWAYS}-2.png.asked").read_text() == "xxxx"


def test_a_drive_that_gives_nothing_ends_the_import_in_words(tmp_path):
    folder = drive(tmp_path, *(f"estale-{ALWAYS}-{number}.png" for number in range(60)))
    with pytest.raises(DriveError, match=r"files in a row failed.*Stale file handle"):
        opened(folder)


def test_streamed_pixels_wait_for_the_drive_too(tmp_path):
    save_settings(Settings(cache_gb=0.0))
    names = [f"estale-2-{number}.png" for number in range(4)]
    dataset = opened(drive(tmp_path, *names))
    assert type(dataset.pixels).__name__ == "StreamedPixels"
    # The handles go stale once more after the data was opened.
    for counter in (tmp_path / "drive").rglob("*.asked"):
        counter.unlink()
    try:
        assert levels(dataset) == {name: 10 * number for number, name in enumerate(names)}
    finally:
        dataset.pixels.close()


def test_a_drive_that_hangs_ends_the_reading_in_good_time(tmp_path):
    folder = drive(tmp_path, *(f"hangs-{number}.png" for number in range(8)))
    paths = sorted(str(path) for path in folder.rglob("*.png"))
    begun_s = time.monotonic()
    with Decoder(2, time_limit_s=0.7) as decoder, pytest.raises(DriveError, match=r"within 0\.7 s"):
        list(decoder.decode_batch(paths, [100] * 8, Work(8, 3, "crop"), JobContext()))
    assert time.monotonic() - begun_s < 3 * decoder_module.MAX_HUNG_IN_A_ROW * 0.7 + 20


def test_one_file_that_hangs_is_named_as_the_drives_and_the_others_are_read(tmp_path):
    folder = drive(tmp_path, "0.png", "1.png", "hangs-2.png", "3.png")
    paths = sorted(str(path) for path in folder.rglob("*.png"))
    with Decoder(2, time_limit_s=1.5) as decoder:
        parts = list(decoder.decode_batch(paths, [100] * 4, Work(8, 3, "crop"), JobContext()))
    failures = [why.text for part in parts for _, why in part.failures]
    assert sum(len(part) for part in parts) == 4
    assert failures == ["did not come from its drive within 1.5 s"]
