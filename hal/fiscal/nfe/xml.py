"""How NF-e's XML is written: tags of one namespace without prefixes, text that its schema lets pass, exact numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from fractions import Fraction

from lxml import etree

from hal.fiscal.nfe.signature import Element

__all__ = ["NFE", "Content", "money", "number", "parsed", "rate", "text_of", "tree", "worded", "written"]

NFE = "http://www.portalfiscal.inf.br/nfe"
Content = str | Iterable[tuple[str, "Content"]]
"""What an element holds: text, or elements in their order. One that holds nothing is left out."""

_UNSAFE = re.compile(r"[^ -~\xa0-\xff]")
_LAST_OF_LATIN_1 = "\xff"


def tree(tag: str, content: Content, attributes: Mapping[str, str] | None = None) -> Element:
    """An element of NF-e's namespace. ``tag`` may end in ``@name=value``, which is an attribute of its own.

    >>> written(tree("det", [("prod", [("cProd", "1"), ("vDesc", "")])], {"nItem": "1"}))
    b'<det xmlns="http://www.portalfiscal.inf.br/nfe" nItem="1"><prod><cProd>1</cProd></prod></det>'
    """
    root = etree.Element(f"{{{NFE}}}{tag}", nsmap={None: NFE})
    _fill(root, content, attributes or {})
    return root


def _fill(element: Element, content: Content, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        element.set(name, value)
    if isinstance(content, str):
        element.text = content
        return
    for tag, inner in content:
        name, _, attribute = tag.partition("@")
        key, _, value = attribute.partition("=")
        part = etree.SubElement(element, f"{{{NFE}}}{name}")
        _fill(part, inner, {key: value} if key else {})
        if not part.text and len(part) == 0:
            element.remove(part)


def written(root: Element) -> bytes:
    """The XML without a declaration, line breaks or white space between tags, in UTF-8."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def parsed(data: bytes) -> Element:
    """What somebody sent, without entities, network or comments. Raises ``ValueError``."""
    guard = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True, remove_blank_text=True
    )
    try:
        return etree.fromstring(data, guard)
    except etree.XMLSyntaxError as error:
        text = f"no XML: {error.msg}"
        raise ValueError(text) from error


def text_of(root: Element | None, tag: str) -> str:
    """The text of the first element of that name below ``root``, whatever its namespace; empty where there is none."""
    found = None if root is None else next(root.iter(f"{{*}}{tag}"), None)
    return "" if found is None else (found.text or "").strip()


def worded(text: str, longest: int, *, otherwise: str = "-") -> str:
    r"""Text as the schema's TString lets it pass: Latin-1 without controls, single spaces, none at the ends.

    >>> worded("  Pão de Açúcar — “500 g”\n& cia ", 60)
    'Pão de Açúcar ? ?500 g? & cia'
    >>> worded("চাল", 60, otherwise="item")
    'item'
    """
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    latin = "".join(each if each <= _LAST_OF_LATIN_1 else _plainer(each) for each in composed)
    cut = _UNSAFE.sub("", latin).replace("\xa0", " ").strip()[:longest].strip()
    return cut if any(each.isalnum() for each in cut) else otherwise


def _plainer(letter: str) -> str:
    """A letter that Latin-1 lacks, without its marks, or a question mark for a sign; nothing for another script's."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", letter) if each.isascii())
    return bare or ("" if letter.isalpha() or unicodedata.combining(letter) else "?")


def money(minor: int) -> str:
    """Centavos as the schema's TDec_1302. Raises ``ValueError`` below zero.

    >>> money(0), money(7), money(123456)
    ('0.00', '0.07', '1234.56')
    """
    if minor < 0:
        text = f"no amount of an NFC-e: {minor}"
        raise ValueError(text)
    return f"{minor // 100}.{minor % 100:02}"


def rate(basis_points: int) -> str:
    """A rate in percent as the schema's TDec_0302a04.

    >>> rate(1800), rate(165), rate(0)
    ('18.0000', '1.6500', '0.0000')
    """
    return f"{basis_points // 100}.{basis_points % 100:02}00"


def number(value: Fraction, digits: int) -> str:
    """An exact quantity or price with ``digits`` decimals. Raises ``ValueError`` for one that has more, or is below 0.

    >>> number(Fraction("1.255"), 4), number(Fraction(207, 100), 10)
    ('1.2550', '2.0700000000')
    """
    scaled = value * 10**digits
    if scaled.denominator != 1 or value < 0:
        text = f"{value} has more than {digits} decimals, or is below 0"
        raise ValueError(text)
    return f"{scaled.numerator // 10**digits}.{scaled.numerator % 10**digits:0{digits}}"
