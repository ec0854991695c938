"""The page Inspect: filters, activations and Grad-CAM of a run's network, for any picture."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent

from cnnstudio.core.errors import Cancelled, StudioError
from cnnstudio.explain.filters import filter_nodes, is_colour
from cnnstudio.explain.nodes import WHY_DEFAULT, default_node, require_spatial
from cnnstudio.gui.pages.inspect_choices import EXPLAIN, FILTERS, cam_classes, cam_layers, entries_of, filter_node_for
from cnnstudio.gui.pages.inspect_layout import InspectLayout
from cnnstudio.gui.pages.inspection import GIVEN, Look, LookRequest, Picture, Seen, look
from cnnstudio.gui.pages.lane_network import LaneNetwork
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.paste_key import PasteKey
from cnnstudio.gui.pages.picture_choice import PictureChoice
from cnnstudio.gui.pages.picture_drops import PictureDrops
from cnnstudio.gui.widgets.states import BusyState, EmptyState, ErrorState

if TYPE_CHECKING:
    from cnnstudio.core.jobs import Job, JobContext
    from cnnstudio.gui.session import Session

LANE = "inspect"


class InspectPage(Page):
    """Glue between the chosen run, the pictures, and the views of what the network makes of them."""

    key = "inspect"
    title = "Inspect"
    icon = "magnify-scan"

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._networks = LaneNetwork()
        self._job: Job | None = None
        self._asked: LookRequest | None = None
        self._node = self._cam_node = ""
        self.view = InspectLayout()
        self.pictures = PictureChoice(session, self.view.chooser)
        self.drops = PictureDrops(self, "Look into", takes_folders=False)
        self._paste_key = PasteKey(self)
        self.empty = EmptyState(
            "Train a network first",
            "Inspect shows what a trained network has learnt: its filters, what each layer makes of a picture, and "
            "where it looks.",
            "Go to Train",
            "Open the page Train.",
            icon=self.icon,
        )
        self.busy = BusyState("Looking into the network")
        self.error = ErrorState("The run's folder is unchanged.", "Look again", "Try the same once more.")
        for view in (self.empty, self.busy, self.error, self.view):
            self.add_view(view)
        self._connect()
        self._on_run_changed()

    def _connect(self) -> None:
        view, session = self.view, self.session
        session.run_changed.connect(self._on_run_changed)
        self.empty.triggered.connect(self._on_train_wanted)
        self.busy.triggered.connect(self._on_cancel)
        self.error.triggered.connect(self._ask)
        self.pictures.changed.connect(self._on_picture)
        self.drops.dropped.connect(self.pictures.add_pictures)
        self._paste_key.pressed.connect(self.pictures.paste)
        view.strip.layer_chosen.connect(self._on_layer)
        view.tabs.chosen.connect(self._on_tab)
        view.checkpoint.picked.connect(self._ask)
        view.explain.asked.connect(self._on_cam_choice)

    # What is open ---------------------------------------------------------------------------------------------

    def entered(self) -> None:
        """A training may have saved newer weights since the last visit."""
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._job is not None:
            self._job.cancel()

    def _on_run_changed(self) -> None:
        run = self.session.run
        self.drops.is_open = run is not None
        if run is None:
            self._asked = None
            self.show_view(self.empty)
            return
        nodes, convolutions = run.graph.order(), filter_nodes(run.graph)
        if self._node not in nodes:
            self._node = convolutions[0] if convolutions else nodes[0]
        if self._cam_node not in nodes:
            self._cam_node = default_node(run.graph) if convolutions else ""
        self.view.strip.set_layers(entries_of(run.graph))
        self.view.set_has_convolution(bool(convolutions))
        self.view.explain.set_why(WHY_DEFAULT)
        self._show_chosen_layer()
        self.pictures.set_run()

    def _on_train_wanted(self) -> None:
        self.session.page_requested.emit("train")

    def _on_picture(self, picture: Picture | None) -> None:
        self.view.set_has_picture(picture is not None)
        self.view.looked_at.set_picture(*(("", None) if picture is None else (picture.name, picture.shown)))
        self._ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walk = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        climb = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if walk is not None:
            self.view.strip.step(walk)
        elif climb is not None:
            self.view.chooser.step(climb)
        else:
            super().keyPressEvent(event)

    # Layers, tabs and choices ---------------------------------------------------------------------------------

    def _on_tab(self, tab: str) -> None:
        self.view.show_tab(tab)
        self._show_chosen_layer()
        self._ask()

    def _on_layer(self, node: str) -> None:
        if self.view.tabs.current() == EXPLAIN:
            self._choose_cam_node(node)
        else:
            self._node = node
        self._ask()

    def _choose_cam_node(self, node: str) -> None:
        assert self.session.run is not None
        try:
            self._cam_node = require_spatial(self.session.run.graph, node)
        except StudioError as error:
            self.session.notice.emit("info", error.message, error.hint)
        self._show_chosen_layer()

    def _on_cam_choice(self) -> None:
        self._cam_node = self.view.explain.layer.key() or self._cam_node
        self._show_chosen_layer()
        self._ask()

    def _show_chosen_layer(self) -> None:
        self.view.strip.set_layer(self._cam_node if self.view.tabs.current() == EXPLAIN else self._node)
        self.view.explain.layer.set_key(self._cam_node)

    # Looking --------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self.session.run is None or not self.isVisible():
            return
        request = self._request()
        self._asked, networks = request, self._networks

        def work(ctx: "JobContext") -> Look:
            return look(ctx, networks, request)

        if self.current_view() is not self.view:
            self.show_view(self.busy)
        self._job = self.session.jobs.start(
            f"Looking into {request.run.name}",
            LANE,
            work,
            on_done=self._on_looked,
            on_error=self._on_failed,
            on_cancelled=self._on_cancelled,
            supersede=True,
        )

    def _request(self) -> LookRequest:
        run, tab, explain = self.session.run, self.view.tabs.current(), self.view.explain
        assert run is not None
        asked = explain.class_choice.key()
        return LookRequest(
            run=run,
            checkpoint=self.view.checkpoint.key(),
            picture=self.pictures.picture,
            node=self._node,
            filter_node=filter_node_for(run.graph, self._node) if tab == FILTERS else "",
            wants_cam=tab == EXPLAIN and bool(self._cam_node),
            cam_node=self._cam_node,
            cam_class=GIVEN if asked is None else asked,
            against=explain.against.key(),
        )

    def _on_cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _on_cancelled(self) -> None:
        # A newer request cancels the older one; only the user's own Cancel leaves nothing to wait for.
        if self._job is not None and self._job.state.is_over and self.isVisible():
            self._on_failed(Cancelled("You stopped it before it was done."))

    def _on_failed(self, error: StudioError) -> None:
        self.error.set_error("The network can't be looked into", error)
        self.show_view(self.error)

    def _on_looked(self, found: Look) -> None:
        if found.request is not self._asked:
            return
        self.show_view(self.view)
        self.view.set_epoch(found.epoch)
        if found.kernels is not None:
            self._show_filters(found)
        if found.seen is None:
            self.view.strip.set_thumbnails({})
        else:
            self._show_seen(found.request, found.seen)

    def _show_filters(self, found: Look) -> None:
        assert found.kernels is not None
        request = found.request
        note = "" if request.filter_node == request.node else f"{request.node} has none; these are the nearest"
        first_in_colour = is_colour(request.run.graph, request.filter_node)
        self.view.filters.set_kernels(request.filter_node, found.kernels, note, is_colour=first_in_colour)

    def _show_seen(self, request: LookRequest, seen: Seen) -> None:
        assert request.picture is not None
        classes = request.run.classes
        truth = "" if request.picture.true_class is None else classes[request.picture.true_class]
        self.view.looked_at.set_prediction(seen.prediction, truth)
        self.view.strip.set_thumbnails(seen.thumbnails)
        names = classes if seen.values.shape == (len(classes),) else ()
        self.view.maps.set_values(request.node, seen.values, names)
        if seen.cams:
            choices = cam_classes(seen.prediction, truth, classes)
            self.view.explain.set_choices(*choices, cam_layers(request.run.graph))
            self.view.explain.set_maps(request.picture.shown, seen.cams, seen.best_cams, seen.probabilities)
            self._show_chosen_layer()
