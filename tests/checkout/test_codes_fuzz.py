"""Whatever a scanner sends: nothing raises, and nothing is sold that the data does not name.

The book is a trap. Every run of 4, 5, 8, 12, 13 or 14 digits in the data, wherever it stands, is an item that may be
sold, with its check digit as it is and mended. What may be sold of all these is told here a second time, from the
standard and not from the kiosk's reader: whole numbers with a right check digit, UPC-E, the data of AI 01 at a place
where an element string begins, the path of a Digital Link, and the references in the labels of shops of four kinds.
What is sold, and whatever else happens, must also fit into the journal.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import unquote

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.codes import NATIONAL, LabelPattern
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.policy import CodeRules
from kiosk.retail.transaction import LineItem
from kiosk.store.codec import encode_event
from tests.support.lane import HandLane, open_lane
from tests.support.shop import MemoryBook, bangladesh, small_shop

MILK, TEA, BLADES, RICE = "08901234567890", "04006381333931", "00036000291452", "00725272730706"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a shop, and a second time: how their numbers of 14 digits begin, and where the reference stands."""

    patterns: tuple[LabelPattern, ...]
    begin: str
    first: int
    behind: int


SHOPS = (
    Labels((LabelPattern("20IIIIIWWWWWC", 3), LabelPattern("21IIIIIPPPPPC", 2)), "02[01]", 3, 8),
    Labels((LabelPattern("2IIIIIIPPPPPC", 2),), "02", 2, 8),
    Labels(NATIONAL["US"], "002", 3, 8),
    Labels(NATIONAL["SE"], "02[0-5]", 3, 9),
)
"""Bangladesh and India, Brazil, the United States, Sweden and Norway."""

# --- what the standard allows the data to name --------------------------------------------------------------------

_LENGTHS = (8, 12, 13, 14)
_FIXED = {"00": 18, "01": 14, "02": 14, "03": 14, "04": 16, **dict.fromkeys(("11", "12", "13", "14", "15", "16"), 6),
          "17": 6, "18": 6, "19": 6, "20": 2, **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 8),
          "41": 14}  # fmt: skip
"""Characters behind the first two digits of an identifier whose length is fixed (GS1 General Specifications, figure
7.8.5-2); all others end at a separator."""
_EAN_UPC = {"]E0", "]E3"}
_SIX = 6
"""Digits of a UPC-E without system and check digit."""
_ADD_ON = {15: 13, 18: 13, 14: 12, 17: 12, 10: 8}


