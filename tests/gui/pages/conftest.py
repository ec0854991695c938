"""A project with one real run: LeNet-5 trained on the digits for two epochs, made once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from cnnstudio.core.jobs import JobContext
from cnnstudio.data.dataset import Dataset, open_dataset
from cnnstudio.data.spec import data_spec, parse_source
from cnnstudio.gui.jobs import Jobs
from cnnstudio.gui.pages.page import Page
from cnnstudio.gui.session import Session
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.project import ProjectSpec, create_project, start_run
from cnnstudio.runs.execute import train_run
from cnnstudio.runs.loaded import load_run_network
from cnnstudio.training.config import TrainConfig

TIMEOUT_MS = 60_000


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return open_dataset(data_spec(parse_source("digits")), JobContext())


@pytest.fixture(scope="session")
def trained_folder(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    graph = fit_architecture("lenet5", (1, 32, 32), 10)
    spec = ProjectSpec(name="digits", data=digits.spec, network=graph, train=TrainConfig(epochs=2))
    project = create_project(tmp_path_factory.mktemp("trained") / "digits", spec)
    train_run(JobContext(), start_run(project, digits), digits)
    project.close()
    return project.path


@pytest.fixture
def project_folder(trained_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(trained_folder, tmp_path / "digits"))


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    """A session that is told what it is asked for: `session.notices` and `session.requests`."""
    made = Session(Jobs())
    made.notices, made.requests = [], []
    made.notice.connect(lambda kind, text, hint: made.notices.append(f"{text} {hint}".strip()))
    made.page_requested.connect(made.requests.append)
    yield made
    assert made.close()


@pytest.fixture
def opened(session: Session, project_folder: Path, qtbot: QtBot) -> Session:
    """The session with the project, its data and its run open."""
    session.open_project(project_folder)
    qtbot.waitUntil(lambda: session.dataset is not None and session.run is not None, timeout=TIMEOUT_MS)
    session.requests.clear()
    return session


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[Page], Page]:
    """Shows a page in a window of its own and waits until all that it asked for has come."""

    def show(page: Page) -> Page:
        qtbot.addWidget(page)
        page.resize(1356, 818)
        with qtbot.waitExposed(page):
            page.show()
        settle(qtbot, page.session)
        return page

    return show


def settle(qtbot: QtBot, session: Session) -> None:
    """Wait until no job is waiting, running or undelivered."""
    qtbot.waitUntil(lambda: not session.jobs._callbacks, timeout=TIMEOUT_MS)


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[Session], None]:
    return lambda session: settle(qtbot, session)


@pytest.fixture
def click(qtbot: QtBot) -> Callable[..., None]:
    """Clicks a widget, or the tile of a sheet."""

    def do(widget: Any, tile: int | None = None, *, at: QPoint | None = None) -> None:
        if tile is not None:
            qtbot.mouseClick(widget.canvas(), Qt.MouseButton.LeftButton, pos=widget.tile_rect(tile).center())
        elif at is not None:
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at)
        else:
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    return do


@pytest.fixture
def by_torch(trained_folder: Path) -> Callable[[np.ndarray], np.ndarray]:
    """The probabilities of uint8 pixels (N, 1, 32, 32), by plain torch and the run's own constants."""
    import torch

    from cnnstudio.runs.run import open_run

    loaded = load_run_network(open_run(trained_folder / "runs" / "run-001"))
    mean, std = loaded.preprocess.mean[0], loaded.preprocess.std[0]

    def answer(pixels: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return torch.softmax(loaded.network((torch.from_numpy(pixels) / 255 - mean) / std), 1).numpy()

    return answer
