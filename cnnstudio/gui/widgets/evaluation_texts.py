"""The numbers of an evaluation as the page shows them, each with the sentence that makes sense of it."""

import math

from cnnstudio.evaluation.report import Report
from cnnstudio.gui.widgets.bars import percent

SPLITS = (
    ("test", "Test", "Images that were kept for the final examination."),
    ("val", "Validation", "Images that the training was watched with; the best epoch was chosen by them."),
    ("train", "Training", "Images that the network learnt from; what it misses here it could not learn."),
)
SPLIT_WORDS = {"test": "test", "val": "validation", "train": "training"}
MEANING = {
    "test": "never seen in training",
    "val": "they chose the best epoch",
    "train": "the network learnt from these",
}


UNEVEN = 10  # times as many images in one class as in another: the share of right answers alone misleads


def top1_texts(report: Report) -> tuple[str, str]:
    """The share of right answers, and how far chance in drawing the images moves it."""
    low, high = report.top1_interval
    interval = f"{100 * low:.1f}–{100 * high:.1f} % (95 % confidence)"
    alike = f"{percent(report.balanced)} if classes count alike"
    return percent(report.top1), alike if _is_uneven(report) else interval


def top5_texts(report: Report) -> tuple[str, str]:
    """The share of images whose class is among the five best guesses."""
    classes = len(report.per_class)
    return percent(report.top5), f"{min(5, classes)} guesses out of {classes:,} classes"


def loss_texts(report: Report) -> tuple[str, str]:
    """The loss, and what guessing would give."""
    classes = len(report.per_class)
    return f"{report.loss:.3f}", f"guessing gives ln {classes} = {math.log(classes):.2f}"


def count_texts(report: Report) -> tuple[str, str]:
    """How many images were judged, and what they were to the training, or what the commonest class alone would give."""
    common = report.most_common
    always = f"always '{common.name}' gives {percent(common.n / report.n)}"
    return f"{report.n:,}", always if _is_uneven(report) else MEANING.get(report.split, "")


def _is_uneven(report: Report) -> bool:
    return report.most_common.n > UNEVEN * min(row.n for row in report.per_class if row.n)


def cell_text(true: str, given: str, count: int) -> str:
    """The title over a confusion cell's images."""
    if not count:
        return f"No picture of {true} was {'recognised' if true == given else f'taken for {given}'}."
    images = f"{count:,} image{'' if count == 1 else 's'}"
    if true == given:
        return f"{images} of {true}, rightly recognised"
    return f"{images} of {true}, taken for {given}"


def mistakes_text(mistakes: int, n: int) -> str:
    """The line over the sheet of mistakes."""
    if not mistakes:
        return f"None of {n:,} images is wrong."
    wrong = f"{mistakes:,} of {n:,} images {'is' if mistakes == 1 else 'are'} wrong"
    return f"{wrong}. The true answer stands first, the given one behind it; the surest mistakes come first."


def ready_text(count: int, split: str, *, is_imported: bool = False) -> str:
    """What judging a split would say, before it was done; imported weights are judged on the open data."""
    if is_imported:
        return _imported_text(count, split)
    if not count:
        return f"Its data keeps no {SPLIT_WORDS[split]} images: give them a share on the page Data and train again."
    meaning = {
        "test": "They were never used in training: what comes out is what to expect of new images.",
        "val": "The best epoch was chosen by them, so the result is a little too good.",
        "train": "The network learnt from them: this shows how well it learnt, not how well it does.",
    }
    return f"Judge it on the {count:,} {SPLIT_WORDS[split]} images. {meaning[split]}"


def _imported_text(count: int, split: str) -> str:
    if not count:
        return "Its weights came without data: open data with the same classes on the page Data."
    return (
        f"Judge it on the {count:,} {SPLIT_WORDS[split]} images of the open data, whose classes must have the same "
        "names. Whether its weights were learnt from some of them nobody here can tell."
    )
