"""`cnnstudio evaluate`."""

from typing import Annotated, Any, Literal

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table
from cnnstudio.cli.train import RunArgument
from cnnstudio.core.jobs import JobContext
from cnnstudio.data.spec import parse_source
from cnnstudio.runs.run import open_run


def evaluate(
    run: RunArgument,
    data: Annotated[str | None, typer.Option(metavar="SOURCE", help="Other data than the run's own.")] = None,
    split: Annotated[Literal["train", "val", "test", "all"], typer.Option(help="Which part of the data.")] = "test",
    as_json: JsonOption = False,
) -> None:
    """Judge a run's best network: accuracy, loss, confusion matrix, precision and recall for each class."""
    with job_context(quiet=as_json) as ctx:
        result = evaluate_run(ctx, run, data, split)
    if as_json:
        print_json(result.to_json())
    else:
        _print(result)


def evaluate_run(ctx: JobContext, run: RunArgument, data: str | None, split: str) -> Any:
    """The evaluation of a run's best weights on its own data or another source."""
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.evaluation.evaluate import evaluate as judge
    from cnnstudio.runs.loaded import load_run_network

    loaded = load_run_network(open_run(run))
    spec = loaded.run.data if data is None else loaded.run.data.replace(source=parse_source(data))
    return judge(loaded.network, open_dataset(spec, ctx), loaded.preprocess, loaded.classes, split, ctx)


def _print(result: Any) -> None:
    report = result.report
    low, high = report.top1_interval
    print(f"{report.n:,} images of the split '{report.split}'")
    print(f"top-1 {report.top1:.2%} (95 % interval {low:.2%} to {high:.2%})")
    print(f"top-5 {report.top5:.2%}, loss {report.loss:.4f}")
    print()
    rows = [[c.name, f"{c.n:,}", f"{c.precision:.1%}", f"{c.recall:.1%}", f"{c.f1:.3f}"] for c in report.per_class]
    print_table(["class", "images", "precision", "recall", "F1"], rows)
