"""Pipelines to compare with the product's own, and what `python -m bot compare` does with each."""
