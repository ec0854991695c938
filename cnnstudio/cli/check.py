"""`cnnstudio check`: what the window examines before the first step of a training."""

from typing import Annotated, Any

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json
from cnnstudio.cli.train import DataOption, NetworkOption, SetOption, recipe
from cnnstudio.core.errors import RecipeError

FindOption = Annotated[bool, typer.Option("--find-rate", help="Find a learning rate instead, by a range test.")]
_MARKS = {"bad": "BAD ", "warn": "warn", "note": "ok  "}


def check(
    data: DataOption,
    network: NetworkOption,
    settings: SetOption = None,
    find_rate: FindOption = False,
    as_json: JsonOption = False,
) -> None:
    """Examine a training before its first step (30 s at most), or find a learning rate; nothing is written."""
    subject_of = _subject(data, network, settings or [], as_json)
    if find_rate:
        _print_range(subject_of, as_json)
    else:
        _print_findings(subject_of, as_json)


def _subject(data: str, network: str, settings: list[str], as_json: bool) -> Any:
    from cnnstudio.cli.train import fitted_network
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.training.subject import prepare

    spec, config = recipe(data, None, None, settings)
    with job_context(quiet=as_json) as ctx:
        dataset = open_dataset(spec, ctx)
    return prepare(dataset, fitted_network(network, dataset), config)


def _print_findings(subject: Any, as_json: bool) -> None:
    from cnnstudio.training.checking import run_checks

    with job_context(quiet=as_json) as ctx:
        done = run_checks(subject, ctx)
    for finding in done.findings:
        if as_json:
            fix = finding.fix.title if finding.fix and not finding.fix.page else ""
            line = {"check": finding.check, "level": finding.level.value, "text": finding.text}
            print_json({**line, "hint": finding.hint, "fix": fix})
        else:
            print(f"{_MARKS[finding.level.value]}  {finding.text}")
            if finding.hint:
                print(f"      {finding.hint}")
    if done.skipped and not as_json:
        print(f"Not looked at: {', '.join(title.lower() for title in done.skipped)}.")
    if done.is_bad:
        raise RecipeError("This training would not learn as it is.", hint="See the findings above.")


def _print_range(subject: Any, as_json: bool) -> None:
    from cnnstudio.training.finder import find_rate

    with job_context(quiet=as_json) as ctx:
        result = find_rate(subject, ctx)
    if as_json:
        tried = [vars(one) for one in result.tried]
        print_json({"suggestion": result.suggestion, "tried": tried})
    else:
        print(result.text)
