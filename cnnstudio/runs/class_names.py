"""Names of classes for a network from elsewhere: from a file, or those of ImageNet."""

from functools import cache
from pathlib import Path

from cnnstudio.core import files
from cnnstudio.core.errors import DataError

MAX_CLASSES = 10_000
IMAGENET_CLASSES = 1_000


def read_class_names(path: Path) -> tuple[str, ...]:
    """The names in a text file, one a line, or in a JSON list.

    Raises:
        FileError: The file can't be read.
        DataError: It holds no list of different names.
    """
    try:
        content = path.read_bytes()[: files.MAX_JSON_BYTES].decode("utf-8-sig")
    except OSError as error:
        raise files.read_error(path, error) from error
    except UnicodeDecodeError:
        raise DataError(f"{path} is no text in UTF-8.") from None
    listed = files.parse_json(content, str(path)) if content.lstrip().startswith("[") else content.splitlines()
    names = [name.strip() for name in listed if isinstance(name, str) and name.strip()]
    if not names or len(set(names)) < len(names) or len(names) > MAX_CLASSES:
        raise DataError(
            f"{path} must list 1 to {MAX_CLASSES:,} different class names, one a line; {len(names):,} were found."
        )
    return tuple(names)


def numbered(count: int) -> tuple[str, ...]:
    """ "0", "1", …: names for classes whose names nobody knows."""
    return tuple(str(number) for number in range(count))


@cache
def imagenet_names() -> tuple[str, ...]:
    """The 1,000 classes of ImageNet in the order of torchvision's networks.

    Two names stand for two classes each (crane the bird and the machine, maillot): the second gets a number, because a
    name must tell a class from the others.
    """
    from torchvision.models import ResNet18_Weights

    names: list[str] = []
    for name in ResNet18_Weights.IMAGENET1K_V1.meta["categories"]:
        names.append(name if name not in names else f"{name} (2)")
    return tuple(names)
