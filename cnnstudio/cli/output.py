"""What commands print: JSON on request, tables and bars in a terminal, plain lines otherwise."""

import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any

import typer

from cnnstudio.core.jobs import JobContext, Progress

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as docs/cli.md describes it.")]


def print_json(value: Any) -> None:
    """One JSON value on one line of its own, at once."""
    print(json.dumps(value, allow_nan=False, ensure_ascii=False), flush=True)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table in which every column but the first is right-aligned."""
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


@contextmanager
def job_context(
    *, quiet: bool, on_event: Callable[[Any], None] | None = None, stops_on_signal: bool = False
) -> Iterator[JobContext]:
    """A context whose progress shows as a bar in a terminal, and not at all otherwise.

    Args:
        quiet: No bar: the output is JSON.
        on_event: Gets everything but progress.
        stops_on_signal: Ctrl-C and SIGTERM ask the job to stop, so that it can save, instead of breaking it off.
    """
    bar = None if quiet or not sys.stderr.isatty() else _bar()

    def receive(event: Any) -> None:
        if isinstance(event, Progress):
            if bar is not None:
                bar.update(event)
        elif on_event is not None:
            on_event(event)

    ctx = JobContext(receive)
    restore = _heed_signals(ctx) if stops_on_signal else lambda: None
    try:
        yield ctx
    finally:
        restore()
        if bar is not None:
            bar.stop()


class _bar:
    """A rich progress bar on stderr, fed with Progress events."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
        )
        self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bars.add_task("", total=None)
        self._bars.start()

    def update(self, progress: Progress) -> None:
        """Show how far the job is."""
        self._bars.update(self._task, completed=progress.done, total=progress.total or None, description=progress.text)

    def stop(self) -> None:
        """Take the bar off the screen."""
        self._bars.stop()


def _heed_signals(ctx: JobContext) -> Callable[[], None]:
    def stop(number: int, frame: FrameType | None) -> None:
        ctx.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore
