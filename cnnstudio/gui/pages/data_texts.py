"""What the page Data says about a dataset, in words."""

from collections.abc import Sequence

from cnnstudio.data.cache_contents import is_streamed
from cnnstudio.data.dataset import Dataset, Problem, printable
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.gui.widgets.findings import Finding
from cnnstudio.gui.widgets.times import bytes_text

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
    "drive": "{n} files are not given by their drive.",
    "missing": "{n} files are not there any more.",
    "conflicting_labels": "{n} pictures are in two classes.",
    "tiny_class": "{n} classes have too few images to learn and to check.",
    "timeout": "{n} files take too long to decode.",
    "crashed": "{n} files make the decoder crash.",
}
# What can be done about a finding at once.
FIXES = dict.fromkeys(("duplicates", "near_duplicates", "leak", "near_leak"), "Leave out the copies")
# What a finding is called on the chip of the gallery that shows it.
CHIPS = {
    "changed": "New or changed",
    "new_pictures": "New pictures",
    "duplicates": "Exact copies",
    "near_duplicates": "Look-alikes",
    "leak": "In several parts",
    "near_leak": "Alike in several parts",
    "conflicting_labels": "In two classes",
    "near_conflicts": "Alike in two classes",
    "imbalanced": "The rarest class",
    "animated": "Several pictures in one",
    "16_bit": "16 bits",
    "float": "Floating point",
    "alpha": "Transparent",
    "cmyk": "Print colours",
    "turned": "Turned",
    "bad_exif": "Damaged EXIF",
    "blank": "One colour only",
    "small": "Very small",
    "narrow": "Very narrow",
    "grey": "Grey",
}


def findings(problems: Sequence[Problem]) -> list[Finding]:
    """Problems grouped by kind, those that stand in the way first."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.kind, []).append(problem)
    made = [_finding(kind, group) for kind, group in groups.items()]
    return sorted(made, key=lambda finding: not finding.is_blocking)


def problem_rows(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """File, and what is wrong with what to do, for the table of problems."""
    return [
        (printable(p.file) or "–", " ".join(part for part in (printable(p.text), p.hint) if part)) for p in problems
    ]


def chip_text(kind: str) -> str:
    """What the gallery calls the pictures of a finding."""
    return CHIPS.get(kind, kind.replace("_", " ").capitalize())


def places_of(problems: Sequence[Problem], kind: str) -> list[int]:
    """Positions of the pictures that findings of a kind are about, ascending, each once."""
    return sorted({place for problem in problems if problem.kind == kind for place in problem.places})


def _finding(kind: str, group: list[Problem]) -> Finding:
    blocks = any(problem.is_blocking for problem in group)
    pictures = len(places_of(group, kind))
    if len(group) == 1:
        return Finding(kind, printable(group[0].text), 1, blocks, pictures, FIXES.get(kind, ""))
    text = GROUPS.get(kind, f"{{n}} problems of the kind '{kind.replace('_', ' ')}'.")
    return Finding(kind, text.format(n=f"{len(group):,}"), len(group), blocks, pictures)


def statistics_text(spec: PreprocessSpec) -> str:
    """The normalisation that was measured, in words."""
    if spec.mean is None or spec.std is None:
        return ""
    mean = ", ".join(f"{value:.3f}" for value in spec.mean)
    std = ", ".join(f"{value:.3f}" for value in spec.std)
    return f"Mean {mean}, spread {std}."


def cache_text(dataset: Dataset) -> str:
    """Where the decoded pixels of files lie; nothing for pictures that are no files."""
    if dataset.raw is None or dataset.raw.manifest is None:
        return ""
    if is_streamed(dataset):
        return "The image cache has no room for these pictures: they are decoded anew in each epoch."
    return f"Decoded once, {bytes_text(dataset.pixels.nbytes)} in the image cache."


def sees_text(dataset: Dataset) -> str:
    """What goes into the network."""
    channels, height, width = dataset.pixels.shape[1:]
    return f"{width} × {height} × {channels}"
