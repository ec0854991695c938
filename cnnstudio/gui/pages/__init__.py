"""The pages of the window, made on their first visit."""
