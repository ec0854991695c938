"""The pages in the order of the rail, with the place of their code; a page is imported on its first visit."""

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.pages.page import Page
    from cnnstudio.gui.session import Session


@dataclass(frozen=True)
class PageEntry:
    """A page before it is made.

    Args:
        key: What signals and shortcuts call it.
        title: What the rail calls it.
        icon: Material Design Icons name.
        tooltip: One sentence.
        place: Module and class, "module:Class" below `cnnstudio.gui.pages`.
        starts_group: A gap stands before it in the rail.
    """

    key: str
    title: str
    icon: str
    tooltip: str
    place: str
    starts_group: bool = False

    def make(self, session: "Session") -> "Page":
        """Import the page's module and make the page."""
        module, name = self.place.split(":")
        page: Page = getattr(importlib.import_module(f"cnnstudio.gui.pages.{module}"), name)(session)
        return page


WELCOME = PageEntry("welcome", "Welcome", "home-outline", "Begin here.", "welcome:WelcomePage")

PAGES = (
    PageEntry("data", "Data", "image-multiple-outline", "The pictures that the network learns from.", "data:DataPage"),
    PageEntry("network", "Network", "graph-outline", "The layers and how they are connected.", "network:NetworkPage"),
    PageEntry("train", "Train", "chart-line", "Train the network and watch it learn.", "train:TrainPage"),
    PageEntry(
        "inspect",
        "Inspect",
        "magnify-scan",
        "Look inside: filters, activations, and where the network looks.",
        "inspect:InspectPage",
        starts_group=True,
    ),
    PageEntry(
        "evaluate", "Evaluate", "check-decagram-outline", "How good it is, and its mistakes.", "evaluate:EvaluatePage"
    ),
    PageEntry(
        "classify", "Classify", "image-search-outline", "Ask it about your own pictures.", "classify:ClassifyPage"
    ),
    PageEntry(
        "runs", "Runs", "format-list-bulleted", "All trainings of this project.", "runs:RunsPage", starts_group=True
    ),
)


# Parts of pages that load more than the page itself does, and are made on the first visit.
LATER = ("augment",)


def load_pages(ctx: "JobContext") -> None:
    """Import the pages' modules, a job function: pyqtgraph alone takes 0.2 s, in which a click would wait.

    It defines classes and makes no widget, so that it may run beside the window.
    """
    from cnnstudio.data.augmentation import operations

    for module in (*(item.place.split(":")[0] for item in PAGES), *LATER):
        ctx.check()
        importlib.import_module(f"cnnstudio.gui.pages.{module}")
    operations.kinds()
    ctx.check()
    # torch's optimisers load it at their first step: two seconds in which a training would seem to stand still.
    importlib.import_module("torch._dynamo")


def entry(key: str) -> PageEntry:
    """The entry of a page."""
    return next(item for item in (WELCOME, *PAGES) if item.key == key)
