"""Masters in, deliverables out: encoded, tagged, named, with a report a producer can read."""

from pipeline.delivery.cover import check_cover
from pipeline.delivery.deliver import deliver
from pipeline.delivery.plan import foresee
from pipeline.delivery.report import RunTotals, write_report

__all__ = ["RunTotals", "check_cover", "deliver", "foresee", "write_report"]
