"""The command line: the same specs and job functions as the window, without Qt."""
