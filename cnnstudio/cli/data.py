"""`cnnstudio data`."""

from typing import Annotated

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table


def data(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="digits, shapes, a well-known set, or a folder, archive or file of images."
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Look at a data source: classes, splits, and what couldn't be read and why."""
    from cnnstudio.data.dataset import open_dataset
    from cnnstudio.data.spec import data_spec, parse_source

    with job_context(quiet=as_json) as ctx:
        found = open_dataset(data_spec(parse_source(source), ctx), ctx).describe()
    if as_json:
        print_json(found)
        return
    print(f"{found['n']:,} images; " + ", ".join(f"{n:,} {split}" for split, n in found["splits"].items()))
    print_table(["class", "images"], [[name, f"{count:,}"] for name, count in found["classes"].items()])
    for problem in found["problems"]:
        print(problem["text"])
