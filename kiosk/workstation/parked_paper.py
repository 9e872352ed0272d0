"""The slip of a basket that was put aside, on paper: no receipt, and it says so; what it is for, and its code."""

from __future__ import annotations

from hal.printer.contract import Cut, Document, Feed, Part, QrCode, Rule, TextLine
from kiosk.checkout.effects import PrintSlip
from kiosk.i18n.catalogues import LANGUAGES
from kiosk.i18n.translate import Translator
from kiosk.retail.policy import Policy

__all__ = ["parked_slip"]


def parked_slip(job: PrintSlip, policy: Policy, *, time_zone: str) -> Document:
    """The document of one slip, in the language its shopper had."""
    language = job.language if job.language in LANGUAGES else "en"
    said = Translator(language, paper=True)
    counter = job.reason == "counter"
    parts: list[Part] = [
        TextLine(said.name(policy.store_name), align="centre", bold=True),
        TextLine(said.t("slip.title_counter" if counter else "slip.title"), align="centre", bold=True, size=2),
    ]
    if job.training:
        parts.append(TextLine(said.t("receipt.training"), align="centre", bold=True))
    parts += [
        TextLine(said.t("slip.no_receipt"), align="centre", bold=True),
        Rule(),
        TextLine(said.t("slip.things"), said.number(job.count)),
        TextLine(said.t("slip.total"), said.money(job.total), bold=True),
        TextLine(said.t("slip.parked_at"), said.date_time(job.utc_ms, time_zone)),
    ]
    if job.expires_ms:
        parts.append(TextLine(said.t("slip.until"), said.date_time(job.expires_ms, time_zone)))
    if job.code:
        parts.append(QrCode(job.code))
    parts += [
        TextLine(job.reference, align="centre"),
        TextLine(said.t("slip.what_counter" if counter else "slip.what"), align="centre"),
        Feed(),
        Cut(),
    ]
    return Document(job.job, tuple(parts), language)
