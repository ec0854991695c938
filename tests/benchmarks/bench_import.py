"""How long does a folder of 60,000 JPEG files take, against two bare processes that only decode and hash them?

Give the folder as the environment variable CNNSTUDIO_BENCH_IMAGES (one subfolder a class); without it 60,000 pictures
of 32 × 32 are made. Alternating rounds; medians. The import runs as a job of a window's event loop, whose 5 ms timer is
watched. Memory is that of all processes together, in a round of its own: looking at it takes a tenth of a core.
"""

import json
import os
from pathlib import Path

import numpy as np

from tests.benchmarks.measure import child, median, percentile, temporary_folder

FOLDER, ROUNDS = "CNNSTUDIO_BENCH_IMAGES", int(os.environ.get("CNNSTUDIO_BENCH_ROUNDS", "3"))
CLASSES, PER_CLASS = 10, 6_000

BARE = """
import hashlib, io, os, sys, time, multiprocessing
def work(paths):
    from PIL import Image
    import numpy
    for path in paths:
        with open(path, "rb") as file:
            content = file.read()
        hashlib.blake2b(content, digest_size=16).digest()
        numpy.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
if __name__ == "__main__":
    started = time.monotonic()
    paths = [os.path.join(top, name) for top, _, names in os.walk(sys.argv[1]) for name in names]
    halves = [multiprocessing.Process(target=work, args=(paths[start::2],)) for start in (0, 1)]
    for half in halves: half.start()
    for half in halves: half.join()
    print(time.monotonic() - started)
"""

OURS = """
import json, sys, threading, time
import psutil
from PySide6.QtCore import QTimer
from cnnstudio.gui.launch import make_app
app = make_app()
from cnnstudio.data.dataset import open_dataset
from cnnstudio.data.sources.folder import FolderSource
from cnnstudio.data.spec import DataSpec, PreprocessSpec
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.widgets.data_browser import DataBrowser
jobs, browser, late, seconds, peak = Jobs(), DataBrowser(), [], [], [0]
browser.resize(1000, 700)
browser.show()
spec = DataSpec(source=FolderSource(path=sys.argv[1]), preprocess=PreprocessSpec(side=32, channels=3, resize="crop"))
last = [time.monotonic()]
def tick():
    now = time.monotonic()
    late.append((now - last[0]) * 1000 - 5)
    last[0] = now
timer = QTimer(interval=5)
timer.setTimerType(type(timer.timerType()).PreciseTimer)
timer.timeout.connect(tick)
def watch():
    me = psutil.Process()
    while len(seconds) < 2:
        total = 0
        for process in [me, *me.children(recursive=True)]:
            try:
                total += process.memory_full_info().uss
            except psutil.Error:
                pass
        peak[0] = max(peak[0], total)
        time.sleep(0.1)
def start():
    begun.append(time.monotonic())
    jobs.start("import", "io", lambda ctx: open_dataset(spec, ctx), on_done=done, on_error=failed)
def done(dataset):
    if not seconds:
        cold.append(list(late))
    browser.set_dataset(dataset)
    browser.gallery.viewport().repaint()
    seconds.append(time.monotonic() - begun[-1])
    if len(seconds) < 2:
        QTimer.singleShot(200, start)
    else:
        app.quit()
def failed(error):
    print(error, file=sys.stderr)
    app.quit()
begun, cold = [], []
if sys.argv[2] == "memory":
    threading.Thread(target=watch, daemon=True).start()
timer.start()
start()
app.exec()
jobs.close(5)
print(json.dumps([seconds[0], seconds[1], peak[0], cold[0]]))
"""


def run() -> None:
    """Print seconds, their ratio, memory, lateness, and the seconds to the full gallery when it is opened again."""
    with temporary_folder() as folder:
        images = os.environ.get(FOLDER) or _made(folder / "images")
        script = folder / "bare.py"
        script.write_text(BARE)
        bare, ours = [], []
        child(f"import runpy, sys; sys.argv = ['', {images!r}]; runpy.run_path({str(script)!r}, run_name='__main__')")
        for _ in range(ROUNDS):
            bare.append(float(_script(script, images)))
            ours.append(json.loads(child(OURS, images, "time").splitlines()[-1]))
        peak = json.loads(child(OURS, images, "memory").splitlines()[-1])[2]
    first, again = (median([made[column] for made in ours]) for column in range(2))
    late = [ms for made in ours for ms in made[3]]
    print(f"  two bare processes {median(bare):.1f} s, import {first:.1f} s, ratio {first / median(bare):.2f}")
    print(f"  peak memory of all processes {peak / 1e6:,.0f} MB")
    print(f"  5 ms timer late by {percentile(late, 0.5):.1f} ms (median), {percentile(late, 0.99):.1f} ms (p99)")
    print(f"  opened again, to the full gallery: {again:.2f} s")


def _script(script: Path, images: str) -> str:
    code = "import subprocess, sys; print(subprocess.run([sys.executable, *sys.argv[1:]], stdout=-1, text=True).stdout)"
    return child(code, str(script), images).strip()


def _made(root: Path) -> str:
    from PIL import Image

    rng = np.random.default_rng(0)
    for label in range(CLASSES):
        (root / f"class-{label}").mkdir(parents=True)
        for number in range(PER_CLASS):
            coarse = Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8))
            coarse.resize((32, 32), Image.Resampling.BICUBIC).save(root / f"class-{label}" / f"{number}.jpg")
    return str(root)
