"""Masters in, deliverables out: encoded, tagged, named, with a report a producer can read."""

from pipeline.delivery.certificate import CERTIFICATE, Certificate
from pipeline.delivery.certificate_page import write_certificate
from pipeline.delivery.certifying import certify_title
from pipeline.delivery.cover import check_cover, settle_cover
from pipeline.delivery.deliver import deliver
from pipeline.delivery.in_use import delivery_keys
from pipeline.delivery.plan import foresee
from pipeline.delivery.report import RunTotals, write_report
from pipeline.delivery.standing import UNDRAWN, Standing, standing
from pipeline.delivery.takes_summary import TakesSummary, summarise_takes
from pipeline.delivery.takesheet import TAKE_SHEET, read_take_sheet, write_take_sheet

__all__ = [
    "CERTIFICATE",
    "TAKE_SHEET",
    "UNDRAWN",
    "Certificate",
    "RunTotals",
    "Standing",
    "TakesSummary",
    "certify_title",
    "check_cover",
    "deliver",
    "delivery_keys",
    "foresee",
    "read_take_sheet",
    "settle_cover",
    "standing",
    "summarise_takes",
    "write_certificate",
    "write_report",
    "write_take_sheet",
]
