"""Weights from elsewhere: read files without trusting them, and find which tensor belongs to which layer."""
