"""The embedded case backend: Open311 GeoReport v2 over tables of its own, with documented extensions."""

from hotline.cases.backend.api import EmbeddedBackend
from hotline.cases.backend.requests import move_stage

__all__ = ["EmbeddedBackend", "move_stage"]
