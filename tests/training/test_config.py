import pytest

from cnnstudio.core.errors import RecipeError
from cnnstudio.core.specs import value_names
from cnnstudio.training.config import TrainConfig, parse_config, with_setting
from cnnstudio.training.contradictions import check_recipe
from cnnstudio.training.recipe import optimizers


def test_recipe_comes_back_from_json_with_its_optimiser() -> None:
    config = TrainConfig(optimizer={"kind": "adam", "rate": 0.002}, epochs=3)
    again = parse_config(config.to_json())
    assert again == config
    assert type(again.optimizer).__name__ == "Adam"


def test_one_setting_changes_by_its_name() -> None:
    config = with_setting(TrainConfig(), "optimizer.rate", "0.25")
    assert config.optimizer.rate == 0.25
    assert with_setting(config, "batch", "64").batch == 64
    assert with_setting(config, "optimizer.nesterov", "true").to_json()["optimizer"]["nesterov"] is True
    assert with_setting(config, "optimizer.kind", "adam").optimizer.kind == "adam"


def test_unknown_setting_names_the_known_ones() -> None:
    with pytest.raises(RecipeError, match=r"no setting 'optimizer.speed'.*optimizer.momentum"):
        with_setting(TrainConfig(), "optimizer.speed", "1")


@pytest.mark.parametrize(("key", "text"), [("batch", "0"), ("optimizer.rate", "nan"), ("epochs", "many")])
def test_value_out_of_range_is_refused_with_the_key(key: str, text: str) -> None:
    with pytest.raises(RecipeError, match=key):
        with_setting(TrainConfig(), key, text)


def test_every_setting_has_a_name_for_the_command_line() -> None:
    assert {"batch", "epochs", "seed", "optimizer.kind", "optimizer.rate"} <= set(value_names(TrainConfig().to_json()))


@pytest.mark.parametrize("kind", optimizers.kinds())
def test_every_optimiser_setting_is_described(kind: str) -> None:
    for name, field in optimizers[kind].model_fields.items():
        assert name == "kind" or (field.title and field.description), name


def test_batch_larger_than_the_data_is_refused() -> None:
    check_recipe(TrainConfig(batch=100), 100, 1)
    with pytest.raises(RecipeError, match="at most 99"):
        check_recipe(TrainConfig(batch=100), 99, 1)
    with pytest.raises(RecipeError, match="validation"):
        check_recipe(TrainConfig(batch=100), 100, 0)


def test_a_layers_own_beginning_is_set_by_its_name_with_its_settings() -> None:
    config = with_setting(TrainConfig(), "layers.stage1.conv2.initialisation", "small_normal")
    config = with_setting(config, "layers.stage1.conv2.initialisation.deviation", "0.05")
    config = with_setting(config, "layers.fc.frozen", "true")
    rules = {rule.node: rule for rule in parse_config(config.to_json()).layers}
    begun = rules["stage1.conv2"].initialisation
    assert begun is not None
    assert begun.to_json() == {"kind": "small_normal", "deviation": 0.05}
    assert rules["fc"].frozen
    assert rules["fc"].initialisation is None


def test_setting_of_a_layers_beginning_is_that_of_the_recipes_kind_if_it_has_no_own() -> None:
    config = with_setting(TrainConfig(initialisation={"kind": "he"}), "layers.fc.initialisation.fan", "outputs")
    (rule,) = config.layers
    assert rule.initialisation is not None
    assert rule.initialisation.to_json() == {"kind": "he", "fan": "outputs", "shape": "normal"}
    with pytest.raises(RecipeError, match=r"no setting 'gain'.*fan"):
        with_setting(config, "layers.fc.initialisation.gain", "2")


def test_recipe_of_before_layers_had_a_beginning_of_their_own_still_opens() -> None:
    config = parse_config({"layers": [{"node": "conv1", "frozen": True, "rate": 1.0}]})
    assert config.layers[0].initialisation is None
    assert config.layers[0].frozen
