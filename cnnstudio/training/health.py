"""How each layer fares while it trains: size of its gradient, of its steps, of its outputs, and units that never fire.

Looked at sparsely: a look costs about a step or two, and looks may take 1 % of the time; later in a long training they
come less often, so that the history stays small. The recipe's last step is looked at in any case. What is seen is plain
numbers in a `LayerHealth` event.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cnnstudio.training.events import LayerHealth, LayerRow
from cnnstudio.training.observer import Observer
from cnnstudio.training.watched_layers import WatchedLayer, unused_share, watched_layers

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.utils.hooks import RemovableHandle

    from cnnstudio.training.trainer import Trainer

SHARE = 0.01
LEAST_STEPS, LEAST_S = 10, 1.0
SPARSER = 1 / 200  # looks are this share of the elapsed time apart: an hour's training has about 800
BINS = 32
MOST_IMAGES = 64
MOST_VALUES = 200_000  # of a layer's weights, evenly taken: enough for a ratio and a histogram


class HealthObserver(Observer):
    """Looks at every layer with weights, now and then, and tells what it saw.

    Args:
        share: Share of the time that looking may take.
        clock: Seconds that only grow; tests bring their own.
    """

    def __init__(self, share: float = SHARE, clock: Callable[[], float] = time.monotonic) -> None:
        self._share, self._clock = share, clock
        self._layers: tuple[WatchedLayer, ...] = ()
        self._hooks: list[RemovableHandle] = []
        self._next_step, self._next_s, self._start_s, self._cost_s = 0, 0.0, 0.0, 0.0
        self._last_step = 0
        self._before: dict[str, Tensor] = {}
        self._gradients: dict[str, float] = {}
        self._outputs: dict[str, tuple[float, float, float | None]] = {}

    def on_start(self, trainer: "Trainer") -> None:
        self._layers = watched_layers(trainer.network)
        self._start_s = self._clock()
        # The very first step is slow anyway, and not typical.
        self._next_step, self._next_s = trainer.position.step + 2, 0.0
        # The state that stays on the screen is to be the one that the run ends with.
        self._last_step = trainer.steps_per_epoch * trainer.config.epochs

    def on_batch(self, trainer: "Trainer", images: "Tensor", targets: "Tensor") -> None:
        is_early = trainer.position.step < self._next_step or self._clock() < self._next_s
        if is_early and trainer.position.step + 1 != self._last_step:
            return
        with self._spending():
            self._hooks = [layer.output.register_forward_hook(self._keeper(layer)) for layer in self._layers]
            if trainer.plan.compile:
                # Hooks would make torch compile the network anew: some of the images go through it uncompiled.
                trainer.passes.look(images[:MOST_IMAGES])
                self._drop_hooks()
            self._before = {layer.node: sample(layer.weight).clone() for layer in self._layers}

    def on_step(self, trainer: "Trainer", loss: "Tensor") -> None:
        if self._before:
            with self._spending():
                self._drop_hooks()
                self._gradients = {
                    layer.node: float(layer.weight.grad.norm())
                    for layer in self._layers
                    if layer.weight.grad is not None
                }

    def on_update(self, trainer: "Trainer") -> None:
        if not self._before:
            return
        with self._spending():
            rows = [self._row(layer) for layer in self._layers]
            trainer.emit(LayerHealth.of(trainer.position.step, rows))
        now_s = self._clock()
        rest_s = max(LEAST_S, self._cost_s / self._share, SPARSER * (now_s - self._start_s))
        self._next_s, self._next_step = now_s + rest_s, trainer.position.step + LEAST_STEPS
        self._forget()

    def on_end(self, trainer: "Trainer") -> None:
        self._drop_hooks()
        self._forget()

    def _row(self, layer: WatchedLayer) -> LayerRow:
        values = sample(layer.weight)
        size, moved = float(values.norm()), float((values - self._before[layer.node]).norm())
        low, high = float(values.min()), float(values.max())
        mean, spread, dead = self._outputs.get(layer.node, (None, None, None))
        return LayerRow(
            node=layer.node,
            gradient=finite(self._gradients.get(layer.node)),
            update_ratio=finite(moved / size) if size > 0 else None,
            mean=finite(mean),
            spread=finite(spread),
            dead=finite(dead),
            weight_low=finite(low) or 0.0,
            weight_high=finite(high) or 0.0,
            weight_counts=histogram(values, low, high),
        )

    def _keeper(self, layer: WatchedLayer) -> Callable[[Any, Any, Any], None]:
        def keep(module: "nn.Module", inputs: object, output: "Tensor") -> None:
            with self._spending():
                values = output.detach()[:MOST_IMAGES].float()
                self._outputs[layer.node] = (float(values.mean()), float(values.std()), unused_share(module, values))

        return keep

    @contextmanager
    def _spending(self) -> Iterator[None]:
        """Count the block's time as the cost of looking."""
        started_s = self._clock()
        yield
        self._cost_s += self._clock() - started_s

    def _drop_hooks(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _forget(self) -> None:
        self._before, self._gradients, self._outputs, self._cost_s = {}, {}, {}, 0.0


def sample(weight: "Tensor") -> "Tensor":
    """At most MOST_VALUES of the weights, the same ones each time."""
    flat = weight.detach().float().reshape(-1)
    return flat[:: math.ceil(len(flat) / MOST_VALUES)]


def histogram(values: "Tensor", low: float, high: float) -> tuple[int, ...]:
    """How many values lie in each of BINS equal bins between the smallest and the largest."""
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return (0,) * (BINS - 1) + (len(values),)
    counts = values.cpu().histc(BINS, low, high)
    return tuple(int(count) for count in counts.tolist())


def finite(value: float | None) -> float | None:
    """The number, or None where it is none: files hold no infinities."""
    return value if value is not None and math.isfinite(value) else None
