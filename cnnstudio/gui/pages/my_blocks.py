"""The user's own blocks on the page Network: read beside the window, offered in palette and search, deleted."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from cnnstudio.core.errors import StudioError
from cnnstudio.gui.canvas.choices import BlockChoice
from cnnstudio.network.saved_blocks import SavedBlock, broken_blocks, forget_block, list_blocks

if TYPE_CHECKING:
    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.canvas.editor import NetworkEditor
    from cnnstudio.gui.session import Session
    from cnnstudio.gui.widgets.palette_list import PaletteList

Found = tuple[list[SavedBlock], list[tuple[object, str]]]


class MyBlocks(QObject):
    """Glue between the folder of blocks, the palette and the editor."""

    def __init__(self, session: "Session", palette: "PaletteList", editor: "NetworkEditor") -> None:
        super().__init__(palette)
        self._session, self._palette, self._editor = session, palette, editor
        editor.block_saved.connect(self._on_saved)
        palette.forget_wanted.connect(self._on_forget)
        session.project_changed.connect(self.read)
        self.read()

    def read(self) -> None:
        """Look at the folder again; without a project there is nothing to add blocks to."""
        if self._session.project is None:
            return

        def work(ctx: "JobContext") -> Found:
            return list_blocks(), list(broken_blocks())

        jobs = self._session.jobs
        jobs.start("Reading your blocks", "io", work, on_done=self._on_read, on_error=self._session.report)

    def _on_read(self, found: Found) -> None:
        blocks, broken = found
        choices = [BlockChoice(block) for block in blocks]
        self._palette.set_blocks(choices)
        self._editor.search.set_blocks(choices)
        if broken:
            self._session.notice.emit("warn", broken[0][1], "It isn't offered; the other blocks are.")

    def _on_saved(self, title: str) -> None:
        self._session.notice.emit("ok", f"{title} is one of your blocks now.", "It stands on top of the palette.")
        self.read()

    def _on_forget(self, block: SavedBlock) -> None:
        try:
            forget_block(block)
        except StudioError as error:
            self._session.report(error)
        else:
            self._session.notice.emit("ok", f"The block {block.title} is deleted.", "Networks that have it keep it.")
        self.read()
