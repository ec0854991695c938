"""Is the chosen number format as good as float32? Three seeds each on the digits and the shapes.

Validation accuracy of the last epoch with bf16 and channels last against plain float32, and images a second of both.
"""

import json

from tests.benchmarks.measure import child

# What each learns from, for how many epochs, at which learning rate.
CASES = {"digits": ("lenet5-modern", 12, 0.05), "shapes": ("gap-cnn", 14, 0.1)}
SEEDS = (1, 2, 3)
WAYS = {"float32": ["precision=fp32", "channels_last=off"], "bf16": ["precision=bf16", "channels_last=on"]}

CODE = """
import json, sys, tempfile
from pathlib import Path
from cnnstudio.cli.train import make_run, recipe
from cnnstudio.core.jobs import JobContext
from cnnstudio.runs.execute import train_run
source, network, epochs, seed, *settings = sys.argv[1:]
spec, config = recipe(source, int(epochs), int(seed), [*settings, "compile=off", "threads=1", "batch=64"])
run, dataset = make_run(JobContext(), spec, network, config, Path(tempfile.mkdtemp()) / "run")
train_run(JobContext(), run, dataset)
last = run.epochs()[-1]
print(json.dumps([last.val_top1, last.images_per_s]))
"""


def run(epochs_share: float = 1.0) -> None:
    """Print accuracies by seed, their means, and the ratio of speeds."""
    for source, (network, epochs, rate) in CASES.items():
        speeds = {}
        for way, settings in WAYS.items():
            count = str(max(1, round(epochs * epochs_share)))
            own = [f"optimizer.rate={rate}", *settings]
            results = [child(CODE, source, network, count, str(seed), *own) for seed in SEEDS]
            found = [json.loads(result.splitlines()[-1]) for result in results]
            accuracies = [100 * top1 for top1, _ in found]
            speeds[way] = max(speed for _, speed in found)
            listed = ", ".join(f"{value:.1f}" for value in accuracies)
            print(f"  {source} {network} {way:<8} {sum(accuracies) / len(accuracies):.2f} % ({listed})", flush=True)
        print(f"  {source} {network} bf16 / float32 = {speeds['bf16'] / speeds['float32']:.2f} in images/s")
