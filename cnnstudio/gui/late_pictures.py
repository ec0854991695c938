"""Pictures that must be decoded to be shown: beside the window, those in sight first; placeholders stand until then."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from cnnstudio.core.errors import StudioError
from cnnstudio.core.jobs import Job
from cnnstudio.gui.widgets.pixels import Pixels

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session

LANE = "pictures"
# What one paint asks for goes as one request; a part of it appears as soon as it is decoded.
ASK_AFTER_MS, PART, MOST_KEPT = 20, 16, 2_000


class LatePictures(QObject):
    """The thumbnails of a data set for one page: at once where they lie at hand, else None until `arrived` tells."""

    arrived = Signal()

    def __init__(self, session: "Session", parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._dataset: Dataset | None = None
        self._kept: OrderedDict[int, Pixels] = OrderedDict()
        self._wanted: dict[int, None] = {}
        self._asked: set[int] = set()
        self._failed: set[int] = set()
        self._job: Job | None = None
        self._timer = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._timer.timeout.connect(self._ask)

    def set_dataset(self, dataset: "Dataset") -> None:
        """Give the pictures of this one from now on."""
        if self._dataset is not None and self._dataset.pixels is dataset.pixels:
            self._dataset = dataset
            return
        self._dataset = dataset
        self._kept.clear()
        for waiting in (self._wanted, self._asked, self._failed):
            waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def picture(self, number: int) -> Pixels | None:
        """A small picture, uint8, shape (H, W, C); None if it comes later, or can't be read any more."""
        assert self._dataset is not None
        if self._dataset.has_thumbnails_at_hand:
            return self._dataset.thumbnail(number)
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        if number not in self._failed:
            self._wanted[number] = None
            # Not begun anew with each paint: who is painted without a rest would wait for ever.
            if not self._timer.isActive():
                self._timer.start()
        return None

    def _ask(self) -> None:
        """Decode what was wanted last; what is not in sight any more waits until it is again."""
        wanted, self._wanted = list(self._wanted), {}
        dataset = self._dataset
        if dataset is None or self._asked.issuperset(wanted):
            return
        self._asked = set(wanted)

        def work(ctx: "JobContext") -> None:
            for start in range(0, len(wanted), PART):
                ctx.check()
                ctx.progress(start, len(wanted), "Reading pictures")
                ctx.emit((dataset, decoded(dataset, wanted[start : start + PART])))

        self._job = self._session.jobs.start(
            "Reading pictures",
            LANE,
            work,
            on_done=self._on_over,
            on_error=self._on_error,
            on_events=self._on_events,
            supersede=True,
        )

    def _on_events(self, events: "list[tuple[Dataset, dict[int, Pixels | None]]]") -> None:
        for dataset, found in events:
            if self._dataset is not None and dataset.pixels is self._dataset.pixels:
                self._failed.update(number for number, pixels in found.items() if pixels is None)
                self._kept.update({number: pixels for number, pixels in found.items() if pixels is not None})
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        self.arrived.emit()

    def _on_over(self, result: None) -> None:
        self._asked = set()

    def _on_error(self, error: StudioError) -> None:
        self._asked = set()
        self._session.report(error)


def decoded(dataset: "Dataset", numbers: Sequence[int]) -> "dict[int, Pixels | None]":
    """Some small pictures by their numbers; None for those that can't be read any more."""
    try:
        pixels = np.asarray(dataset.pixels[np.asarray(numbers, np.int64)])
    except StudioError:
        if len(numbers) == 1:
            return {numbers[0]: None}
        return {number: alone for one in numbers for number, alone in decoded(dataset, [one]).items()}
    return dict(zip(numbers, pixels.transpose(0, 2, 3, 1), strict=True))


def with_pixels(
    session: "Session", dataset: "Dataset", numbers: Sequence[int] | np.ndarray, use: Callable[[np.ndarray], None]
) -> Job | None:
    """Use the pixels of some pictures, shape (N, C, H, W): at once where they lie at hand, else when they are decoded.

    Returns:
        The job that decodes them; cancel it when they are not wanted any more. None if they were at hand.
    """
    places = np.asarray(numbers, np.int64)
    if dataset.has_pixels_at_hand:
        use(np.asarray(dataset.pixels[places]))
        return None
    return session.jobs.start(
        "Reading pictures", LANE, partial(_read, dataset, places), on_done=use, on_error=session.report
    )


def with_thumbnails(
    session: "Session", dataset: "Dataset", numbers: Sequence[int] | np.ndarray, use: Callable[[list[Pixels]], None]
) -> None:
    """Use small pictures to show, uint8, shape (H, W, C): at once where they lie at hand, else later."""
    if dataset.has_thumbnails_at_hand:
        use([dataset.thumbnail(int(number)) for number in numbers])
        return

    def planes_to_pictures(pixels: np.ndarray) -> None:
        use(list(pixels.transpose(0, 2, 3, 1)))

    with_pixels(session, dataset, numbers, planes_to_pictures)


def _read(dataset: "Dataset", places: np.ndarray, ctx: "JobContext") -> np.ndarray:
    return np.asarray(dataset.pixels[places])
