"""Benchmarks: each prints ours, the floor of the same machine in the same run, and the ratio."""