def right(digits: str) -> bool:
    """Whether the last digit checks the others: 3 and 1 by turns from the right, ten's complement."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def mended(digits: str) -> str:
    """With the last digit made right."""
    return next(digits[:-1] + last for last in "0123456789" if right(digits[:-1] + last))


def expanded(six: str, system: str = "0") -> str:
    """UPC-E as UPC-A (section 5.2.2.4), the check digit made right."""
    a, b, c, d, f, last = list(six)
    body = {"0": a + b + "00000" + c + d + f, "1": a + b + "10000" + c + d + f, "2": a + b + "20000" + c + d + f,
            "3": a + b + c + "00000" + d + f, "4": a + b + c + d + "00000" + f}  # fmt: skip
    return mended(system + body.get(last, a + b + c + d + f + "0000" + last) + "0")


def whole_numbers(digits: str, symbology: str) -> set[str]:
    """Numbers that digits alone may be: items by 14 digits, produce by 4 or 5."""
    if symbology == "]E3":
        digits = digits[: _ADD_ON.get(len(digits), len(digits))]
    found = {digits.zfill(14)} if len(digits) in _LENGTHS and right(digits) else set()
    if len(digits) in (4, 5) and symbology not in _EAN_UPC:
        found.add(digits)
    if len(digits) == 6:
        found.add(expanded(digits).zfill(14))
    if len(digits) in (7, 8) and digits[0] in "01":
        whole = expanded(digits[1:7], digits[0])
        found |= {whole.zfill(14)} if len(digits) == 7 or whole.endswith(digits[7]) else set()
    return found


def in_elements(text: str) -> set[str]:
    """What AI 01 says in a message, cut by the table above, or in brackets."""
    if text.startswith("("):
        return {number for number in re.findall(r"\(01\)\s*(\d{14})", text) if right(number)}
    found: set[str] = set()
    place = 0
    while place < len(text):
        if text[place] == "\x1d":
            place += 1
            continue
        number = re.compile("01([0-9]{14})").match(text, place)
        if number is not None and right(number[1]):
            found.add(number[1])
        fixed = _FIXED.get(text[place : place + 2])
        ends = text.find("\x1d", place)
        place = place + 2 + fixed if fixed is not None else ends if ends >= 0 else len(text)
    return found


def in_a_link(text: str) -> set[str]:
    """What stands behind ``/01/`` or ``/gtin/`` in a path."""
    parts = [unquote(part) for part in text.split("?", 1)[0].split("#", 1)[0].split("/")]
    pairs = itertools.pairwise(parts)
    numbers = {number for name, number in pairs if name in ("01", "gtin") and re.fullmatch(r"[0-9]{8,14}", number)}
    return {number.zfill(14) for number in numbers if right(number)}


def named(data: str, symbology: str, labels: Labels) -> set[str]:
    """Everything that may be sold by this data: GTINs of 14 digits, PLUs, and the references of labels."""
    text = data.strip()
    if len(text) > 3 and text.startswith("]"):
        symbology, text = text[:3], text[3:]
    plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    found = in_a_link(text) if re.match(r"https?://", text, re.IGNORECASE) else set()
    if plain.isascii() and plain.isdigit():
        found |= whole_numbers(plain, symbology)
    if re.fullmatch(r"[\x1d\x20-\x7e]*", plain):
        found |= in_elements(plain)
    references = {number[labels.first : labels.behind] for number in found if re.match(labels.begin, number)}
    return found | references | {reference.lstrip("0") for reference in references}


# --- a book full of traps -----------------------------------------------------------------------------------------


def trapped(data: list[str], labels: Labels) -> MemoryBook:
    """A shop that sells every number that could be cut out of the data, and a few that anybody sells.

    It knows none of its labels whole: what they sell is found in them.
    """
    book = small_shop(replace(bangladesh(), codes=CodeRules(labels=labels.patterns)))
    for text in data:
        digits = "".join(str(unicodedata.decimal(sign, "x")) for sign in text)
        for run in re.findall(r"\d+", digits):
            for length in (4, 5, 6, *_LENGTHS):
                for start in range(len(run) - length + 1):
                    _trap(book, run[start : start + length], labels)
    return book


def _trap(book: MemoryBook, cut: str, labels: Labels) -> None:
    if len(cut) <= _SIX:
        book.items[f"p{cut}"] = Item(f"p{cut}", {"en": cut}, "misc", "exempt", Money(7_000, "BDT"), unit="kg", plu=cut)
    if len(cut) < _SIX:
        return
    gtins = {expanded(cut), expanded(cut, "1")} if len(cut) == _SIX else {cut, mended(cut)}
    for gtin in {gtin.zfill(14) for gtin in gtins}:
        if not re.match(labels.begin, gtin):
            book.items[f"g{gtin}"] = Item(f"g{gtin}", {"en": gtin}, "misc", "standard", Money(5_000, "BDT"), gtin=gtin)


# --- what is scanned ----------------------------------------------------------------------------------------------

_NUMBERS = st.sampled_from([MILK, TEA, BLADES, RICE]) | st.from_regex(r"[0-9]{14}", fullmatch=True).map(mended)
_BOTH = ("04252641", "04252658", "14252648", "14252655")
"""Right as a UPC-E and as a GTIN-8."""
_ANYTHING = st.text(st.characters(), max_size=40) | st.binary(max_size=40).map(
    lambda sent: sent.decode("utf-8", "surrogateescape")
)
"""Any text, halves of pairs too, and bytes that are none."""
_MORE = st.text(alphabet="0123456789ABab()]\x1d/?=%-", max_size=24)


@st.composite
def carriers(draw: st.DrawFn) -> str:
    """A number in one of the ways in which it is printed."""
    gtin, more = draw(_NUMBERS), draw(_MORE)
    way = draw(
        st.sampled_from(
            [
                "{n}", "{ean}", "{upc}", "{six}", "1{six}", "0{six}", "{plu}", "01{n}", "01{n}10{t}",
                "01{n}17270200{t}", "10{t}\x1d01{n}", "1727020001{n}", "\x1d01{n}3103001250", "(01){n}",
                "(10){t}(01){n}", "02{n}3705", "]C102{n}", "]d203{n}", "91{t}01{n}", "https://a.example/01/{n}/10/{t}",
                "HTTPS://A.EXAMPLE/01/{ean}?17=270200", "http://a.example/gtin/{ean}", "https://a.example/{n}/x",
                "https://a.example/?01={n}", "8200https://a.example/01/{n}", "{w}", "{p}", "{ean}{two}", "]C101{n}",
                "]d201{n}", "]E0{ean}", "]E01{six}", "]e001{n}3922{t}",
                "01{n}3103001250320200027610{t}", "01{n}31030012503922001999", "01{n}3103001250393205000199910{t}",
                "{both}", "{brazil}", "{us}", "{nordic}", "https://a.example/01/{n}/21/{t}?3103=001250&3922=01999",
            ]
        )
    )  # fmt: skip
    return way.format(
        n=gtin, ean=gtin[1:], upc=gtin[2:], six=gtin[5:11], plu=gtin[4:8], two=gtin[:2], t=more,
        w=mended(f"20{gtin[4:9]}{gtin[6:11]}0"), p=mended(f"21{gtin[4:9]}{gtin[6:11]}0"),
        brazil=mended(f"2{gtin[4:10]}{gtin[6:11]}0"), us=mended(f"2{gtin[4:9]}{gtin[3:8]}0"),
        nordic=mended(f"2{int(gtin[5]) % 6}{gtin[4:10]}{gtin[6:10]}0"), both=draw(st.sampled_from(_BOTH)),
    )  # fmt: skip


@st.composite
def scans(draw: st.DrawFn) -> str:
    """Anything at all, or a carrier, whole or harmed."""
    text = draw(carriers() | carriers() | _ANYTHING)
    for _ in range(draw(st.sampled_from((0, 0, 1, 3)))):
        place = draw(st.integers(0, len(text)))
        harm = draw(st.sampled_from(["cut", "lose", "double", "swap", "sign", "join", "script"]))
        match harm:
            case "cut":
                text = text[:place]
            case "lose":
                text = text[:place] + text[place + 1 :]
            case "double":
                text = text[:place] + text[place : place + 1] + text[place:]
            case "swap":
                text = text[:place] + text[place : place + 2][::-1] + text[place + 2 :]
            case "sign":
                text = text[:place] + draw(st.sampled_from("0123456789]\x1d/() ")) + text[place + 1 :]
            case "script":
                text = text[:place].translate(_BENGALI) + text[place:]
            case _:
                text += draw(carriers())
    return text


_BENGALI = {ord(latin): bengali for latin, bengali in zip("0123456789", "০১২৩৪৫৬৭৮৯", strict=True)}
_SYMBOLOGIES = st.sampled_from(
    ["", "]A0", "]C0", "]C1", "]C2", "]d0", "]d1", "]d2", "]e0", "]e1", "]E0", "]E1", "]E2", "]E3", "]E4", "]I0", "]I1",
     "]J1", "]Q0", "]Q1", "]Q3", "]X0", "]z3", "]", "E0"]
) | st.from_regex(r"\][A-Za-z][0-9A-Za-z]", fullmatch=True)  # fmt: skip


def _of(lane: HandLane, line: LineItem | None) -> set[str]:
    """The numbers under which what was sold is known."""
    assert line is not None
    item = lane.book.items[line.item_id]
    return {number for number in (item.gtin, item.plu) if number}


@settings(max_examples=max(200, settings().max_examples), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.lists(scans(), min_size=1, max_size=3), symbology=_SYMBOLOGIES, labels=st.sampled_from(SHOPS))
@example([f"91{'7' * 4}01{MILK}"], "]C1", SHOPS[0])
@example([f"8200https://a.example/01/{MILK}"], "]C1", SHOPS[0])
@example([MILK[1:] + "12"], "]E3", SHOPS[0])
@example([MILK[1:] + "12"], "]E0", SHOPS[0])
@example(["02" + MILK], "]C1", SHOPS[0])
@example(["03" + MILK], "]d2", SHOPS[0])
@example([_BOTH[0]], "", SHOPS[0])
@example([f"01{MILK}10\udc80"], "]C1", SHOPS[0])
@example([f"https://a.example/01/{MILK}/10/%ED%B2%80"], "]Q1", SHOPS[0])
@example(["1425261"], "]E0", SHOPS[0])
@example(["14252611"], "]E0", SHOPS[0])
@example([mended("2000004001230"), mended("2000004012300")], "]E0", SHOPS[0])
def test_only_what_the_data_names_is_sold_and_nothing_raises(data: list[str], symbology: str, labels: Labels) -> None:
    lane = open_lane(trapped(data, labels))

    for each in data:
        known = len(lane.journal)
        lane.later(5_000).tell(i.CodeScanned(each, symbology))
        allowed = named(each, symbology, labels)
        for event in lane.journal[known:]:
            encode_event(event)
            if isinstance(event, e.LineAdded):
                assert _of(lane, event.item) & allowed, (each, symbology, event.item)
                _is_measured_by(event.item, each)
            elif isinstance(event, e.QuantityChanged) and lane.state.transaction is not None:
                changed = next(one for one in lane.state.transaction.lines if one.line == event.line)
                assert _of(lane, changed) & allowed, (each, symbology, changed)
        armed = lane.state.live.armed
        if armed is not None:
            item = lane.book.items[armed.item_id]
            assert {item.gtin, item.plu} & allowed, (each, symbology, item)
            lane.tell(i.ItemChosen("milk"))


def _is_measured_by(line: LineItem, data: str) -> None:
    """A weight or a price that comes out of a code stands in it, digit for digit."""
    digits = "".join(str(unicodedata.decimal(sign, " ")) for sign in data)
    if line.weight is not None:
        assert str(line.weight.value) in digits, (line, data)
    if line.price_from_code:
        assert str(line.extended.minor).rstrip("0") in digits, (line, data)
