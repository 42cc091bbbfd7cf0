"""Keeping the house well: health, metrics, doctor, supervisor, benchmarks."""
