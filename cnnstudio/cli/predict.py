"""`cnnstudio predict`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cnnstudio.cli.output import JsonOption, print_json
from cnnstudio.cli.train import RunArgument
from cnnstudio.runs.run import open_run

ImagesArgument = Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Pictures in any common format.")]


def predict(run: RunArgument, images: ImagesArgument, as_json: JsonOption = False) -> None:
    """Classify pictures: the five most probable classes of each."""
    results = predict_files(run, images)
    if as_json:
        print_json([result.to_json() for result in results])
        return
    for result in results:
        print(f"{result.image}  ({result.ms:.1f} ms)" + ("" if result.is_sure else "  not sure"))
        for guess in result.top:
            print(f"  {guess.p:7.2%}  {guess.class_name}")


def predict_files(run: Path, images: list[Path]) -> list[Any]:
    """What a run's best network says of each file."""
    from cnnstudio.data.decoder import Decoder
    from cnnstudio.data.preprocess import to_pixels
    from cnnstudio.evaluation.predict import guess
    from cnnstudio.runs.loaded import load_run_network

    loaded = load_run_network(open_run(run))
    with Decoder() as decoder:
        pictures = [decoder.decode_one(image, float_range=loaded.preprocess.float_range) for image in images]
    return [
        guess(
            loaded.network, to_pixels(picture, loaded.preprocess), loaded.preprocess, loaded.classes, image=str(image)
        )
        for image, picture in zip(images, pictures, strict=True)
    ]
