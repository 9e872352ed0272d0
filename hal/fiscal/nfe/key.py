"""The 44 characters that name an NF-e or NFC-e (chave de acesso): Manual de Orientação do Contribuinte 7.0, 2.2.

State, year and month, issuer, model, series, number, form of emission, a code of its own and a check digit by modulus
11. A letter of an alphanumeric CNPJ (Instrução Normativa RFB 2.229/2024) counts as its ASCII code less 48, which for a
digit is the digit.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["MODEL", "STATES", "AccessKey", "check_digit", "own_code", "read_key"]

_STATES = (
    "RO 11 AC 12 AM 13 RR 14 PA 15 AP 16 TO 17 MA 21 PI 22 CE 23 RN 24 PB 25 PE 26 AL 27 SE 28 BA 29 MG 31 ES 32 RJ 33"
    " SP 35 PR 41 SC 42 RS 43 MS 50 MT 51 GO 52 DF 53"
)
STATES: Mapping[str, int] = {name: int(code) for name, code in re.findall(r"([A-Z]{2}) (\d\d)", _STATES)}
"""IBGE's code of each state."""

MODEL = "65"
_KEY = re.compile(r"\d{6}[0-9A-Z]{12}\d{26}")
_CNPJ = re.compile(r"[0-9A-Z]{12}\d{2}")
_MODULUS, _LARGEST_WEIGHT = 11, 9
_CODES = 10**8
_TRIVIAL = frozenset({*(str(digit) * 8 for digit in range(10)), "12345678", "23456789", "01234567"})


@dataclass(frozen=True, slots=True)
class AccessKey:
    """``state``: IBGE's code (cUF). ``month``: ``YYMM`` of emission. ``emission``: 1 normal, 9 offline (tpEmis).

    >>> str(AccessKey(52, "0604", "33009911002506", 0, 780, 0, "26730161", model="55"))[:22]
    '5206043300991100250655'
    """

    state: int
    month: str
    cnpj: str
    series: int
    number: int
    emission: int
    code: str
    model: str = MODEL

    def __post_init__(self) -> None:
        """Refuse what makes no key."""
        sound = (
            _CNPJ.fullmatch(self.cnpj)
            and re.fullmatch(r"\d{4}", self.month)
            and re.fullmatch(r"\d{8}", self.code)
            and 0 <= self.series <= 999  # noqa: PLR2004  three digits
            and 0 < self.number < 10**9
        )
        if not sound:
            text = f"no access key: {self!r:.200}"
            raise ValueError(text)

    def __str__(self) -> str:
        """The key with its check digit."""
        bare = (
            f"{self.state:02}{self.month}{self.cnpj}{self.model}{self.series:03}{self.number:09}"
            f"{self.emission}{self.code}"
        )
        return f"{bare}{check_digit(bare)}"


def check_digit(bare: str) -> int:
    """The digit after 43 characters: weights 2 to 9 from the right, 11 less the remainder, above 9 it is 0.

    >>> check_digit("5206043300991100250655012000000780026730161")
    5
    """
    weighed = sum((ord(each) - 48) * (2 + at % 8) for at, each in enumerate(reversed(bare)))
    digit = _MODULUS - weighed % _MODULUS
    return digit if digit <= _LARGEST_WEIGHT else 0


def read_key(text: str) -> AccessKey:
    """The parts of a key. Raises ``ValueError`` when it is none, or its check digit is wrong."""
    if not _KEY.fullmatch(text) or int(text[-1]) != check_digit(text[:-1]):
        message = f"no access key: {text!r:.60}"
        raise ValueError(message)
    return AccessKey(
        int(text[:2]),
        text[2:6],
        text[6:20],
        int(text[22:25]),
        int(text[25:34]),
        int(text[34]),
        text[35:43],
        model=text[20:22],
    )


def own_code(transaction: str, number: int) -> str:
    """The key's own eight digits (cNF): always the same for a transaction, so that its key can be made again.

    SEFAZ refuses the document's number and runs of digits here (rule B03-10), so those are passed over.

    >>> own_code("01890a5d-ac96-774b-bcce-b302099a8057", 1) == own_code("01890a5d-ac96-774b-bcce-b302099a8057", 1)
    True
    """
    turn = 0
    while True:
        drawn = hashlib.sha256(f"cNF:{turn}:{transaction}".encode()).digest()
        code = f"{int.from_bytes(drawn[:8], 'big') % _CODES:08}"
        if code not in _TRIVIAL and int(code) != number:
            return code
        turn += 1
