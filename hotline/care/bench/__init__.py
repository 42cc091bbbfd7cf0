"""Benchmarks against a running house, as commands: they measure and print; only counted promises do they judge."""
