"""Which picture the Inspect page looks at: one of the data, or one of the user's own."""

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cnnstudio.data.splits import SPLITS
from cnnstudio.gui.late_pictures import LatePictures, with_pixels
from cnnstudio.gui.pages.inspect_choices import NONE_OF_MINE, OWN, data_items, data_picture, own_items
from cnnstudio.gui.pages.inspection import Picture
from cnnstudio.gui.pages.own_pictures import OwnPictures
from cnnstudio.gui.pages.picture_sources import chosen_files, pasted
from cnnstudio.gui.widgets.image_chooser import ImageChooser

if TYPE_CHECKING:
    import numpy as np

    from cnnstudio.core.jobs import Job
    from cnnstudio.data.dataset import Dataset
    from cnnstudio.gui.session import Session
    from cnnstudio.runs.run import Run


class PictureChoice(QObject):
    """Glue between the session's data, the user's pictures and the chooser; `changed` brings a Picture or None."""

    changed = Signal(object)

    def __init__(self, session: "Session", chooser: ImageChooser) -> None:
        super().__init__(chooser)
        self._session = session
        self._chooser = chooser
        self.own = OwnPictures(session, self)
        self.picture: Picture | None = None
        self._late = LatePictures(session, self)
        self._reading: Job | None = None
        self._late.arrived.connect(chooser.gallery.viewport().update)
        self.own.added.connect(self._on_own_added)
        session.dataset_changed.connect(self.refresh)
        session.image_wanted.connect(self.show_image)
        chooser.source_chosen.connect(self.refresh)
        chooser.picked.connect(self._on_picked)
        chooser.open_requested.connect(self._on_open)
        chooser.paste_requested.connect(self.paste)

    def set_run(self) -> None:
        """Offer what the session's run can look at."""
        if self._session.run is not None:
            self.own.fit(self._session.run)
            self.refresh()

    def refresh(self) -> None:
        """Show the chosen source's pictures, and look at the first."""
        run, source = self._session.run, self._chooser.sources.key()
        if run is None:
            return
        if source == OWN:
            items, nothing = own_items(self.own.pictures), NONE_OF_MINE
        else:
            dataset = self._session.dataset
            if dataset is not None:
                self._late.set_dataset(dataset)
            items, nothing = data_items(dataset, run, source, self._session.data_error, self._late.picture)
        self._chooser.set_items(items, nothing)
        if len(items.numbers):
            self._chooser.choose(int(items.numbers[0]))
        else:
            self._set(None)

    def show_image(self, number: int) -> None:
        """Look at an image of the data, wherever it is."""
        dataset = self._session.dataset
        if dataset is not None and self._session.run is not None:
            self._chooser.sources.set_key(SPLITS[int(dataset.splits[number])])
            self.refresh()
            self._chooser.choose(number)

    def add_pictures(self, sources: list[Any]) -> None:
        """Read pictures of the user's own (paths, or uint8 (H, W, 3)), and look at the first."""
        if self._session.run is not None:
            self.own.add(sources, self._session.run)

    def paste(self) -> None:
        """Look at what is on the clipboard."""
        self.add_pictures(pasted(self._session))

    def _on_open(self) -> None:
        self.add_pictures(chosen_files(self._chooser, "Pictures to look at"))

    def _on_own_added(self, first: int) -> None:
        self._chooser.sources.set_key(OWN)
        self._chooser.set_items(own_items(self.own.pictures), NONE_OF_MINE)
        self._chooser.choose(first)

    def _on_picked(self, number: int) -> None:
        run, dataset = self._session.run, self._session.dataset
        if self._reading is not None:
            self._reading.cancel()
        if self._chooser.sources.key() == OWN:
            self._set(self.own.pictures[number])
        elif run is not None and dataset is not None:
            use = partial(self._on_read, dataset, run, number)
            self._reading = with_pixels(self._session, dataset, [number], use)

    def _on_read(self, dataset: "Dataset", run: "Run", number: int, pixels: "np.ndarray") -> None:
        self._set(data_picture(dataset, run, number, pixels[0]))

    def _set(self, picture: Picture | None) -> None:
        self.picture = picture
        self.changed.emit(picture)
