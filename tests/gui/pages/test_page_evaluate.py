import json
import time

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from cnnstudio.gui.pages import evaluate as evaluate_module
from cnnstudio.gui.pages.evaluate import EvaluatePage


@pytest.fixture
def page(opened, shown):
    return shown(EvaluatePage(opened))


@pytest.fixture
def judged(page, click, settled):
    click(page.ready.button)
    settled(page.session)
    return page


@pytest.fixture(scope="module")
def truth(digits):
    return digits.labels[digits.indices("test")]


def answers(digits, by_torch, split="test"):
    return by_torch(digits.pixels[digits.indices(split)])


def test_without_a_run_it_says_to_train_first(session, shown, click):
    page = shown(EvaluatePage(session))

    click(page.empty.button)

    assert page.current_state() is page.empty
    assert session.requests == ["train"]


def test_before_the_examination_it_says_what_it_will_judge(page, digits):
    assert page.current_state() is page.ready
    assert page.ready.button.text() == "Evaluate on the test images"
    assert f"{len(digits.indices('test')):,} test images" in page.ready._text.text()


def test_who_asks_for_a_judgement_elsewhere_needs_no_second_click(page, settled):
    page.session.judging_wanted.emit()
    settled(page.session)

    assert page.current_state() is page.view
    first = list(page._results.values())

    page.session.judging_wanted.emit()

    assert [id(judged) for judged in page._results.values()] == [id(judged) for judged in first]
    assert not page.session.jobs.active()


def test_the_numbers_are_those_of_scikit_learn_on_torchs_answers(judged, digits, by_torch, truth):
    p = answers(digits, by_torch)

    assert judged.current_state() is judged.view
    top1 = accuracy_score(truth, p.argmax(1))
    assert float(judged.view.tiles["top1"].value().rstrip(" %")) == pytest.approx(100 * top1, abs=0.06)
    assert judged.view.tiles["n"].value() == f"{len(truth):,}"
    loss = -np.log(p[np.arange(len(truth)), truth]).mean()
    assert float(judged.view.tiles["loss"].value()) == pytest.approx(loss, abs=6e-4)
    assert (judged.view.confusion._counts == confusion_matrix(truth, p.argmax(1), labels=range(10))).all()


def test_a_click_on_a_cell_shows_exactly_its_images_the_surest_first(judged, click, digits, by_torch, truth):
    p = answers(digits, by_torch)
    counts = confusion_matrix(truth, p.argmax(1), labels=range(10))
    np.fill_diagonal(counts, 0)
    true, given = (int(i) for i in np.unravel_index(counts.argmax(), counts.shape))
    members = np.flatnonzero((truth == true) & (p.argmax(1) == given))
    expected = members[np.argsort(-p[members, given])]

    click(judged.view.confusion, at=judged.view.confusion.cell_rect(true, given).center().toPoint())

    shown_answers = judged.view.cell.answers()
    assert [a.index for a in shown_answers] == digits.indices("test")[expected].tolist()
    assert {(a.true, a.given) for a in shown_answers} == {(digits.classes[true], digits.classes[given])}
    assert judged.view.cell.isVisible()
    assert judged.view.line().endswith(f"of {digits.classes[true]}, taken for {digits.classes[given]}")


def test_a_cell_that_counts_nothing_says_so(judged, click, digits):
    zeros = np.argwhere(judged.view.confusion._counts == 0)
    true, given = (int(n) for n in next(cell for cell in zeros if cell[0] != cell[1]))
    click(judged.view.confusion, at=judged.view.confusion.cell_rect(true, given).center().toPoint())
    assert judged.view.cell.answers() == ()
    assert judged.view.line() == f"No picture of {digits.classes[true]} was taken for {digits.classes[given]}."


def test_the_sheet_of_mistakes_shows_the_surest_first(judged, digits, by_torch, truth):
    p = answers(digits, by_torch)
    wrong = np.flatnonzero(p.argmax(1) != truth)
    expected = wrong[np.argsort(-p[wrong].max(1))]

    sheet = judged.view.mistakes.answers()

    assert [a.index for a in sheet] == digits.indices("test")[expected].tolist()
    assert [(a.true, a.given) for a in sheet] == [(str(truth[i]), str(p[i].argmax())) for i in expected]
    assert judged.view.line().startswith(f"{len(wrong)} of {len(truth)} images")


def test_the_table_of_classes_is_scikit_learns(judged, click, digits, by_torch, truth):
    precision, recall, f1, n = precision_recall_fscore_support(
        truth, answers(digits, by_torch).argmax(1), labels=range(10), zero_division=0
    )

    click(judged.view.tabs.button("classes"))

    table = judged.view.table
    assert table.isVisible()
    for row in range(10):
        assert table.text(row, 1) == f"{n[row]}"
        assert float(table.text(row, 2).rstrip(" %")) == pytest.approx(100 * precision[row], abs=0.06)
        assert float(table.text(row, 3).rstrip(" %")) == pytest.approx(100 * recall[row], abs=0.06)
        assert float(table.text(row, 4)) == pytest.approx(f1[row], abs=6e-4)


def test_a_mistake_can_be_looked_into(judged, click, opened):
    wanted = []
    opened.image_wanted.connect(wanted.append)
    assert not judged.view.inspect_button.isEnabled()

    click(judged.view.mistakes, 0)
    click(judged.view.inspect_button)

    assert opened.requests == ["inspect"]
    assert wanted == [judged.view.mistakes.answers()[0].index]


def test_each_part_of_the_data_is_judged_on_its_own(judged, click, settled, digits):
    click(judged.splits.button("val"))
    assert judged.current_state() is judged.ready
    assert judged.ready.button.text() == "Evaluate on the validation images"

    click(judged.ready.button)
    settled(judged.session)
    assert judged.view.tiles["n"].value() == f"{len(digits.indices('val')):,}"

    click(judged.splits.button("test"))
    assert judged.view.tiles["n"].value() == f"{len(digits.indices('test')):,}"


def test_cancel_stops_at_once_and_brings_back_what_was_there(page, click, settled, monkeypatch):
    def endless(ctx, *args):
        while True:
            ctx.check()
            time.sleep(0.005)

    monkeypatch.setattr(evaluate_module, "judge", endless)
    click(page.ready.button)
    assert page.current_state() is page.busy

    click(page.busy.button)
    settled(page.session)

    assert page.current_state() is page.ready


def test_data_that_changed_since_are_refused_because_the_test_would_not_be_honest(
    session, project_folder, shown, click, settled, qtbot
):
    run_file = project_folder / "runs" / "run-001" / "run.json"
    run_file.write_text(json.dumps({**json.loads(run_file.read_text()), "data_digest": "0" * 32}))
    session.open_project(project_folder)
    qtbot.waitUntil(lambda: session.run is not None and session.dataset is not None, timeout=60_000)
    page = shown(EvaluatePage(session))

    click(page.ready.button)
    settled(session)

    assert page.current_state() is page.error
    assert "changed since it was trained" in page.error._text.text()
    assert "unchanged" in page.error._safe.text()


def test_an_evaluation_is_not_thrown_away_by_looking_at_a_picture_meanwhile(judged):
    assert judged._job.lane != "inspect"
