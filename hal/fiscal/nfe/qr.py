"""The QR code of an NFC-e: the address that shows it, and proof that its issuer made it.

Manual de Especificações Técnicas do DANFE NFC-e e QR Code, versions 5.0 and 6.0; Nota Técnica 2025.001 (version 3).
Version 2 is proven by the issuer's security code (CSC) in a hash, version 3 by a signature, and only in contingency.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from hal.fiscal.nfe.signature import Certificate
from hal.fiscal.nfe.xml import money

__all__ = ["Csc", "Seen", "qr_v2", "qr_v3"]

_OFFLINE = 9


@dataclass(frozen=True, slots=True)
class Csc:
    """The security code that the state gave the issuer, and its number there."""

    number: int
    code: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What of a document its QR code tells.

    ``day`` of emission in the shop's time; ``digest``: the signature's ``DigestValue`` in base64; ``customer``: CPF,
    CNPJ or nothing.
    """

    key: str
    environment: int
    emission: int
    day: int
    total_minor: int
    digest: str
    customer: str = ""


def qr_v2(address: str, seen: Seen, csc: Csc) -> str:
    """Version 2, proven by the security code.

    >>> csc = Csc(1, "SEU-CODIGO-CSC-CONTRIBUINTE-36-CARACTERES")
    >>> key = "28170800156225000131650110000151341562040824"
    >>> qr_v2("http://www.sefazexemplo.gov.br/nfce/qrcode", Seen(key, 1, 1, 2, 6090, ""), csc)[-40:]
    'DC6AE2C2B9A992BE59679AC365E29922DE6B7511'
    """
    parts = [seen.key, "2", str(seen.environment)]
    if seen.emission == _OFFLINE:
        parts += [f"{seen.day:02}", money(seen.total_minor), seen.digest.encode().hex()]
    parts.append(str(csc.number))
    told = "|".join(parts)
    proof = hashlib.sha1(f"{told}{csc.code}".encode(), usedforsecurity=False).hexdigest().upper()
    return f"{_asking(address)}{told}|{proof}"


def qr_v3(address: str, seen: Seen, certificate: Certificate) -> str:
    """Version 3, which needs no security code."""
    told = f"{seen.key}|3|{seen.environment}"
    if seen.emission == _OFFLINE:
        kind = {0: "", 11: "2", 14: "1"}[len(seen.customer)]
        told = f"{told}|{seen.day:02}|{money(seen.total_minor)}|{kind}|{seen.customer}"
        told = f"{told}|{certificate.sign_text(told)}"
    return f"{_asking(address)}{told}"


def _asking(address: str) -> str:
    """The state's address up to the parameter's value; states publish it with and without the question mark."""
    return f"{address.removesuffix('p=').removesuffix('?')}?p="
