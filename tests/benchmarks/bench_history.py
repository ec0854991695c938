"""How fast does a history of a million steps open, and how fast does it scroll?

50,000 lines of 20 steps each, with an epoch every 1,000 steps and 1,000 looks at eight layers: read from the disk as
the page does, put into all panels, drawn; then 120 frames of the zoomed loss curve, moved from left to right.
"""

import json

from tests.benchmarks.measure import child, percentile

LINES, STEPS_A_LINE = 50_000, 20

CODE = """
import json, math, random, sys, tempfile, time
from pathlib import Path
from PySide6.QtCore import QEventLoop
from cnnstudio.gui.launch import make_app
app = make_app()
from cnnstudio.core import files
from cnnstudio.gui.pages.train_panels import TrainPanels
from cnnstudio.gui.widgets.run_curves import RunCurves
from cnnstudio.training.events import EpochDone, LayerHealth, LayerRow, RunStarted, StepsDone
from cnnstudio.runs.tail import read_part
from cnnstudio.training.events import event_json
lines, size = int(sys.argv[1]), int(sys.argv[2])
draw, path, out = random.Random(1), Path(tempfile.mkdtemp()) / "history.jsonl", []
steps = lines * size
out.append(event_json(RunStarted(0, 0, steps // 1000, 1000, "CPU", 1, 32000, 4000, "float32")))
for line in range(lines):
    first = line * size + 1
    losses = tuple(2.3 * math.exp(-3 * (first + i) / steps) + draw.random() / 5 for i in range(size))
    out.append(event_json(StepsDone(first, losses, (0.5,) * size, 900.0 + draw.random(), 10.0, 0.05, 0.01, 10**9)))
    if line % 50 == 49:
        n = first // 1000 + 1
        out.append(event_json(EpochDone(n, first + size - 1, 1.0, 0.6, 1.1 + draw.random() / 9, 0.6, 900.0, False)))
        rows = [LayerRow(f"conv{k}", 0.1, 1e-3, 0.0, 1.0, 0.1, -1.0, 1.0, tuple(range(32))) for k in range(8)]
        out.append(event_json(LayerHealth.of(first, rows)))
files.write_text(path, "".join(json.dumps(value) + "\\n" for value in out))
panels = TrainPanels(RunCurves())
panels.resize(900, 800)
panels.show()
app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
times = {}
began = time.perf_counter()
history = read_part(path)
times["read"] = time.perf_counter() - began
began = time.perf_counter()
panels.add_part(history)
times["fill"] = time.perf_counter() - began
began = time.perf_counter()
for plot in (panels.curves.loss, panels.curves.accuracy):
    plot.draw()
app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
times["draw"] = time.perf_counter() - began
box, frames = panels.curves.loss._plot.getPlotItem().getViewBox(), []
epochs = steps / 1000
for frame in range(120):
    left = frame / 120 * 0.8 * epochs
    began = time.perf_counter()
    box.setXRange(left, left + 0.2 * epochs, padding=0)
    panels.curves.loss._plot.viewport().repaint()
    frames.append(1000 * (time.perf_counter() - began))
print(json.dumps([times, frames, panels.curves.loss.points("training"), path.stat().st_size]))
"""


def run(lines: int = LINES) -> None:
    """Print seconds to read, fill and draw, and milliseconds a frame."""
    times, frames, points, size = json.loads(child(CODE, str(lines), str(STEPS_A_LINE)).splitlines()[-1])
    total_s = sum(times.values())
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
    print(f"  {points:,} steps ({size / 1e6:.0f} MB): {total_s:.2f} s ({parts}); aim 1 s")
    print(
        f"  scrolling: p50 {percentile(frames, 0.5):.1f} ms, p99 {percentile(frames, 0.99):.1f} ms a frame; aim 16 ms"
    )
