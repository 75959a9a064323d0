"""Metering: loudness, peaks and levels of any sound, in one pass and constant memory."""

from pipeline.metering.measurement import Measurement
from pipeline.metering.measuring import measure_file
from pipeline.metering.meter import Meter

__all__ = ["Measurement", "Meter", "measure_file"]
