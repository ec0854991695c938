"""The explanation methods, one a file; a new file here is a new method everywhere."""
