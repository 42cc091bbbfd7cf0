"""Emergencies: detection on every message and the fixed advice. Pure functions, no I/O."""

from hotline.emergency.advice import advice
from hotline.emergency.detect import Emergency, cannot_speak, detect

__all__ = ["Emergency", "advice", "cannot_speak", "detect"]
