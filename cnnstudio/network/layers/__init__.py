"""All kinds of layers, one class or one family a file; a new file here is a new layer."""
