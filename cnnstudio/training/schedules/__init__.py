"""One learning-rate schedule a file."""
