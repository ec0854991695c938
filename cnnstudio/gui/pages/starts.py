"""What the page Network says of each architecture: read in the background, because every one is built for it."""

from functools import cache
from typing import TYPE_CHECKING

from cnnstudio.gui.widgets.layer_table import short_number
from cnnstudio.gui.widgets.start_list import Start
from cnnstudio.network.architectures import Architecture, architectures
from cnnstudio.network.summary import summarize

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext


def first_starts(side: int | None) -> list[Start]:
    """All architectures, as far as it can be said without building them."""
    return [_start(item, (str(item.year),), side) for item in architectures.values()]


def read_starts(ctx: "JobContext", side: int | None) -> list[Start]:
    """All architectures with depth and parameters of the original.

    Args:
        ctx: The job.
        side: Side of the data's images in pixels; None while there are none.
    """
    found = []
    for number, item in enumerate(architectures.values()):
        ctx.check()
        ctx.progress(number, len(architectures), item.title)
        depth, parameters = _counts(item.name)
        exact, short = f"{parameters:,}", short_number(parameters)
        forms = (f"{item.year} · {depth} · {exact}", f"{item.year} · {depth} · {short}", exact, short)
        found.append(_start(item, forms, side))
    return found


@cache
def _counts(name: str) -> tuple[int, int]:
    """Weight layers and parameters of the original; counted once, however often the data changes."""
    summary = summarize(architectures[name].build())
    return summary.depth, summary.parameters


def _start(item: Architecture, facts: tuple[str, ...], side: int | None) -> Start:
    if side is not None and side < item.min_side:
        why = f"needs images of {item.min_side} px, not {side}"
        return Start(
            item.name, item.title, (why, f"needs {item.min_side} px", f"{item.min_side} px"), item.about, False
        )
    about = f"{item.about} (Year · weight layers · parameters of the original.)"
    return Start(item.name, item.title, facts, about)
