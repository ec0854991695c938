"""Run folders: what was trained, how, what came of it, and how to go on."""
