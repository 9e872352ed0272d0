"""Judges barcode cases with the kiosk's own reader of codes; a case's group tells what is asked of its data."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from kiosk.retail.codes import NATIONAL, Details, Gtin, InHouse, Label, Plu, Refused, day_of, read_code, read_label
from kiosk.retail.codes.coupons import CouponError, offer_written, positive_offer
from kiosk.retail.codes.elements import Element, amount_of, clash_of, elements_of, unbracketed
from kiosk.retail.codes.labels import LabelPattern, candidates
from kiosk.retail.codes.links import is_link, link_elements
from kiosk.retail.codes.numbers import check_digit, measure_check_digit
from kiosk.retail.codes.reading import split_identifier
from kiosk.retail.codes.values import Amount
from kiosk.retail.weight import Weight
from tools.barcode_words import (
    CHECKED,
    DATED,
    clash_words,
    coupon_words,
    format_fault,
    patterns_in,
    same_fault,
    time_of,
)
from tools.case_verdict import Case, NotApplicableError, Reason, Verdict, compare

__all__ = ["judge"]

_Found = Mapping[str, object]

_IDENTIFIERS = {
    "": "",
    "EAN13": "]E0",
    "EAN8": "]E4",
    "UPC": "]E0",
    "UPCA": "]E0",
    "UPCE": "]E0",
    "CODE39": "]A0",
    "CODE128": "]C0",
    "GS1128": "]C1",
    "DATABAR": "]e0",
    "DATABAREXPANDED": "]e0",
    "DATABARLIMITED": "]e0",
    "DATABAROMNIDIRECTIONAL": "]e0",
    "DATAMATRIX": "]d1",
    "GS1DATAMATRIX": "]d2",
    "DOTCODE": "]J0",
    "GS1DOTCODE": "]J1",
    "QR": "]Q1",
    "QRCODE": "]Q1",
    "GS1QR": "]Q3",
    "GS1QRCODE": "]Q3",
    "ITF": "]I0",
    "ITF14": "]I1",
}
"""By capitals and digits of the name; a DataBar may be called a GS1 DataBar."""
_CARRIERS = {
    "EAN-13": "]E0", "EAN-8": "]E4", "EAN-13 with add-on": "]E3", "add-on 2": "]E1", "add-on 5": "]E2",
    "Code 39": "]A0", "Code 128": "]C0", "GS1-128": "]C1", "GS1 DataBar": "]e0", "Data Matrix": "]d1",
    "GS1 DataMatrix": "]d2", "QR Code": "]Q1", "GS1 QR Code": "]Q3", "ITF": "]I0", "ITF-14": "]I1",
    "GS1 DotCode": "]J1",
}  # fmt: skip
_ORGANIC = re.compile(r"9\d{4}")
_KEY_LENGTHS = frozenset({8, 12, 13, 14, 17, 18})
_TODAY = "2026-01-01"
"""Centuries in dates are told from here."""
_EAN_8 = 8
_LABEL_KEYS = ("gtin", "weight", "price", "total", "count", "measure", "item", "code", "error", "price_check_digit")


def judge(case: Case, _earlier: Case | None = None) -> Verdict:
    """The verdict on one case."""
    group, expected = str(case["group"]), dict(case["expected"])
    try:
        find = next((find for words, find in _GROUPS if re.search(words, group)), _unknown)
        found = dict(find(case))
        unfit = ["no pattern fits"] if found.pop("unfit", False) else []
        for key in ("result", "error"):
            told = [found.get(key), *unfit]
            if isinstance(expected.get(key), str) and any(same_fault(str(expected[key]), one) for one in told):
                found[key] = expected[key]
        return compare(case["id"], expected, found)
    except NotApplicableError as why:
        return Verdict(case["id"], "not_applicable", why.reason, why.detail)


def _identifier(case: Case) -> str:
    named = str(case.get("symbology", ""))
    if named.startswith("]"):
        return named
    letters = re.sub(r"[^A-Z0-9]", "", named.upper())
    for key in (letters, letters.removeprefix("GS1")):
        if key in _IDENTIFIERS:
            return _IDENTIFIERS[key]
    raise NotApplicableError(Reason.UNKNOWN_INPUT, named)


def _decimal(amount: Amount | Weight | None) -> str | None:
    return None if amount is None else str(Decimal(amount.value).scaleb(amount.exponent))


# --- plain numbers -----------------------------------------------------------------------------------------------


def _check_digit(case: Case) -> _Found:
    return {"check_digit": check_digit(str(case["data"]))}


def _measure_check_digit(case: Case) -> _Found:
    try:
        return {"check_digit": measure_check_digit(str(case["data"]))}
    except ValueError:
        return {"error": "needs 4 or 5 digits"}


def _number(case: Case) -> _Found:
    data = str(case["data"])
    eight = str(case["group"]).startswith("EAN-8")
    code = read_code(data, "]E4" if eight else _identifier(case))
    gtin = code.gtin14 if isinstance(code, Gtin | InHouse) else None
    digit = check_digit(data[:-1]) if data.isdecimal() and (not eight or len(data) == _EAN_8) else -1
    return {
        "valid": gtin is not None,
        "gtin": gtin,
        "gtin14": gtin,
        "upc_a": gtin[2:] if gtin is not None else None,
        "check_digit": digit,
        "error": _why(code),
    }


def _why(code: object) -> str | None:
    if not isinstance(code, Refused):
        return None
    return "EAN check digit" if code.message_id == "code.check_digit" else code.message_id


def _key(case: Case) -> _Found:
    """A number of another key (SSCC, GLN, GSIN): digits and the check digit behind them."""
    data = str(case["data"])
    elements = _elements(case)
    number = elements[0].value if elements and elements[0].ai in CHECKED else data
    right = check_digit(number[:-1]) if number.isdecimal() and len(number) in _KEY_LENGTHS else -1
    valid = right >= 0 and right == int(number[-1])
    return {
        "valid": valid,
        "value": number,
        "check_digit": right,
        "error": None if valid else f"check digit expected {right}" if right >= 0 else "wrong length",
    }


def _plu(case: Case) -> _Found:
    data = str(case["data"])
    code = read_code(data, _identifier(case))
    plu = code.plu if isinstance(code, Plu) else None
    return {"valid": plu is not None, "plu": plu, "organic": plu is not None and _ORGANIC.fullmatch(plu) is not None}


def _carried(case: Case) -> _Found:
    """What the symbology identifier says, and what is read with it."""
    identifier, data = split_identifier(str(case["data"]), _identifier(case))
    name = next((name for name, known in _CARRIERS.items() if known == identifier), None)
    return {**_message(case), "identifier": identifier, "symbology": name, "data": data}


def _restricted(case: Case) -> _Found:
    code = read_code(str(case["data"]), _identifier(case))
    if not isinstance(code, InHouse):
        number = _number(case)
        untold = dict.fromkeys(("usage", "measure", "weight", "price"))
        return {**untold, "valid": number["valid"], "gtin": number["gtin"], "error": number["error"]}
    region = re.search(r"region (\w\w)", str(case["group"]))
    labels = read_label(code.gtin14, NATIONAL.get(region[1].upper(), ())) if region else ()
    company = code.gtin14.startswith(("004", "000000"))
    details = labels[0].details if labels else Details()
    return {
        "valid": True,
        "gtin": code.gtin14,
        "usage": "company" if company else "geo",
        "measure": _decimal(_measure(labels[0])) if labels else None,
        "weight": _decimal(details.weight),
        "price": _decimal(details.price),
    }


# --- labels ------------------------------------------------------------------------------------------------------


def _measure(label: Label) -> Amount | Weight | None:
    details = label.details
    return details.price or details.weight or (Amount(details.count, 0) if details.count is not None else None)


def _national(case: Case) -> _Found:
    named = re.search(r"region (\w\w)\b", str(case["group"]))
    region = named[1].upper() if named else ""
    if region not in NATIONAL:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, region)
    return _labelled(case, NATIONAL[region])


def _labelled(case: Case, patterns: tuple[LabelPattern, ...]) -> _Found:
    data = str(case["data"])
    untold = {**dict.fromkeys(_LABEL_KEYS), "value": "0", "base_code": data, "valid": False, "type": "error"}
    code = read_code(data, _identifier(case))
    if not isinstance(code, Gtin | InHouse):
        fits = any(len(data) == len(pattern.digits) and pattern.matches(data) for pattern in patterns)
        return {**untold, "error": _why(code), "unfit": bool(patterns) and not fits}
    if not patterns:
        return {**untold, "gtin": code.gtin14, "valid": True, "type": "product"}
    label = next(iter(read_label(code.gtin14, patterns)), None)
    if label is None:
        return {**untold, "error": "no pattern fits"}
    price, count = _decimal(label.details.price), label.details.count
    value = _decimal(_measure(label))
    found: dict[str, object] = {
        **untold,
        "weight": _decimal(label.details.weight),
        "price": price,
        "total": price,
        "count": None if count is None else str(count),
        "measure": value,
        "value": value,
        "base_code": label.base,
        "item": label.item,
        "code": label.item,
        "gtin": code.gtin14,
        "valid": label.fault != "measure_check_digit",
        "type": "product",
    }
    return {**found, **_inner(label, next((p, n) for p in patterns for n in candidates(code.gtin14) if p.matches(n)))}


def _inner(label: Label, read: tuple[LabelPattern, str]) -> _Found:
    """The check digit of the measure, where the pattern has one."""
    pattern, number = read
    if not pattern.part(number, "V"):
        return {}
    right = measure_check_digit(pattern.part(number, pattern.measure))
    wrong = label.fault == "measure_check_digit"
    return {
        "price_check_digit": int(pattern.part(number, "V")),
        "error": f"inner check digit expected {right}" if wrong else None,
    }


def _written_pattern(case: Case) -> _Found:
    patterns = patterns_in(f"{case['group']}; {case.get('note', '')}", str(case["data"]))
    if patterns is None:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, str(case["group"]))
    return _labelled(case, patterns)


# --- element strings ---------------------------------------------------------------------------------------------


def _elements(case: Case) -> tuple[Element, ...]:
    text = split_identifier(str(case["data"]))[1]
    return link_elements(text) if is_link(text) else elements_of(text)


def _ai_value(case: Case) -> _Found:
    elements = _elements(case)
    if not elements:
        return {"error": format_fault(split_identifier(str(case["data"]))[1], _TODAY)}
    element = elements[0]
    amount = amount_of(element)
    day = day_of(element.value, _TODAY) if element.ai in DATED else ""
    clock = time_of(element)
    right = check_digit(element.value[:-1]) if element.ai in CHECKED else -1
    return {
        "ai": element.ai,
        "value": element.value,
        "decimal": _decimal(amount),
        "currency": amount.currency if amount is not None else None,
        "date": day or None,
        "datetime": f"{day}T{clock}" if clock else None,
        "error": f"check digit expected {right}" if right not in (-1, int(element.value[-1:] or 0)) else None,
    }


def _lint(case: Case) -> _Found:
    code = read_code(str(case["data"]), _identifier(case))
    refused = isinstance(code, Refused)
    wrong = "bad GTIN check digit" if code == Refused("code.check_digit") else "refused"
    return {"result": wrong if refused else "ok"}


def _association(case: Case) -> _Found:
    clash = clash_of(_elements(case))
    return {"result": "ok" if clash is None else clash_words(clash)}


def _message(case: Case) -> _Found:
    code = read_code(str(case["data"]), _identifier(case))
    told = {element.ai: _decimal(amount_of(element)) or element.value for element in _elements(case)}
    return {**told, "gtin": code.gtin14 if isinstance(code, Gtin | InHouse) else None, "error": _why(code)}


def _ambiguous(case: Case) -> _Found:
    data = str(case["data"])
    code, elements = read_code(data, "]E0"), elements_of(data)
    labels = read_label(code.gtin14, NATIONAL["DE"]) if isinstance(code, InHouse) else ()
    return {
        "as_rcn": f"EAN-13 de price {_decimal(labels[0].details.price)}" if labels else None,
        "also_parses_as": f"GS1 AI {elements[0].ai}" if elements else None,
    }


# --- coupons -----------------------------------------------------------------------------------------------------


def _coupon(case: Case) -> _Found:
    read = positive_offer if "8112" in str(case["group"]) else offer_written
    try:
        return {"result": "ok", **read(str(case["data"]))}
    except CouponError as error:
        return {"result": coupon_words(error.field, error.fault)}


def _unknown(case: Case) -> _Found:
    raise NotApplicableError(Reason.UNKNOWN_INPUT, str(case["group"]))


def _another_library(case: Case) -> _Found:
    raise NotApplicableError(Reason.ANOTHER_LIBRARY, str(case["group"]))


_GROUPS: tuple[tuple[str, Callable[[Case], _Found]], ...] = (
    (r"coupon|offer file|811[02]", _coupon),
    (r"^GS1 check digit", _check_digit),
    (r"field check digit", _measure_check_digit),
    (r"restricted circulation|\bRCN\b", _restricted),
    (r"unknown region", _another_library),
    (r"region \w\w\b", _national),
    (r"pattern|Brazil|UPC-A type 2", _written_pattern),
    (r"\bPLU\b|price look-up", _plu),
    (r"AIM|symbology id", _carried),
    (r"\b(SSCC|GLN|GSIN|GSRN|GRAI)\b(?!.*Digital Link)", _key),
    (r"^ambiguity", _ambiguous),
    (r"FNC1", lambda case: {"unbracketed": unbracketed(_elements(case)).replace("\x1d", "^")}),
    (r"association|mutually", _association),
    (r"lint", _lint),
    (r"^AI ", _ai_value),
    (r"message|Digital Link|element string", _message),
    (r"UPC|EAN|GTIN|ITF", _number),
)
"""The first whose words are in the group judges."""
