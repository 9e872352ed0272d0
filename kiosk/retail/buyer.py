"""The buyer's tax number on a document: which ones a country's law knows, whether one can be right, how it is written.

Sources: Receita Federal, check digits of CPF and CNPJ, and Instrução Normativa RFB 2.229/2024 (CNPJ with letters from
July 2026: a letter counts as its ASCII code less 48); Portuguese NIF, check digit modulo 11; Bangladeshi BIN of nine
digits, or thirteen with the branch (no check digit is published).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Literal

from kiosk.retail.digits import latin_digits
from kiosk.retail.values import dataclass

__all__ = ["KINDS", "BuyerKind", "BuyerNumber", "BuyerRule", "longest", "masked", "read_buyer", "written"]

BuyerKind = Literal["cpf", "cnpj", "nif", "bin"]

_PUNCTUATION: Final = re.compile(r"[\s./-]")
_ELEVEN: Final = 11
_MASK: Final = "•"


@dataclass(frozen=True, slots=True)
class BuyerNumber:
    """Who buys, for the tax authority: ``number`` without punctuation."""

    kind: BuyerKind
    number: str


@dataclass(frozen=True, slots=True)
class BuyerRule:
    """Which numbers a country's document may bear, in the order they are tried.

    A sale of ``required_minor`` or more must bear one (0: none must).
    """

    kinds: tuple[BuyerKind, ...]
    required_minor: int = 0

    @property
    def label(self) -> str:
        """What people call it, in every language: ``CPF/CNPJ``."""
        return "/".join(kind.upper() for kind in self.kinds)

    @property
    def letters(self) -> bool:
        """Whether one of them may hold letters."""
        return any(KINDS[kind].letters for kind in self.kinds)


def _weighed(number: str, weights: tuple[int, ...]) -> int:
    return sum((ord(sign) - ord("0")) * weight for sign, weight in zip(number, weights, strict=True))


def _check_digit(number: str, weights: tuple[int, ...]) -> str:
    """Modulo 11: what is missing to eleven; 10 and 11 are written as 0."""
    missing = _ELEVEN - _weighed(number, weights) % _ELEVEN
    return str(missing) if missing < _ELEVEN - 1 else "0"


def _two_digits(number: str, weights: tuple[int, ...]) -> bool:
    """Two check digits, the second over the first too; the same sign all through is nobody's."""
    body, given = number[:-2], number[-2:]
    first = _check_digit(body, weights[1:])
    return given == first + _check_digit(body + first, weights) and len(set(number)) > 1


def _cpf(number: str) -> bool:
    return _two_digits(number, tuple(range(11, 1, -1)))


def _cnpj(number: str) -> bool:
    return _two_digits(number, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))


def _nif(number: str) -> bool:
    return number[-1] == _check_digit(number[:-1], tuple(range(9, 1, -1)))


def _bin(number: str) -> bool:
    return len(set(number)) > 1


@dataclass(frozen=True, slots=True)
class _Kind:
    """``pattern`` has no punctuation, ``layouts`` a ``#`` for each sign; ``personal``: a person's, not a firm's."""

    pattern: str
    layouts: tuple[str, ...]
    holds: Callable[[str], bool]
    personal: bool = False
    letters: bool = False


KINDS: Final[dict[BuyerKind, _Kind]] = {
    "cpf": _Kind(r"\d{11}", ("###.###.###-##",), _cpf, personal=True),
    "cnpj": _Kind(r"[0-9A-Z]{12}\d{2}", ("##.###.###/####-##",), _cnpj, letters=True),
    "nif": _Kind(r"[1-35689]\d{8}", ("### ### ###",), _nif, personal=True),
    "bin": _Kind(r"\d{9}(\d{4})?", ("#########", "#########-####"), _bin),
}
"""What is known of each."""


def read_buyer(typed: str, rule: BuyerRule) -> BuyerNumber | None:
    """What was typed, with or without punctuation and in any digits; ``None``: no number that can be right.

    >>> read_buyer("123.456.789-09", BuyerRule(("cpf", "cnpj")))
    BuyerNumber(kind='cpf', number='12345678909')
    >>> read_buyer("123.456.789-00", BuyerRule(("cpf", "cnpj"))) is None
    True
    """
    number = _PUNCTUATION.sub("", latin_digits(typed)).upper()
    for kind in rule.kinds:
        if number.isascii() and re.fullmatch(KINDS[kind].pattern, number) and KINDS[kind].holds(number):
            return BuyerNumber(kind, number)
    return None


def longest(rule: BuyerRule) -> int:
    """How many signs the longest of them has."""
    return max((layout.count("#") for kind in rule.kinds for layout in KINDS[kind].layouts), default=0)


def written(buyer: BuyerNumber) -> str:
    """As it is written on documents.

    >>> written(BuyerNumber("cnpj", "12ABC34501DE35"))
    '12.ABC.345/01DE-35'
    """
    fitting = (layout for layout in KINDS[buyer.kind].layouts if layout.count("#") == len(buyer.number))
    signs = iter(buyer.number)
    return "".join(next(signs) if sign == "#" else sign for sign in next(fitting, "#" * len(buyer.number)))


def masked(buyer: BuyerNumber) -> str:
    """As others may see it: a person's with its first three and last two signs hidden, a firm's whole.

    >>> masked(BuyerNumber("cpf", "12345678909"))
    '•••.456.789-••'
    """
    whole = written(buyer)
    if not KINDS[buyer.kind].personal:
        return whole
    shown = range(3, len(buyer.number) - 2)
    places = [at for at, sign in enumerate(whole) if sign.isalnum()]
    hidden = {place for nth, place in enumerate(places) if nth not in shown}
    return "".join(_MASK if at in hidden else sign for at, sign in enumerate(whole))
