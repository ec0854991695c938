"""What the checks before a training tell: findings, each with a hint and, where there is one, a fix to click."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnstudio.data.spec import DataSpec
    from cnnstudio.network.graph import NetworkGraph
    from cnnstudio.training.config import TrainConfig


class Level(StrEnum):
    """How much a finding matters: a note is a figure, a warning is shown, something bad is asked about."""

    NOTE = "note"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Fix:
    """A change that mends a finding: the recipe, network or data as they would be afterwards; None stays as it is.

    Args:
        page: Where the user has to look instead, if no change is known to mend it: "data" or "network".
    """

    title: str
    config: "TrainConfig | None" = None
    graph: "NetworkGraph | None" = None
    data: "DataSpec | None" = None
    page: str = ""


@dataclass(frozen=True)
class Finding:
    """One thing that a check noticed: a sentence with the numbers, and what to do."""

    check: str
    level: Level
    text: str
    hint: str = ""
    fix: Fix | None = None


@dataclass(frozen=True)
class PreflightDone:
    """What all checks found, in the order in which they ran; `skipped` names those for which no time was left."""

    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    duration_s: float

    @property
    def is_bad(self) -> bool:
        """True if the training should not start without asking."""
        return any(finding.level is Level.BAD for finding in self.findings)

    @property
    def problems(self) -> tuple[Finding, ...]:
        """All findings but the notes."""
        return tuple(finding for finding in self.findings if finding.level is not Level.NOTE)
