"""The page Network: start from an architecture, change it, and see at once what that does."""

from typing import TYPE_CHECKING

from cnnstudio.core.errors import GraphError
from cnnstudio.gui.late_pictures import with_pixels
from cnnstudio.gui.pages.my_blocks import MyBlocks
from cnnstudio.gui.pages.network_layout import NetworkLayout
from cnnstudio.gui.pages.network_texts import architecture_of, changed_setting, is_changed
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.pages.shown_network import ShownNetwork
from cnnstudio.gui.pages.starts import first_starts, read_starts
from cnnstudio.gui.widgets.layer_form import LayerDetails
from cnnstudio.gui.widgets.layer_table import totals_text
from cnnstudio.gui.widgets.states import EmptyState
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.infer import input_shapes
from cnnstudio.network.shapes import plural
from cnnstudio.network.spec import LayerSpec
from cnnstudio.network.summary import Summary, summarize

if TYPE_CHECKING:
    import numpy as np

    from cnnstudio.core.jobs import JobContext
    from cnnstudio.gui.session import Session
    from cnnstudio.gui.widgets.start_list import Start
    from cnnstudio.network.validate import GraphProblem


class NetworkPage(Page):
    """Glue between the session's network and the widgets that show and change it."""

    key = "network"
    title = "Network"
    icon = "graph-outline"

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._summary = Summary((), 0, 0, 0, 0)
        self._picture_number = 0
        self._starts_side: int | None = -1
        self.shown = ShownNetwork(session, self)
        self._work = work = NetworkLayout()
        self.starts, self.palette_list, self.canvas, self.side = work.starts, work.palette_list, work.canvas, work.side
        self.table, self.problems, self.table_card = work.table, work.problems, work.table_card
        self.train_button, self.banner = work.train_button, work.banner
        self.empty = EmptyState("", "", icon="graph-outline")
        self.add_view(self._work)
        self.add_view(self.empty)
        self._connect()
        self.blocks = MyBlocks(session, self.palette_list, self.canvas.editor)
        self._on_dataset()
        self._on_graph()

    # Building -------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session, editor, side = self.session, self.canvas.editor, self.side
        self.shown.changed.connect(self._on_graph)
        self.banner.back_wanted.connect(self.shown.show_own)
        self.banner.use_wanted.connect(self.shown.use)
        session.dataset_changed.connect(self._on_dataset)
        self.empty.triggered.connect(self._on_empty_button)
        self.starts.picked.connect(session.use_architecture)
        self.palette_list.picked.connect(editor.hands.add_choice)
        editor.edited.connect(session.set_graph)
        editor.chosen_changed.connect(self._on_chosen)
        editor.refused.connect(self._on_refused)
        self.canvas.undo_wanted.connect(session.undo)
        self.canvas.redo_wanted.connect(session.redo)
        self.canvas.layer_chosen.connect(self._choose)
        self.canvas.saved.connect(self._on_saved)
        self.canvas.failed.connect(session.report)
        self.table.layer_chosen.connect(self._choose)
        self.problems.layer_chosen.connect(self._choose)
        self.problems.fix_wanted.connect(self._on_fix)
        side.layer.changed.connect(self._on_layer_changed)
        side.layer.renamed.connect(self._on_renamed)
        side.layer.fix_wanted.connect(self._on_fix)
        side.network.renamed.connect(self._on_network_renamed)
        side.network.pretrained_wanted.connect(session.pretrained_wanted)
        side.sees.another_wanted.connect(self._on_another_picture)
        side.toggle_wanted.connect(editor.toggle)
        self.train_button.clicked.connect(self._on_train)

    # The network ----------------------------------------------------------------------------------------------

    def _on_graph(self) -> None:
        graph, validation = self.shown.graph, self.shown.validation
        if graph is None or validation is None:
            self._show_empty()
            return
        self.show_view(self._work)
        self._show_whose()
        self._summary = summarize(graph)
        self.canvas.set_graph(graph, validation, is_changed=is_changed(graph, self._classes()))
        is_own = self.shown.run is None
        self.canvas.set_undo(self.session.undo_text if is_own else None, self.session.redo_text if is_own else None)
        self.table.set_summary(self._summary)
        self.problems.set_problems(validation.problems)
        self._show_totals()
        self.starts.set_current(graph.architecture)
        self._on_chosen()
        self.train_button.set_enabled(validation.is_ok and is_own, self._why_not_train(is_own=is_own))

    def _show_whose(self) -> None:
        reason = self.shown.read_only_reason
        self.banner.set_text(self.shown.title)
        self.canvas.editor.set_read_only(reason)
        self.side.set_read_only(bool(reason))
        self.problems.setEnabled(not reason)

    def _why_not_train(self, *, is_own: bool) -> str:
        if not is_own:
            return "This is a run's network: use it as your network first."
        return "Mend the network's problems first; they are listed below the graph."

    def _show_totals(self) -> None:
        assert self.shown.validation is not None
        count = len(self.shown.validation.problems)
        if count:
            self.table_card.set_note(plural(count, "problem"), "bad")
        else:
            self.table_card.set_note(totals_text(self._summary), "small")

    def _show_empty(self) -> None:
        if self.session.project is None:
            self.empty.set_texts("No project is open", "A network is made for data: its pictures and its classes.")
            self.empty.set_action("Begin", "Go to the page Welcome.")
        elif self.session.dataset is None:
            text = "The network takes the size of the pictures and the number of classes from the data."
            self.empty.set_texts("Choose data first", text)
            self.empty.set_action("Choose data", "Go to the page Data.")
        else:
            self.empty.set_texts("There is no network yet", "LeNet-5 is a good one to begin with.")
            self.empty.set_action("Use LeNet-5", "Make a LeNet-5 for this data.")
        self.show_view(self.empty)

    def _on_empty_button(self) -> None:
        if self.session.project is None:
            self.session.page_requested.emit("welcome")
        elif self.session.dataset is None:
            self.session.page_requested.emit("data")
        else:
            self.session.use_architecture("lenet5")

    def _classes(self) -> int | None:
        return len(self.session.dataset.classes) if self.session.dataset is not None else None

    # What is chosen -------------------------------------------------------------------------------------------

    def _choose(self, node_id: str) -> None:
        self.canvas.editor.choose([node_id])

    def _on_chosen(self) -> None:
        graph = self.shown.graph
        if graph is None:
            return
        editor = self.canvas.editor
        chosen, nodes = editor.chosen(), editor.chosen_nodes()
        groups = [group for group in graph.groups if group.id in chosen]
        self.table.choose_layer(nodes[0] if len(nodes) == 1 and not groups else None)
        if not nodes:
            self.side.show_network(graph.name, self._summary, architecture_of(graph.architecture))
        elif len(nodes) == 1 and not groups:
            self.side.show_layer(self._details(graph, nodes[0]), self._summary.row(nodes[0]))
        else:
            rows = [row for row in self._summary.rows if row.id in set(nodes)]
            only = groups[0] if len(groups) == 1 and len(chosen) == 1 else None
            title = only.title or only.id if only else f"{len(nodes)} layers chosen"
            self.side.show_together(title, rows, len(nodes), only.id if only else "")
            if only:
                self.side.set_group_open(only.id in editor.view.canvas.frames)

    def _details(self, graph: NetworkGraph, node_id: str) -> LayerDetails:
        validation = self.shown.validation
        assert validation is not None
        return LayerDetails(
            node_id,
            graph.node(node_id).layer,
            input_shapes(graph, validation.shapes, node_id),
            validation.shapes.get(node_id),
            validation.at(node_id),
        )

    # Edits ----------------------------------------------------------------------------------------------------

    def _on_layer_changed(self, layer: LayerSpec) -> None:
        graph, nodes = self.session.graph, self.canvas.editor.chosen_nodes()
        if graph is None or len(nodes) != 1 or self.shown.run is not None:
            return
        what = changed_setting(graph.node(nodes[0]).layer, layer)
        self.session.set_graph(graph.set_layer(nodes[0], layer), f"Change {what} of {nodes[0]}")

    def _on_renamed(self, name: str) -> None:
        graph, nodes = self.session.graph, self.canvas.editor.chosen_nodes()
        if graph is None or len(nodes) != 1 or self.shown.run is not None:
            return
        try:
            renamed = graph.rename(nodes[0], name)
        except GraphError as error:
            self.side.layer.set_name_problem(str(error))
            return
        self.side.layer.set_name_problem("")
        self.session.set_graph(renamed, f"Rename {nodes[0]} to {name}")
        self._choose(name)

    def _on_network_renamed(self, name: str) -> None:
        graph = self.session.graph
        if graph is not None and name and name != graph.name and self.shown.run is None:
            self.session.set_graph(graph.changed(name=name), f"Rename the network to {name}")

    def _on_fix(self, problem: "GraphProblem") -> None:
        graph = self.session.graph
        if graph is None or problem.fix is None or self.shown.run is not None:
            return
        try:
            mended = problem.fix.edit(graph)
        except GraphError as error:
            self.session.report(error)
            return
        self.session.set_graph(mended, problem.fix.title)

    def _on_refused(self, text: str, hint: str) -> None:
        self.session.notice.emit("warn", text, hint)

    def _on_saved(self, text: str) -> None:
        self.session.notice.emit("ok", text, "")

    def _on_train(self) -> None:
        self.session.page_requested.emit("train")

    # The data -------------------------------------------------------------------------------------------------

    def _on_dataset(self) -> None:
        if self.shown.graph is None:
            self._show_empty()
        self._show_picture()
        dataset = self.session.dataset
        side = int(min(dataset.pixels.shape[2:])) if dataset is not None else None
        if side == self._starts_side or self.session.project is None:
            return
        self._starts_side = side
        self.starts.set_starts(first_starts(side))

        def work(ctx: "JobContext") -> "list[Start]":
            return read_starts(ctx, side)

        self.session.jobs.start(
            "Counting the architectures", "io", work, on_done=self.starts.set_starts, on_error=self.session.report
        )

    def _on_another_picture(self) -> None:
        self._picture_number += 1
        self._show_picture()

    def _show_picture(self) -> None:
        dataset = self.session.dataset
        if dataset is None:
            self.side.sees.set_picture(None)
            return
        indices = dataset.indices("train")
        index = int(indices[self._picture_number % len(indices)])
        with_pixels(self.session, dataset, [index], self._on_picture_read)

    def _on_picture_read(self, pixels: "np.ndarray") -> None:
        self.side.sees.set_picture(pixels[0].transpose(1, 2, 0))
