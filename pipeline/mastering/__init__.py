"""Mastering: a chapter mix is finished to a delivery profile and measured; chapters are held against each other."""

from pipeline.mastering.consistency import consistency
from pipeline.mastering.finishing import master_chapter, master_in_vault, master_key

__all__ = ["consistency", "master_chapter", "master_in_vault", "master_key"]
