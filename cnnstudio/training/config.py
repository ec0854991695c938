"""The recipe of a training: everything that is not data and not network."""

from typing import Any, Literal

from cnnstudio.core.errors import RecipeError
from cnnstudio.core.specs import Family, Spec, parse_spec, setting, with_value
from cnnstudio.training import recipe
from cnnstudio.training.layer_rules import LayerRule, with_rule
from cnnstudio.training.recipe import AnyInitialisation, AnyLoss, AnyOptimizer, AnySchedule
from cnnstudio.training.regularisation import Regularisation, Saving


class TrainConfig(Spec):
    """The recipe; old files that lack a setting mean what they meant then."""

    version: int = 1
    optimizer: AnyOptimizer = setting(
        {"kind": "sgd"}, title="Optimiser", description="The rule by which the weights follow the gradient."
    )
    schedule: AnySchedule = setting(
        {"kind": "constant"}, title="Schedule", description="How the learning rate changes from start to end."
    )
    warmup: float = setting(
        0.0,
        title="Warm-up",
        description="Epochs in which the rate rises in a line to its full height; big steps at the start do harm.",
        unit="epochs",
        ge=0,
        le=100_000,
        step=0.5,
        zero="none",
    )
    warmup_from: float = setting(
        0.01,
        title="Warm-up from",
        description="Share of the rate with which the warm-up starts.",
        ge=0,
        le=1,
        advanced=True,
    )
    rate_for_batch: int = setting(
        0,
        title="Rate is for batch",
        description="Batch that the rate is meant for: it grows in proportion with yours; 0 takes it as it is.",
        unit="images",
        ge=0,
        le=65_536,
        advanced=True,
        zero="as it is",
    )
    loss: AnyLoss = setting(
        {"kind": "cross_entropy"}, title="Loss", description="The number that training makes small."
    )
    initialisation: AnyInitialisation = setting(
        {"kind": "as_built"}, title="Weights begin", description="With which random numbers the weights begin."
    )
    regularisation: Regularisation = Regularisation()
    layers: tuple[LayerRule, ...] = ()
    saving: Saving = Saving()
    batch: int = setting(
        32,
        title="Batch",
        description="Images whose gradients are averaged for one step; small is noisy, large is smooth. Of what whole "
        "batches leave over in an epoch, less than an eighth of a batch is left out.",
        unit="images",
        ge=1,
        le=65_536,
    )
    epochs: int = setting(
        20, title="Epochs", description="How often every training image is seen.", unit="epochs", ge=1, le=100_000
    )
    seed: int = setting(
        1,
        title="Seed",
        description="Starting number of all that is random; the same seed gives the same run.",
        ge=0,
        le=2**31 - 1,
    )
    device: Literal["auto", "cpu", "cuda", "mps", "xpu"] = setting(
        "auto",
        title="Device",
        description="Where to compute; auto takes a GPU if there is one: by NVIDIA (cuda), Apple (mps) or Intel (xpu).",
    )
    threads: int = setting(
        0,
        title="Threads",
        description="Processor threads for training; 0 takes as many as make the steps fastest here.",
        unit="threads",
        ge=0,
        le=256,
        advanced=True,
        zero="automatic",
    )
    workers: int = setting(
        0,
        title="Helpers",
        description="Processes that read and distort images beside the training; 0 takes a thread.",
        unit="processes",
        ge=0,
        le=64,
        advanced=True,
        zero="a thread",
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = setting(
        "auto",
        title="Numbers",
        description="Format in which layers compute; bf16 and fp16 are short and fast, auto takes what is faster here.",
    )
    channels_last: Literal["auto", "on", "off"] = setting(
        "auto",
        title="Channels last",
        description="Keep the channels of a pixel side by side in memory; auto takes what is faster here.",
        advanced=True,
    )
    compile: Literal["auto", "on", "off"] = setting(
        "auto",
        title="Compile",
        description="Let torch.compile fuse layers: minutes at the start, faster steps; auto takes what pays here.",
        advanced=True,
    )
    deterministic: bool = setting(
        False,
        title="Deterministic",
        description="Take only kernels that give the same bits each time on a GPU; a processor does so anyway.",
        advanced=True,
    )

    @property
    def rate(self) -> float:
        """The full learning rate: the optimiser's, scaled with the batch if that is wished."""
        return self.optimizer.rate * (self.batch / self.rate_for_batch if self.rate_for_batch else 1.0)


def parse_config(value: object, where: str = "The recipe") -> TrainConfig:
    """A recipe from JSON; RecipeError names the first thing that is wrong."""
    return parse_spec(TrainConfig, value, RecipeError, where)


def with_setting(config: TrainConfig, key: str, text: str) -> TrainConfig:
    """The recipe with one setting changed by its name, as `--set optimizer.rate=0.01` on the command line.

    `layers.NODE.frozen`, `layers.NODE.rate` and `layers.NODE.initialisation` (a kind, or with `.gain`, `.deviation` …
    behind it one of its settings) are about one layer; lists are written with commas between.

    Raises:
        RecipeError: No such setting, or the value doesn't fit; the known names are told.
    """
    where = f"--set {key}={text}"
    if key.startswith("layers."):
        return _with_layer(config, key.removeprefix("layers."), text, where)
    described = config.to_json()
    name, _, field = key.partition(".")
    if name in _FAMILIES and field == "kind":
        return parse_config({**described, name: {"kind": text}}, where)
    value = _listed(described, key, text)
    return parse_config(with_value(described, key, value, RecipeError), where)


_FAMILIES: dict[str, Family[Any]] = {
    "optimizer": recipe.optimizers,
    "schedule": recipe.schedules,
    "loss": recipe.losses,
    "initialisation": recipe.initialisations,
}


def _with_layer(config: TrainConfig, key: str, text: str, where: str) -> TrainConfig:
    node, nested, detail = key.partition(".initialisation.")
    node, _, field = (node, "", "initialisation") if nested else key.rpartition(".")
    known = ("frozen", "rate", "initialisation")
    if not node or field not in known:
        raise RecipeError(
            f"There is no setting 'layers.{key}'.", hint=f"Known: layers.NODE.{', layers.NODE.'.join(known)}."
        )
    own: dict[str, Any] = next((rule.to_json() for rule in config.layers if rule.node == node), {"node": node})
    value: object = {"kind": text} if field == "initialisation" else text
    if nested:
        begun = own.get("initialisation") or config.initialisation.to_json()
        value = {"kind": text} if detail == "kind" else with_value(begun, detail, text, RecipeError)
    rule = parse_spec(LayerRule, {**own, field: value}, RecipeError, where)
    return config.replace(layers=with_rule(config.layers, rule))


def _listed(described: dict[str, Any], key: str, text: str) -> Any:
    """The text, split at its commas where the setting holds a list."""
    there: Any = described
    for name in key.split("."):
        there = there.get(name) if isinstance(there, dict) else None
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(there, list) else text
