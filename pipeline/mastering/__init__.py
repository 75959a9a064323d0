"""Mastering: a chapter mix is finished to a delivery profile and measured."""

from pipeline.mastering.finishing import master_chapter
from pipeline.mastering.measuring import Measurement, measure_file
from pipeline.mastering.profiles import requirements_of, resolved

__all__ = ["Measurement", "master_chapter", "measure_file", "requirements_of", "resolved"]
