"""`cnnstudio doctor`."""

from cnnstudio.cli.output import JsonOption, print_json


def doctor(as_json: JsonOption = False) -> None:
    """Versions, device, threads, disk, what is wrong and how to mend it."""
    import typer

    from cnnstudio.cli.checks import examine

    findings = examine()
    if as_json:
        print_json([vars(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{'ok ' if finding.ok else 'BAD'}  {finding.name}: {finding.text}")
            if finding.fix:
                print(f"     {finding.fix}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
