"""Two ways through the same stages, compared: decode, resize, normalise, net."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

NET = "net"
STAGES = ("decode", "resize", "normalise", NET)
UNITS = {"decode": "grey levels", "resize": "grey levels", "normalise": "", NET: "in the logits"}
# Pictures are whole numbers and must be equal. float32 carries 7 digits: normalised values may differ in the last,
# logits by what sums in another order make of it; more of it in another runtime, which joins layers into one.
TOLERANCES = {"decode": 0.0, "resize": 0.0, "normalise": 1e-6, NET: 1e-5}
OTHER_RUNTIME = 5e-5
# Very deep plain networks multiply every rounding: where float32 and float64 differ by more in the app itself, another
# runtime can't be nearer than a few times that.
ROUNDING_FACTOR = 4.0


@dataclass(frozen=True)
class StageResult:
    """How far one stage's results are apart.

    Args:
        stage: "decode", "resize", "normalise" or "net".
        largest_difference: Of two values; None if the shapes differ or a value is no number.
        tolerance: What is allowed, already scaled by the largest value where that is above 1.
        unit: Of the difference.
        passed: True if it is within the tolerance.
    """

    stage: str
    largest_difference: float | None
    tolerance: float
    unit: str
    passed: bool

    @property
    def allowed(self) -> str:
        """The tolerance in words."""
        return "none are allowed" if self.tolerance == 0 else f"{self.tolerance:.3g} are allowed"


def compare(
    ours: Mapping[str, np.ndarray],
    theirs: Mapping[str, np.ndarray],
    *,
    other_runtime: bool,
    own_rounding: float = 0.0,
) -> tuple[StageResult, ...]:
    """The largest difference of each stage, over all pictures.

    Args:
        ours: As `our_stages` gives them.
        theirs: The same of the export.
        other_runtime: The export doesn't compute with PyTorch.
        own_rounding: Largest difference of the app's own logits in float32 and float64.
    """
    allowed = {**TOLERANCES, NET: OTHER_RUNTIME} if other_runtime else TOLERANCES
    floors = {NET: ROUNDING_FACTOR * own_rounding} if other_runtime else {}
    return tuple(_stage(stage, ours, theirs, allowed[stage], floors.get(stage, 0.0)) for stage in STAGES)


def _stage(
    stage: str, ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray], allowed: float, floor: float
) -> StageResult:
    names = [name for name in ours if name.rstrip("0123456789") == stage]
    differences = [_difference(ours[name], theirs.get(name)) for name in names]
    known = [difference for difference in differences if difference is not None]
    largest = max(known) if len(known) == len(names) else None
    scale = max([1.0, *(float(np.abs(ours[name]).max()) for name in names)])
    tolerance = max(allowed * scale, floor)
    return StageResult(stage, largest, tolerance, UNITS[stage], largest is not None and largest <= tolerance)


def _difference(ours: np.ndarray, theirs: np.ndarray | None) -> float | None:
    """The largest difference of two arrays; None if they can't be compared."""
    if theirs is None:
        return None
    if ours.ndim == theirs.ndim + 1 and ours.shape[-1] == 1:
        ours = ours[..., 0]  # a grey picture, with and without its axis of channels
    if ours.shape != theirs.shape or not np.isfinite(theirs).all():
        return None
    return float(np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max(initial=0.0))
