"""Well-known data sets, one or one family a file; nothing is fetched before the user asks for it."""

from cnnstudio.data.known.cifar_sets import Cifar10, Cifar100
from cnnstudio.data.known.flowers102 import Flowers102
from cnnstudio.data.known.food101 import Food101
from cnnstudio.data.known.imagenette import Imagenette
from cnnstudio.data.known.known_set import KnownSet, RemoteFile
from cnnstudio.data.known.mnist_family import Emnist, FashionMnist, Kmnist, Mnist
from cnnstudio.data.known.stl10 import Stl10
from cnnstudio.data.known.svhn import Svhn

__all__ = ["KNOWN", "KnownSet", "RemoteFile"]

KNOWN: dict[str, type[KnownSet]] = {
    known.key: known
    for known in (
        Mnist,
        FashionMnist,
        Kmnist,
        Emnist,
        Cifar10,
        Cifar100,
        Svhn,
        Stl10,
        Imagenette,
        Flowers102,
        Food101,
    )
}
