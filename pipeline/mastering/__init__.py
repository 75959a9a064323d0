"""Mastering: a chapter mix is finished to a delivery profile and measured."""

from pipeline.mastering.finishing import master_chapter

__all__ = ["master_chapter"]
