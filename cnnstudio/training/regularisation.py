"""Settings that keep a training steady and its network general, and those about keeping checkpoints."""

from cnnstudio.core.specs import Spec, setting


class Regularisation(Spec):
    """What holds gradients, weights and patience in check; the defaults change nothing."""

    clip_norm: float = setting(
        0.0,
        title="Clip the norm",
        description="Gradients longer than this, over all weights together, are shortened to it; 0 leaves them.",
        ge=0,
        le=1_000_000,
        zero="off",
    )
    clip_value: float = setting(
        0.0,
        title="Clip values",
        description="Each single gradient is cut off at plus and minus this; 0 leaves them.",
        ge=0,
        le=1_000_000,
        advanced=True,
        zero="off",
    )
    parts: int = setting(
        1,
        title="Parts of a batch",
        description="Pass a batch through in so many parts and add their gradients: the same step with less memory.",
        unit="parts",
        ge=1,
        le=4_096,
        advanced=True,
    )
    average: float = setting(
        0.0,
        title="Average weights",
        description="Judge and keep a moving average of the weights; 0.999 is the mean of about 1,000 steps, 0 is off.",
        ge=0,
        le=0.999999,
        zero="off",
    )
    early_stop: int = setting(
        0,
        title="Stop early",
        description="End after so many epochs without a lower validation loss; 0 trains to the last epoch.",
        unit="epochs",
        ge=0,
        le=100_000,
        zero="off",
    )
    decays_all: bool = setting(
        True,
        title="Decay norms and biases",
        description="Let weight decay pull at biases and normalisation too; without, it pulls at weights alone.",
        advanced=True,
    )


class Saving(Spec):
    """Which checkpoints stay: always the best and the last two."""

    keep_every: int = setting(
        0,
        title="Keep every",
        description="Keep a checkpoint after every so many epochs for good; 0 keeps the best and the last two alone.",
        unit="epochs",
        ge=0,
        le=100_000,
        zero="off",
    )
