"""The zoo: architectures of the lectures, one family a file; a new file here is a new architecture."""

from cnnstudio.network.architectures import Architecture, architectures
from cnnstudio.network.fit import fit_architecture, fit_graph

__all__ = ["Architecture", "architectures", "fit_architecture", "fit_graph"]
