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
    # Normalised layers bear the large rate, and nine of them need it to be trained within a minute or two.
    "shapes": Sample("shapes", "gap-cnn", TrainConfig(optimizer={"kind": "sgd", "rate": 0.1}, batch=64, epochs=20)),
}


def sample(name: str) -> Sample:
    """The sample of that name.

    Raises:
        StudioError: There is none; the known ones are named.
    """
    if name not in SAMPLES:
        raise StudioError(f"There is no sample '{name}'.", hint=f"Samples: {', '.join(SAMPLES)}.")
    return SAMPLES[name]
