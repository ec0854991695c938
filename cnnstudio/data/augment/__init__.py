"""One way to distort a picture a file."""
