"""Networks: layers, graphs, shapes and counts by arithmetic, compilation to PyTorch, and the zoo."""
