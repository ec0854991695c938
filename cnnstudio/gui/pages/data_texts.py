"""What the page Data says about a dataset, in words."""

from collections.abc import Sequence

from cnnstudio.data.dataset import Dataset, Problem, printable
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.gui.widgets.findings import Finding

# Kinds of problems that come one a file, and what a group of them is called.
GROUPS = {
    "empty": "{n} files are empty.",
    "truncated": "{n} files end early.",
    "foreign": "{n} files are no images.",
    "unsupported": "{n} files are of a kind that can't be read.",
    "damaged": "{n} files are damaged.",
    "too_large": "{n} images are too large.",
    "permission": "{n} files may not be read.",
    "unreadable": "{n} files can't be read.",
    "missing": "{n} files are not there any more.",
    "conflicting_labels": "{n} pictures are in two classes.",
}


def findings(problems: Sequence[Problem]) -> list[Finding]:
    """Problems grouped by kind, those that stand in the way first."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind, []).append(problem)
    made = [_finding(kind, group) for kind, group in groups.items()]
    return sorted(made, key=lambda finding: not finding.is_blocking)


def _finding(kind: str, group: list[Problem]) -> Finding:
    blocks = any(problem.is_blocking for problem in group)
    if len(group) == 1:
        return Finding(kind, printable(group[0].text), 1, blocks)
    text = GROUPS.get(kind, f"{{n}} problems of the kind '{kind.replace('_', ' ')}'.")
    return Finding(kind, text.format(n=f"{len(group):,}"), len(group), blocks)


def statistics_text(spec: PreprocessSpec) -> str:
    """The normalisation that was measured, in words."""
    if spec.mean is None or spec.std is None:
        return ""
    mean = ", ".join(f"{value:.3f}" for value in spec.mean)
    std = ", ".join(f"{value:.3f}" for value in spec.std)
    return f"Mean {mean}, spread {std}."


def sees_text(dataset: Dataset) -> str:
    """What goes into the network."""
    channels, height, width = dataset.pixels.shape[1:]
    return f"{width} × {height} × {channels}"
