"""Mastering: a chapter mix is finished to a delivery profile and measured."""

from pipeline.mastering.finishing import master_chapter
from pipeline.mastering.profiles import Profile, profile_named, requirements_of
from pipeline.metering import Measurement, measure_file

__all__ = ["Measurement", "Profile", "master_chapter", "measure_file", "profile_named", "requirements_of"]
