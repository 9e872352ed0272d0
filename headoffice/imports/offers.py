"""Offers in the feed's own JSON, one in each row."""

from __future__ import annotations

from typing import Final

import msgspec

from headoffice.feed import change_of
from headoffice.imports.line import Line
from headoffice.imports.report import Progress, Report
from headoffice.imports.standing import Standing
from headoffice.quoting.book import decode_offer

__all__ = ["SAMPLE", "judge"]

SAMPLE: Final = (
    '{"offer_id": "tea-3-for-2", "scope": {"item_ids": ["tea-500"]}, "effect": {"kind": "n_for_m", "n": 3, "m": 2},'
    ' "names": {"en": "3 for 2"}, "valid_from": "2027-01-01", "valid_until": "2027-01-31"}'
)
_LONGEST: Final = 60_000


def judge(standing: Standing, report: Report, progress: Progress) -> None:
    """See each row as an offer, by the rules of the lanes that will read it."""
    stands = standing.payloads("offer")
    seen: dict[str, int] = {}
    rows = report.sheet.rows
    for done, row in enumerate(rows, start=1):
        _judge_one(standing, report, Line(row, report), seen, stands)
        progress(done, len(rows))


def _judge_one(standing: Standing, report: Report, line: Line, seen: dict[str, int], stands: dict[str, bytes]) -> None:
    told = line.needed("offer")
    if not told:
        return
    if len(told) > _LONGEST:
        line.wrong("offer", "too_long")
        return
    try:
        raw = told.encode()
        offer = decode_offer(raw)
        change = change_of("offer", offer.offer_id, msgspec.json.decode(raw))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        line.wrong("offer", "offer", str(error))
        return
    if offer.offer_id in seen:
        line.wrong("offer", "twice", str(seen[offer.offer_id]))
    seen.setdefault(offer.offer_id, line.row.number)
    named = sorted({item_id for scope in offer.scopes for item_id in scope.item_ids if item_id not in standing.items})
    if named:
        line.doubt("offer", "unknown_items", ", ".join(named[:5]))
    if not line.good:
        return
    before = stands.get(offer.offer_id)
    if before == change.payload:
        report.counts["same"] += 1
        return
    report.counts["fresh" if before is None else "changed"] += 1
    report.changes.append(change)
