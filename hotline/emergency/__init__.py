"""Emergencies: detection on every message and the fixed advice."""

from hotline.emergency.advice import advice
from hotline.emergency.detect import Detector, Emergency, cannot_speak

__all__ = ["Detector", "Emergency", "advice", "cannot_speak"]
