"""From gradients to new weights: clipping, the optimiser's step, the average."""

from typing import TYPE_CHECKING

from cnnstudio.training.average import Average
from cnnstudio.training.config import TrainConfig
from cnnstudio.training.layer_rules import parameter_groups
from cnnstudio.training.plan import Plan
from cnnstudio.training.regularisation import Regularisation

if TYPE_CHECKING:
    import torch
    from torch import nn


def build_optimizer(network: "nn.Module", config: TrainConfig, plan: Plan) -> "torch.optim.Optimizer":
    """The recipe's optimiser over all that is trained, layers with a rate of their own in groups of their own."""
    decay = float(getattr(config.optimizer, "weight_decay", 0.0))
    decays_all = config.regularisation.decays_all
    groups = parameter_groups(network, config.layers, config.rate, decay, decays_all=decays_all)
    return config.optimizer.build(groups, fused=plan.fused)


class Stepper:
    """Makes the step that the gradients ask for."""

    def __init__(
        self,
        network: "nn.Module",
        scaler: "torch.amp.GradScaler | None",
        settings: Regularisation,
        average: Average | None,
    ) -> None:
        self._network, self._scaler, self._settings, self._average = network, scaler, settings, average
        self._parameters = [p for p in network.parameters() if p.requires_grad]

    def unscale(self, optimizer: "torch.optim.Optimizer") -> None:
        """Give fp16's gradients their true size."""
        if self._scaler is not None:
            self._scaler.unscale_(optimizer)

    def step(self, optimizer: "torch.optim.Optimizer") -> None:
        """Clip, step, and take the new weights into the average."""
        self._clip()
        if self._scaler is None:
            optimizer.step()
        else:
            self._scaler.step(optimizer)
            self._scaler.update()
        if self._average is not None:
            self._average.update(self._network)

    def _clip(self) -> None:
        if not (self._settings.clip_value or self._settings.clip_norm):
            return
        from torch.nn.utils import clip_grad_norm_, clip_grad_value_

        if self._settings.clip_value:
            clip_grad_value_(self._parameters, self._settings.clip_value)
        if self._settings.clip_norm:
            clip_grad_norm_(self._parameters, self._settings.clip_norm)
