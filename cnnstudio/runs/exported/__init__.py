"""Code that goes into exported folders: `predict.py` is put together from these files and from `data.decode`."""
