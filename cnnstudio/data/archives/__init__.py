"""Zip and tar archives of images: unpacked with care into the program's own cache."""
