"""The samples that need no data of the user's: source, network, and a recipe that suits both."""

from dataclasses import dataclass

from cnnstudio.core.errors import StudioError
from cnnstudio.training.config import TrainConfig


@dataclass(frozen=True)
class Sample:
    """What a tile of the Welcome page begins with.

    Args:
        source: Name that `parse_source` knows.
        architecture: Name in the catalogue of networks.
        config: The recipe.
    """

    source: str
    architecture: str
    config: TrainConfig


SAMPLES = {
    "digits": Sample("digits", "lenet5", TrainConfig()),
    # SGD needs twice the epochs here, and its maps point beside the shapes more often.
    "shapes": Sample("shapes", "gap-cnn", TrainConfig(optimizer={"kind": "adam", "rate": 0.002}, batch=64, epochs=20)),
}


def sample(name: str) -> Sample:
    """The sample of that name.

    Raises:
        StudioError: There is none; the known ones are named.
    """
    if name not in SAMPLES:
        raise StudioError(f"There is no sample '{name}'.", hint=f"Samples: {', '.join(SAMPLES)}.")
    return SAMPLES[name]
