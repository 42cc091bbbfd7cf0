"""Benchmarks against a running house, as commands: they measure and print, they never judge."""
