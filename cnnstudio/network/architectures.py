"""What an architecture of the zoo is, and the registry that finds them all."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError

if TYPE_CHECKING:
    from cnnstudio.network.graph import NetworkGraph


@dataclass(frozen=True)
class Architecture:
    """A network of the literature: what it is, what was new, and how to make its graph.

    Args:
        name: Name on the command line and in files, never changed: "lenet5".
        title: Name as people write it: "LeNet-5".
        year: Year of the paper.
        paper: Authors, title, year, and where to find it.
        about: What is new in it, one or two sentences.
        recipe: Makes the graph, from the architecture, classes, channels and side.
        error: Published error with what it was measured on; empty if there is none.
        deviations: Its fidelity sheet: every difference from the paper.
        classes: Classes of the original.
        channels: Channels of the original's images.
        side: Side of the original's images, in pixels.
        min_side: Smallest side that every layer fits.
        small: Name of the architecture that stands in for it where images are smaller; empty if there is none.
    """

    name: str
    title: str
    year: int
    paper: str
    about: str
    recipe: "Callable[[Architecture, int, int, int], NetworkGraph]"
    error: str = ""
    deviations: tuple[str, ...] = ()
    classes: int = 10
    channels: int = 3
    side: int = 32
    min_side: int = 32
    small: str = ""

    def build(self, classes: int | None = None, channels: int | None = None, side: int | None = None) -> "NetworkGraph":
        """The graph for these classes, channels and image side; the original's where nothing is said.

        Raises:
            GraphError: The images are too small for it.
        """
        side = self.side if side is None else side
        if side < self.min_side:
            raise GraphError(
                f"{self.title} needs images of at least {self.min_side}×{self.min_side} pixels;"
                f" these have {side}×{side}.",
                hint=self._hint_for(side),
            )
        return self.recipe(
            self,
            self.classes if classes is None else classes,
            self.channels if channels is None else channels,
            side,
        )

    def _hint_for(self, side: int) -> str:
        if self.small and side >= architectures[self.small].min_side:
            return f"Use {self.small}, or larger images."
        return "Use larger images, or an architecture for small ones."


class Architectures(Mapping[str, Architecture]):
    """All architectures by name, oldest first; each module of the zoo lists its own in `ARCHITECTURES`."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._found: dict[str, Architecture] = {}

    def __getitem__(self, name: str) -> Architecture:
        known = self._all()
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}."
            raise GraphError(f"There is no architecture '{name:.60}'.", hint=hint)
        return known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, Architecture]:
        if not self._found:
            package = importlib.import_module(self._package)
            found: list[Architecture] = []
            for info in pkgutil.iter_modules(package.__path__):
                found += importlib.import_module(f"{self._package}.{info.name}").ARCHITECTURES
            self._found = {item.name: item for item in sorted(found, key=lambda item: item.year)}
            if len(self._found) < len(found):
                raise ValueError("Two architectures have the same name.")
        return self._found


architectures = Architectures("cnnstudio.network.zoo")
