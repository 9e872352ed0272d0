"""The taxes of an item and of the whole document, as layout 4.00 groups them.

What a supermarket sells over the counter: ICMS by CST 00, 20, 40, 41 and 60 (normal regime) or CSOSN 102, 103, 300, 400
and 500 (Simples Nacional); PIS and COFINS by CST 01 and 02, 04 to 09, and 49 and 99 without values; IBS and CBS by CST
000 and 410 (Nota Técnica 2025.002). No other is guessed at: an item that bears one is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hal.fiscal.nfe.xml import Content, money, rate

__all__ = ["Taxes", "total_group", "totals_of"]

_TAXED, _REDUCED, _UNTAXED, _WITHHELD = "00", "20", ("40", "41"), "60"
_SIMPLES, _SIMPLES_WITHHELD = ("102", "103", "300", "400"), "500"
_SHARED = ("01", "02")
_NOT_TAXED = ("04", "05", "06", "07", "08", "09")
_OTHER = ("49", "99")
_NO_GROUP = ("410",)
"""IBS and CBS: immune and not taxed, which state their class and no values."""

_STATED = (
    "vBC",
    "vICMS",
    "vICMSDeson",
    "vFCP",
    "vBCST",
    "vST",
    "vFCPST",
    "vFCPSTRet",
    "vProd",
    "vFrete",
    "vSeg",
    "vDesc",
    "vII",
    "vIPI",
    "vIPIDevol",
    "vPIS",
    "vCOFINS",
    "vOutro",
    "vNF",
    "vTotTrib",
)
"""The total's tags in the schema's order."""


@dataclass(frozen=True, slots=True)
class Taxes:
    """An item's taxes. ``values`` in centavos and ``rates`` in basis points by the layout's tags.

    ``origin``: 0 national to 8. ``icms``: CST (two digits) or CSOSN (three). ``pis`` and ``cofins``: CST. ``rtc``: CST
    and ``rtc_class`` cClassTrib of IBS and CBS; empty: they are not stated. Raises ``ValueError`` for a code that is
    not kept here.
    """

    values: Mapping[str, int] = field(default_factory=dict)
    rates: Mapping[str, int] = field(default_factory=dict)
    origin: str = "0"
    icms: str = "102"
    pis: str = "49"
    cofins: str = "49"
    rtc: str = ""
    rtc_class: str = ""

    def __post_init__(self) -> None:
        """Refuse what would be written wrongly."""
        known = {
            "ICMS": (self.icms, (_TAXED, _REDUCED, *_UNTAXED, _WITHHELD, *_SIMPLES, _SIMPLES_WITHHELD)),
            "PIS": (self.pis, (*_SHARED, *_NOT_TAXED, *_OTHER)),
            "COFINS": (self.cofins, (*_SHARED, *_NOT_TAXED, *_OTHER)),
            "IBS/CBS": (self.rtc, ("", "000", "410")),
        }
        for tax, (code, codes) in known.items():
            if code not in codes:
                text = f"{tax} {code or 'without a code'} is none of {', '.join(filter(None, codes))}"
                raise ValueError(text)

    def group(self) -> Content:
        """The content of ``imposto``."""
        return [
            ("vTotTrib", self._money("vTotTrib")),
            ("ICMS", self._icms()),
            ("PIS", self._contribution("PIS", self.pis)),
            ("COFINS", self._contribution("COFINS", self.cofins)),
            ("IBSCBS", self._rtc()),
        ]

    def _money(self, tag: str) -> str:
        return money(self.values.get(tag, 0))

    def _rate(self, tag: str) -> str:
        return rate(self.rates.get(tag, 0))

    def _icms(self) -> Content:
        based = [("vBC", self._money("vBC")), ("pICMS", self._rate("pICMS")), ("vICMS", self._money("vICMS"))]
        origin, code = ("orig", self.origin), ("CST", self.icms)
        if self.icms == _TAXED:
            return [("ICMS00", [origin, code, ("modBC", "3"), *based])]
        if self.icms == _REDUCED:
            return [("ICMS20", [origin, code, ("modBC", "3"), ("pRedBC", self._rate("pRedBC")), *based])]
        if self.icms in _UNTAXED:
            return [("ICMS40", [origin, code])]
        if self.icms == _WITHHELD:
            return [("ICMS60", [origin, code])]
        group = "ICMSSN500" if self.icms == _SIMPLES_WITHHELD else "ICMSSN102"
        return [(group, [origin, ("CSOSN", self.icms)])]

    def _contribution(self, tax: str, code: str) -> Content:
        stated = ("CST", code)
        if code in _NOT_TAXED:
            return [(f"{tax}NT", [stated])]
        shared = code in _SHARED
        base, value = (self._money(f"vBC{tax}"), self._money(f"v{tax}")) if shared else (money(0), money(0))
        share = self._rate(f"p{tax}") if shared else rate(0)
        return [
            (f"{tax}{'Aliq' if shared else 'Outr'}", [stated, ("vBC", base), (f"p{tax}", share), (f"v{tax}", value)])
        ]

    def _rtc(self) -> Content:
        if not self.rtc:
            return []
        named: list[tuple[str, Content]] = [("CST", self.rtc), ("cClassTrib", self.rtc_class)]
        if self.rtc in _NO_GROUP:
            return named
        together = self.values.get("vIBSUF", 0) + self.values.get("vIBSMun", 0)
        group: Content = [
            ("vBC", self._money("vBCIBSCBS")),
            ("gIBSUF", [("pIBSUF", self._rate("pIBSUF")), ("vIBSUF", self._money("vIBSUF"))]),
            ("gIBSMun", [("pIBSMun", self._rate("pIBSMun")), ("vIBSMun", self._money("vIBSMun"))]),
            ("vIBS", money(together)),
            ("gCBS", [("pCBS", self._rate("pCBS")), ("vCBS", self._money("vCBS"))]),
        ]
        return [*named, ("gIBSCBS", group)]

    def counted(self) -> dict[str, int]:
        """What of the values is stated, and so counts towards the document's totals."""
        tags = ["vTotTrib"]
        if self.icms in (_TAXED, _REDUCED):
            tags += ["vBC", "vICMS"]
        tags += [f"v{tax}" for tax, code in (("PIS", self.pis), ("COFINS", self.cofins)) if code in _SHARED]
        if self.rtc and self.rtc not in _NO_GROUP:
            tags += ["vBCIBSCBS", "vIBSUF", "vIBSMun", "vCBS"]
        return {tag: self.values.get(tag, 0) for tag in tags}


