"""Measurements, one module a question. `make benchmarks`, or `python -m tests.benchmarks NAME...` for some of them.

Everything that is compared runs in one go, alternating, and the median counts; nothing is asserted. Run nothing else
meanwhile.
"""
