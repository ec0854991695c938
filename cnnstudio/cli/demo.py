"""`cnnstudio demo`: what `make run` starts."""

import importlib

import typer

from cnnstudio.cli.evaluate import evaluate_run
from cnnstudio.cli.output import job_context
from cnnstudio.cli.tour import has_display, walk
from cnnstudio.core.paths import free_path, projects_dir


def demo() -> None:
    """Open the window on the handwritten digits and train LeNet-5; without a display do the same headless."""
    if has_display():
        raise typer.Exit(importlib.import_module("cnnstudio.gui.app").run_app(sample="digits"))
    print("There is no display: the main job runs headless, in a window that is drawn but not shown.")
    out = free_path(projects_dir(), "Pictures")
    run, pictures = walk(out, print)
    with job_context(quiet=True) as ctx:
        report = evaluate_run(ctx, run.path, None, "test").report
    print(f"Test accuracy {100 * report.top1:.1f} % on {report.n} images that it never saw.")
    print(f"The run:      {run.path}")
    print(f"{len(pictures)} pictures: {out}")
