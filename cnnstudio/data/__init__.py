"""Pictures and their classes. Imports nothing: decoding children start fast."""
