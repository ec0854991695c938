"""`cnnstudio download`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.cli.output import JsonOption, job_context, print_json, print_table
from cnnstudio.core.errors import DataError


def download(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A well-known set, such as mnist; default: list them.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where to put it; default: the program's own place.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the well-known data sets, or download one, verified by its checksum and resumed where it broke off."""
    from cnnstudio.data.known import KNOWN

    if name is None:
        _print_list(as_json)
        return
    if name not in KNOWN:
        raise DataError(f"There is no well-known set '{name}'.", hint=f"Known: {', '.join(KNOWN)}.")
    known = KNOWN[name]
    folder = None if out is None else out.absolute()
    with job_context(quiet=as_json, stops_on_signal=True) as ctx:
        place = known.install(ctx, folder)
    # At its own place a set is known by its name, elsewhere by what its files are.
    source = name if folder is None else str(getattr(known.source(place), "path", place))
    if as_json:
        print_json({"name": name, "folder": str(place), "source": source})
    else:
        print(f"{known.title} lies in {place}. Use it with: --data {source}")


def _print_list(as_json: bool) -> None:
    from cnnstudio.data.known import KNOWN

    entries: list[dict[str, Any]] = [
        {
            "name": known.key,
            "title": known.title,
            "about": known.about,
            "bytes": known.download_bytes(),
            "licence": known.licence,
            "home": known.home,
            "is_installed": known.is_installed(),
        }
        for known in KNOWN.values()
    ]
    if as_json:
        print_json(entries)
        return
    rows = [
        [entry["name"], f"{entry['bytes'] / 1e6:,.0f} MB", "yes" if entry["is_installed"] else "no", entry["licence"]]
        for entry in entries
    ]
    print_table(["name", "download", "here", "licence"], rows)