def totals_of(items: Iterable[tuple[Taxes, int, int]]) -> dict[str, int]:
    """The document's totals of (taxes, vProd, vDesc) of each item, ``vNF`` with them."""
    totals: dict[str, int] = dict.fromkeys(_STATED, 0)
    for taxes, product, discount in items:
        for tag, value in {**taxes.counted(), "vProd": product, "vDesc": discount}.items():
            totals[tag] = totals.get(tag, 0) + value
    return totals | {"vNF": totals["vProd"] - totals["vDesc"]}


def total_group(totals: Mapping[str, int], items: Sequence[Taxes]) -> Content:
    """The content of ``total``; IBS and CBS only where an item states them."""
    group: list[tuple[str, Content]] = [("ICMSTot", [(tag, money(totals[tag])) for tag in _STATED])]
    if any(each.rtc for each in items):
        none = money(0)
        credits_: list[tuple[str, Content]] = [("vCredPres", none), ("vCredPresCondSus", none)]
        parts = {tag: money(totals.get(tag, 0)) for tag in ("vBCIBSCBS", "vIBSUF", "vIBSMun", "vCBS")}
        less: list[tuple[str, Content]] = [("vDif", none), ("vDevTrib", none)]
        together = money(totals.get("vIBSUF", 0) + totals.get("vIBSMun", 0))
        ibs: list[tuple[str, Content]] = [
            ("gIBSUF", [*less, ("vIBSUF", parts["vIBSUF"])]),
            ("gIBSMun", [*less, ("vIBSMun", parts["vIBSMun"])]),
            ("vIBS", together),
            *credits_,
        ]
        cbs = [*less, ("vCBS", parts["vCBS"]), *credits_]
        group.append(("IBSCBSTot", [("vBCIBSCBS", parts["vBCIBSCBS"]), ("gIBS", ibs), ("gCBS", cbs)]))
    return group
