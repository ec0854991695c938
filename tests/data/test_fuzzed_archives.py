"""Archives with damaged bytes and hostile names: each refused or unpacked, quickly, and nothing anywhere else.

A release runs more: CNNSTUDIO_FUZZED_ARCHIVES=10000 python -m pytest -s tests/data/test_fuzzed_archives.py
"""

import bz2
import gzip
import lzma
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnstudio.core.errors import StudioError
from cnnstudio.core.files import TEMP_SUFFIX
from cnnstudio.core.jobs import JobContext
from cnnstudio.core.paths import cache_dir
from cnnstudio.data.archives.unpacked import archive_kind, unpack
from tests.data.archive_corpus import good_files, tar_of, zip_of

pytestmark = pytest.mark.slow
resource = pytest.importorskip("resource")
COUNT = int(os.environ.get("CNNSTUDIO_FUZZED_ARCHIVES", "300"))
TIME_LIMIT_S, MEMORY_LIMIT_BYTES = 5.0, 512_000_000
FORBIDDEN = ("socket.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.symlink", "os.link")
NAMES = (
    *(
        "../../x.png",
        "/root/x.png",
        "C:\\win\\x.png",
        "\\\\srv\\a\\x.png",
        "cat/../../x",
        "cat/0.png",
        "CAT/0.png",
        "con/nul.png",
    ),
    *("cat/" + "x" * 300 + ".png", "a/" * 600 + "x.png", "cat/\u202egnp.png", "cat/ .png", ".", "~/x.png", "-rf"),
)
KINDS: dict[str, tuple[Callable[..., bytes], Callable[[bytes], bytes]]] = {
    "a.zip": (zip_of, bytes),
    "a.tar": (tar_of, bytes),
    "a.tar.gz": (tar_of, gzip.compress),
    "a.tar.bz2": (tar_of, bz2.compress),
    "a.tar.xz": (tar_of, lzma.compress),
}


def fuzzed(n: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Archives under their names: some bytes changed, within what is packed or around it; names swapped; ends cut."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        name = list(KINDS)[number % len(KINDS)]
        make, pack = KINDS[name]
        files = good_files(3)
        if rng.random() < 0.3:
            place = int(rng.integers(0, len(files)))
            files[place] = (NAMES[int(rng.integers(0, len(NAMES)))], files[place][1])
        content = bytearray(make(*files))
        inside = rng.random() < 0.6
        if inside:
            _damage(content, rng)
        packed = bytearray(pack(bytes(content)))
        if not inside:
            _damage(packed, rng)
        yield name, bytes(packed)


def _damage(content: bytearray, rng: np.random.Generator) -> None:
    for _ in range(rng.integers(0, 8)):
        content[int(rng.integers(0, len(content)))] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(0, 256)])
    if rng.random() < 0.2:
        del content[int(rng.integers(1, len(content))) :]


class Watch:
    """Hears of each file that is opened for writing, and of what must never happen."""

    def __init__(self, allowed: Path) -> None:
        self.is_on, self.told = False, list[str]()
        self._allowed = str(allowed)
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if not self.is_on:
            return
        if event in FORBIDDEN:
            self.told.append(f"{event} {args!r}")
        elif event == "open" and isinstance(args[0], str) and isinstance(args[2], int):
            is_written = args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if is_written and not os.path.realpath(args[0]).startswith(self._allowed):
                self.told.append(f"written: {args[0]}")


def test_the_watch_hears_what_it_must(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "inside")
    (tmp_path / "inside").mkdir()
    watch.is_on = True
    (tmp_path / "inside" / "fine.txt").write_text("x")
    (tmp_path / "outside.txt").write_text("x")
    (tmp_path / "link").symlink_to("fine.txt")
    watch.is_on = False
    assert [told.partition(" ")[0] for told in watch.told] == ["written:", "os.symlink"]


@pytest.mark.timeout(120 + COUNT // 10)
def test_fuzzed_archives_are_refused_or_unpacked_and_write_nothing_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place, ends, slowest_s = cache_dir() / "archives", Counter[str](), 0.0
    # Tests before this one may have taken more in the same process: what counts is what is added to their peak.
    before_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    watch = Watch(cache_dir().resolve())
    for number, (name, content) in enumerate(fuzzed(COUNT, seed=5)):
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(content)
        begun_s = time.monotonic()
        watch.is_on = True
        end = _end(path, content)
        watch.is_on = False
        slowest_s = max(slowest_s, time.monotonic() - begun_s)
        ends[end] += 1
        path.unlink()
        assert end == "unpacked" or not list(place.glob(f"*{TEMP_SUFFIX}")), f"{number}-{name}"
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with capsys.disabled():
        print(f"\n{COUNT} fuzzed archives: {dict(ends)}, slowest {slowest_s:.2f} s, peak {peak_bytes / 1e6:.0f} MB")
    assert watch.told == []
    assert slowest_s < TIME_LIMIT_S
    assert peak_bytes - before_bytes < MEMORY_LIMIT_BYTES
    assert not [end for end in ends if end.startswith("unnamed")]
    # Both ends must occur, or nothing was tried.
    assert min(ends["unpacked"], ends["refused"]) > COUNT // 20
    _require_inside(place)


def _end(path: Path, content: bytes) -> str:
    kind = archive_kind(content[:512])
    if kind is None:
        return "no archive"
    try:
        unpack(path, kind, JobContext())
    except StudioError as error:
        return "refused" if path.name in error.message else f"unnamed: {error.message[:90]}"
    return "unpacked"


def _require_inside(place: Path) -> None:
    for path in place.rglob("*"):
        assert not path.is_symlink()
        assert path.is_dir() or path.is_file()
        assert path.stat().st_size < 1_000_000
