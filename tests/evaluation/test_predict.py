import numpy as np
import pytest
import torch
from torch import nn

from cnnstudio.core.errors import Cancelled, RunError
from cnnstudio.core.jobs import JobContext, Progress
from cnnstudio.data.spec import PreprocessSpec
from cnnstudio.evaluation.predict import guess, predict, softmax, top_guesses

PREPROCESS = PreprocessSpec(side=8, channels=3, mean=(0.5, 0.4, 0.3), std=(0.2, 0.25, 0.5))


@pytest.fixture
def network():
    torch.manual_seed(2)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 6)).eval()


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (23, 3, 8, 8), np.uint8)


def test_logits_are_those_of_one_plain_forward_pass(network, pixels):
    mean, std = torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1), torch.tensor([0.2, 0.25, 0.5]).view(3, 1, 1)
    with torch.no_grad():
        expected = network((torch.from_numpy(pixels).float() / 255 - mean) / std)

    found = predict(network, pixels, PREPROCESS, JobContext(), batch=7)

    assert found.dtype == np.float32
    assert found == pytest.approx(expected.numpy(), abs=1e-5)


def test_progress_counts_the_images_and_ends_with_all(network, pixels):
    events = []

    predict(network, pixels, PREPROCESS, JobContext(events.append), batch=10)

    assert [(e.done, e.total) for e in events if isinstance(e, Progress)] == [(10, 23), (20, 23), (23, 23)]


def test_cancel_stops_before_the_next_batch(network, pixels):
    ctx = JobContext(lambda event: ctx.cancel())

    with pytest.raises(Cancelled):
        predict(network, pixels, PREPROCESS, ctx, batch=10)


def test_read_only_pixels_as_from_a_mapped_file_are_taken_without_a_warning(network, pixels):
    pixels.setflags(write=False)

    assert predict(network, pixels, PREPROCESS, JobContext()).shape == (23, 6)


def test_no_images_give_no_logits(network):
    assert len(predict(network, np.zeros((0, 3, 8, 8), np.uint8), PREPROCESS, JobContext())) == 0


def test_a_network_of_nan_is_refused_with_the_number_of_images(network, pixels):
    with torch.no_grad():
        network[2].bias[1] = float("nan")

    with pytest.raises(RunError, match="23 of 23"):
        predict(network, pixels, PREPROCESS, JobContext())


def test_softmax_is_torchs_also_for_huge_logits():
    logits = np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0]])

    assert softmax(logits) == pytest.approx(torch.softmax(torch.from_numpy(logits), 1).numpy())


def test_best_guesses_come_first_and_ties_in_class_order():
    found = top_guesses(np.array([0.2, 0.3, 0.3, 0.1, 0.1]), ["a", "b", "c", "d", "e"], 4)

    assert [(g.class_name, g.p) for g in found] == [("b", 0.3), ("c", 0.3), ("a", 0.2), ("d", 0.1)]


def test_one_picture_gets_five_guesses_and_its_time(network, pixels):
    classes = ["a", "b", "c", "d", "e", "f"]
    p = softmax(predict(network, pixels[4:5], PREPROCESS, JobContext()))[0]

    found = guess(network, pixels[4], PREPROCESS, classes, image="cat.png")

    assert found.best.class_name == classes[p.argmax()]
    assert found.ms > 0
    assert found.is_sure == (p.max() >= 0.5)
    value = found.to_json()
    assert list(value) == ["image", "top", "ms"]
    assert list(value["top"][0]) == ["class", "p"]
    assert [entry["p"] for entry in value["top"]] == pytest.approx(sorted(p, reverse=True)[:5])
