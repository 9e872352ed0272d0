"""Judges barcode cases with the kiosk's reader of codes, as far as it reads today."""

from __future__ import annotations

import re

from kiosk.retail.gtin import Gtin, InHouse, Refused, read_code
from tools.case_verdict import Case, NotApplicableError, Reason, Verdict, compare

__all__ = ["judge"]

_IDENTIFIERS = {"": "", "EAN13": "]E0", "UPCA": "]E0", "DataBar Expanded": "]e0"}


def judge(case: Case, _earlier: Case | None = None) -> Verdict:
    """The verdict on one case; the group's first words tell what it is about."""
    try:
        return _judge(case)
    except NotApplicableError as why:
        return Verdict(case["id"], "not_applicable", why.reason, why.detail)


def _judge(case: Case) -> Verdict:
    group, data, expected = str(case["group"]), str(case["data"]), case["expected"]
    if "coupon" in group or "offer file" in group or "8110" in group:
        raise NotApplicableError(Reason.COUPON, group)
    if group == "GS1 check digit":
        right = [digit for digit in range(10) if not isinstance(read_code(f"{data}{digit}"), Refused)]
        return compare(case["id"], expected, {"check_digit": right[0] if len(right) == 1 else None})
    identifier = _IDENTIFIERS.get(str(case.get("symbology", "")), "")
    code = read_code(data, identifier)
    if expected.keys() == {"valid"}:
        return compare(case["id"], expected, {"valid": isinstance(code, Gtin | InHouse)})
    if expected in ({"result": "bad GTIN check digit"}, {"error": "EAN check digit"}):
        passed = code == Refused("code.check_digit")
        return Verdict(case["id"], "passed" if passed else "failed", detail="" if passed else f"found {code}")
    if expected.get("usage") == "company":
        found = {"usage": "company" if isinstance(code, InHouse) else None, "measure": None}
        return compare(case["id"], expected, found)
    if isinstance(code, Gtin) and "gtin" in expected:
        return compare(case["id"], {"gtin": expected["gtin"]}, {"gtin": code.gtin14})
    if re.match(r"variable measure|price/weight|pattern|two patterns|EAN-8 pattern|inner|Brazil|UPC-A type 2", group):
        raise NotApplicableError(Reason.LABEL, group)
    if re.match(r"AI |association|mutually|FNC1|element", group):
        raise NotApplicableError(Reason.ELEMENT_STRING, group)
    raise NotApplicableError(Reason.UNKNOWN_EXPECTATION, group)
