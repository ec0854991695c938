"""What differs between runs, and nothing else."""

from pathlib import Path

from cnnstudio.data.dataset import Dataset
from cnnstudio.network.graph import NetworkGraph
from cnnstudio.network.zoo import fit_architecture
from cnnstudio.runs.differences import differences, parameters
from cnnstudio.runs.run import Run
from cnnstudio.runs.store import create_run
from cnnstudio.training.config import TrainConfig


def test_two_equal_runs_do_not_differ(run: Run, tmp_path: Path, dataset: Dataset, graph: NetworkGraph) -> None:
    same = create_run(tmp_path / "run-002", dataset, graph, run.config)
    assert differences([run, same]) == ()


def test_settings_of_the_recipe_are_named_as_in_the_form(
    run: Run, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    config = run.config.replace(batch=16, optimizer={"kind": "adam", "rate": 0.01})
    found = differences([run, create_run(tmp_path / "run-002", dataset, graph, config), run])
    assert [(d.part, d.key, d.values) for d in found] == [
        ("recipe", "optimizer.rate", ("0.003", "0.01", "0.003")),
        ("recipe", "batch", ("8 images", "16 images", "8 images")),
    ]
    assert found[1].title == "Batch"
    assert found[0].title.startswith("Optimiser › ")


def test_a_setting_that_one_optimiser_lacks_is_a_dash(
    run: Run, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    config = run.config.replace(optimizer={"kind": "sgd", "momentum": 0.5})
    found = {d.key: d.values for d in differences([run, create_run(tmp_path / "r2", dataset, graph, config)])}
    assert found["optimizer.kind"] == ("Adam", "SGD")
    assert found["optimizer.momentum"] == ("–", "0.5")


def test_choices_have_the_names_of_the_form(run: Run, tmp_path: Path, dataset: Dataset, graph: NetworkGraph) -> None:
    config = run.config.replace(initialisation={"kind": "zero"}, schedule={"kind": "one_cycle"})
    found = {d.title: d.values for d in differences([run, create_run(tmp_path / "r2", dataset, graph, config)])}
    assert found["Weights begin"] == ("As PyTorch has it", "Zero")
    assert found["Schedule"] == ("Constant", "One cycle")


def test_alike_networks_are_compared_layer_by_layer(
    run: Run, tmp_path: Path, dataset: Dataset, graph: NetworkGraph
) -> None:
    node = next(node for node in graph.nodes if node.layer.kind == "conv2d")
    wider = graph.replace(
        nodes=tuple(n if n is not node else n.replace(layer=n.layer.replace(filters=7)) for n in graph.nodes)
    )
    config = run.config
    found = {d.key: d for d in differences([run, create_run(tmp_path / "r2", dataset, wider, config)])}
    assert set(found) == {"parameters", f"{node.id}.filters"}
    assert found[f"{node.id}.filters"].part == "network"
    assert found[f"{node.id}.filters"].values[1] == "7"


def test_different_architectures_are_told_apart_as_wholes(run: Run, tmp_path: Path, dataset: Dataset) -> None:
    other = create_run(tmp_path / "r2", dataset, fit_architecture("resnet20", (3, 32, 32), 8), TrainConfig())
    found = [d for d in differences([run, other]) if d.part == "network"]
    assert [d.key for d in found] == ["name", "layers", "parameters"]


def test_parameters_agree_with_the_built_network(graph: NetworkGraph) -> None:
    from cnnstudio.network.compile import compile_network

    assert parameters(graph) == sum(p.numel() for p in compile_network(graph).parameters())
