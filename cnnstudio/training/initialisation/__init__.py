"""One way to begin with weights a file."""
