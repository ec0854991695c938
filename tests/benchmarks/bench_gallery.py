"""100,000 thumbnails: how long until they show, how long a frame of scrolling takes, how much memory is kept?"""

import json
import os

from tests.benchmarks.measure import child, median, percentile

COUNT = int(os.environ.get("CNNSTUDIO_BENCH_PICTURES", "100000"))

CODE = """
import json, sys, time
import numpy as np
from cnnstudio.gui.launch import make_app
app = make_app()
from cnnstudio.data.dataset import Dataset
from cnnstudio.data.sources.shapes import ShapesSource
from cnnstudio.data.spec import data_spec
from cnnstudio.gui.widgets.data_browser import DataBrowser
count = int(sys.argv[1])
rng = np.random.default_rng(0)
pixels = rng.integers(0, 256, (count, 3, 32, 32), np.uint8)
dataset = Dataset(
    spec=data_spec(ShapesSource()), classes=tuple("abcdefghij"),
    names=tuple(f"class/{n:06d}.jpg" for n in range(count)), paths=(None,) * count, pixels=pixels,
    labels=np.arange(count) % 10, splits=(np.arange(count) % 3).astype(np.uint8), masks=None, problems=(),
    thumbnails=None,
)
browser = DataBrowser()
browser.resize(1100, 800)
browser.show()
app.processEvents()
started = time.perf_counter()
browser.set_dataset(dataset)
browser.gallery.viewport().repaint()
opened = time.perf_counter() - started
deadline = time.perf_counter() + 20
bar = browser.gallery.verticalScrollBar()
while bar.maximum() < count // 12 * 60 and time.perf_counter() < deadline:
    app.processEvents()
laid_out = time.perf_counter() - started
frames = []
for step in range(600):
    started = time.perf_counter()
    bar.setValue(bar.value() + (137 if step < 500 else bar.maximum() // 120))
    browser.gallery.viewport().repaint()
    frames.append(time.perf_counter() - started)
searches = []
for text in ("12", "0999", "zebra", ""):
    browser.filters.search.setText(text)
    started = time.perf_counter()
    browser.filters.changed.emit()
    browser.gallery.viewport().repaint()
    searches.append(time.perf_counter() - started)
cache = browser.gallery.model().cache
print(json.dumps([opened, laid_out, frames, searches, cache.size_bytes]))
"""


def run() -> None:
    """Print medians of three processes."""
    found = [json.loads(child(CODE, str(COUNT)).splitlines()[-1]) for _ in range(3)]
    frames = [1000 * seconds for made in found for seconds in made[2]]
    print(f"  {COUNT:,} thumbnails: open {1000 * median([made[0] for made in found]):.0f} ms, ", end="")
    print(f"laid out to the end {1000 * median([made[1] for made in found]):,.0f} ms")
    print(f"  a frame of scrolling {median(frames):.1f} ms, p95 {percentile(frames, 0.95):.1f}, ", end="")
    print(f"p99 {percentile(frames, 0.99):.1f}, worst {max(frames):.1f}")
    print(f"  a search {1000 * median([t for made in found for t in made[3]]):.0f} ms")
    print(f"  pixmaps kept {max(made[4] for made in found) / 1e6:.0f} MB")
