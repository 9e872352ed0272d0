"""The code a shopper scans to pay: EMVCo's merchant-presented QR, built, read and checked. Text in, values out.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1. A payload is a row of data
objects: two digits of tag, two of length, and so many characters. Tag 00 comes first and says the format; tag 63 comes
last and holds a CRC-16 of all before it, its own tag and length included (polynomial 1021, first value FFFF, neither
reflected nor inverted; upper-case hexadecimal). Tags 02 to 51 say whom the money is for; 26 to 51 are templates, data
objects inside a data object, whose sub-tag 00 names the scheme by a globally unique id. Length counts characters, the
CRC is over their UTF-8.

Brazil's Pix (Banco Central do Brasil, Manual de Padrões para Iniciação do Pix) is tag 26 with ``br.gov.bcb.pix``.
Bangla QR (Bangladesh Bank) is on the same base; its scheme id and sub-tags are not in any text we could read, so they
are the settings of whoever builds or expects one, and unconfirmed here.

A code that is shown is not a payment: only the acquirer knows whether money came.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import field
from typing import Final

from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.values import dataclass

__all__ = [
    "LONGEST",
    "NUMERIC",
    "Account",
    "MerchantQr",
    "MerchantQrError",
    "build",
    "crc16",
    "objects",
    "read",
    "refusal",
]

LONGEST: Final = 512
"""Characters of a payload, EMVCo's bound; what is longer is not read."""
NUMERIC: Final[dict[str, str]] = {
    "BDT": "050", "BRL": "986", "EUR": "978", "GBP": "826", "JPY": "392", "KWD": "414", "USD": "840",
}  # fmt: skip
"""ISO 4217: a currency's number by its letters."""

_FORMAT, _METHOD, _CATEGORY, _CURRENCY, _AMOUNT, _COUNTRY, _NAME, _CITY, _POST_CODE, _ADDITIONAL, _CRC = (
    "00", "01", "52", "53", "54", "58", "59", "60", "61", "62", "63",
)  # fmt: skip
_OF_ITS_OWN: Final = frozenset(
    {_FORMAT, _METHOD, _CATEGORY, _CURRENCY, _AMOUNT, _COUNTRY, _NAME, _CITY, _POST_CODE, _ADDITIONAL, _CRC}
)
_VERSION: Final = "01"
_STATIC, _DYNAMIC = "11", "12"
_CRC_HEAD: Final = "6304"
_CRC_DIGITS: Final = 4
_HEAD: Final = 4
_MOST_CHARACTERS: Final = 99
_LONGEST_AMOUNT: Final = 13
_LONGEST_NAME: Final = 25
_LONGEST_CITY: Final = 15
_GUID: Final = "00"
_FIRST_TEMPLATE: Final = "26"


class MerchantQrError(ValueError):
    """A payload cannot be built or read so; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the money is for: data objects (tags 26 to 51), or a card scheme's bare number (02 to 25)."""

    tag: str
    objects: tuple[tuple[str, str], ...] = ()
    number: str = ""

    @property
    def guid(self) -> str:
        """Sub-tag 00, which scheme this account belongs to; empty where it does not say."""
        return dict(self.objects).get(_GUID, "")


@dataclass(frozen=True, slots=True)
class MerchantQr:
    """What a payload says.

    ``amount`` is decimal text in ``currency`` (ISO 4217 letters), empty where the shopper types it. ``dynamic``: made
    for one payment. ``additional`` are sub-tags of tag 62 (01 bill number, 05 reference label, 07 terminal). ``other``
    holds every tag without a field of its own, as it came.
    """

    accounts: tuple[Account, ...]
    currency: str
    country: str
    name: str
    city: str
    category: str = "0000"
    amount: str = ""
    dynamic: bool | None = None
    post_code: str = ""
    additional: tuple[tuple[str, str], ...] = ()
    other: tuple[tuple[str, str], ...] = field(default=())

    @property
    def money(self) -> Money | None:
        """The amount in minor units; ``None`` where the payload names none. Raises ``MerchantQrError``."""
        return Money(_minor(self.amount, MINOR_DIGITS[self.currency]), self.currency) if self.amount else None


def crc16(text: str) -> str:
    """The checksum of tag 63 over ``text``, four digits.

    >>> crc16("123456789")
    '29B1'
    """
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


# --- out ---------------------------------------------------------------------------------------------------------


def build(code: MerchantQr) -> str:
    """The payload, CRC and all. Raises ``MerchantQrError`` for what does not fit the format.

    >>> pix = Account("26", (("00", "br.gov.bcb.pix"), ("01", "123e4567-e12b-12d1-a456-426655440000")))
    >>> build(MerchantQr((pix,), "BRL", "BR", "Fulano de Tal", "BRASILIA", additional=(("05", "***"),)))[-8:]
    '63041D3D'
    """
    if not code.accounts:
        message = "a payload names at least one account"
        raise MerchantQrError(message)
    body = "".join(_object(tag, value) for tag, value in _listed(code)) + _CRC_HEAD
    payload = body + crc16(body)
    if len(payload) > LONGEST:
        message = f"{len(payload)} characters, and {LONGEST} is the longest a payload may be"
        raise MerchantQrError(message)
    return payload


def _listed(code: MerchantQr) -> Iterator[tuple[str, str]]:
    yield _FORMAT, _VERSION
    if code.dynamic is not None:
        yield _METHOD, _DYNAMIC if code.dynamic else _STATIC
    for account in code.accounts:
        yield account.tag, account.number or "".join(_object(tag, value) for tag, value in account.objects)
    yield _CATEGORY, code.category
    if code.currency not in NUMERIC:
        message = f"no number is known for the currency {code.currency!r:.10}"
        raise MerchantQrError(message)
    yield _CURRENCY, NUMERIC[code.currency]
    if code.amount:
        _minor(code.amount, MINOR_DIGITS[code.currency])
        yield _AMOUNT, code.amount
    yield _COUNTRY, code.country
    yield _NAME, _no_longer("name", code.name, _LONGEST_NAME)
    yield _CITY, _no_longer("city", code.city, _LONGEST_CITY)
    if code.post_code:
        yield _POST_CODE, code.post_code
    if code.additional:
        yield _ADDITIONAL, "".join(_object(tag, value) for tag, value in code.additional)
    yield from code.other


def _no_longer(what: str, value: str, longest: int) -> str:
    if len(value) > longest:
        message = f"the {what} {value!r:.60} has more than {longest} characters"
        raise MerchantQrError(message)
    return value


def _object(tag: str, value: str) -> str:
    if not (len(tag) == 2 and tag.isascii() and tag.isdigit()):  # noqa: PLR2004 - two digits
        message = f"{tag!r:.10} is no tag"
        raise MerchantQrError(message)
    if not 0 < len(value) <= _MOST_CHARACTERS:
        message = f"tag {tag} holds {len(value)} characters; 1 to {_MOST_CHARACTERS} can be said"
        raise MerchantQrError(message)
    return f"{tag}{len(value):02}{value}"


# --- in ----------------------------------------------------------------------------------------------------------


def objects(text: str) -> tuple[tuple[str, str], ...]:
    """The data objects of a payload or template, in order. Raises ``MerchantQrError``.

    >>> objects("0014br.gov.bcb.pix0103abc")
    (('00', 'br.gov.bcb.pix'), ('01', 'abc'))
    """
    found, at = [], 0
    while at < len(text):
        head = text[at : at + _HEAD]
        if len(head) < _HEAD or not (head.isascii() and head.isdigit()):
            message = f"no tag and length at character {at}"
            raise MerchantQrError(message)
        tag, length = head[:2], int(head[2:])
        value = text[at + _HEAD : at + _HEAD + length]
        if not length or len(value) < length:
            message = f"tag {tag} says {length} characters and has {len(value)}"
            raise MerchantQrError(message)
        found.append((tag, value))
        at += _HEAD + length
    return tuple(found)


def read(payload: str) -> MerchantQr:
    """What a payload says. Raises ``MerchantQrError``, and nothing else, for anything but a whole, unharmed one."""
    if len(payload) > LONGEST:
        message = f"more than {LONGEST} characters"
        raise MerchantQrError(message)
    told = _told(payload)
    fields = dict(told)
    currency = next((letters for letters, number in NUMERIC.items() if number == fields.get(_CURRENCY)), "")
    missing = [tag for tag in (_CATEGORY, _COUNTRY, _NAME, _CITY) if tag not in fields]
    if missing or not currency:
        message = f"missing {missing}" if missing else f"the currency {fields.get(_CURRENCY, 'nothing')!r} is not known"
        raise MerchantQrError(message)
    accounts = tuple(_account(tag, value) for tag, value in told if _is_account(tag))
    if not accounts:
        message = "it names no account"
        raise MerchantQrError(message)
    code = MerchantQr(
        accounts=accounts,
        currency=currency,
        country=fields[_COUNTRY],
        name=fields[_NAME],
        city=fields[_CITY],
        category=fields[_CATEGORY],
        amount=fields.get(_AMOUNT, ""),
        dynamic=_dynamic(fields.get(_METHOD, "")),
        post_code=fields.get(_POST_CODE, ""),
        additional=objects(fields.get(_ADDITIONAL, "")),
        other=tuple((tag, value) for tag, value in told if tag not in _OF_ITS_OWN and not _is_account(tag)),
    )
    _ = code.money  # an amount that is none is found here
    return code


def _told(payload: str) -> tuple[tuple[str, str], ...]:
    """The data objects, after a look at first, last and checksum."""
    told = objects(payload)
    if len(told) < 2 or told[0] != (_FORMAT, _VERSION) or told[-1][0] != _CRC:  # noqa: PLR2004 - first and last
        message = "it does not begin with 000201 and end with a checksum"
        raise MerchantQrError(message)
    tags = [tag for tag, _ in told]
    twice = {tag for tag in tags if tags.count(tag) > 1}
    if twice:
        message = f"tags {sorted(twice)} are there more than once"
        raise MerchantQrError(message)
    try:
        wanted = crc16(payload[:-_CRC_DIGITS])
    except UnicodeEncodeError:
        message = "it holds characters that no code can"
        raise MerchantQrError(message) from None
    if told[-1][1] != wanted:
        message = f"the checksum is {told[-1][1]!r}, and {wanted} belongs there"
        raise MerchantQrError(message)
    return told


def _is_account(tag: str) -> bool:
    return "02" <= tag <= "51"


def _account(tag: str, value: str) -> Account:
    return Account(tag, objects(value)) if tag >= _FIRST_TEMPLATE else Account(tag, number=value)


def _dynamic(method: str) -> bool | None:
    if method not in ("", _STATIC, _DYNAMIC):
        message = f"the point of initiation {method!r} is neither static nor dynamic"
        raise MerchantQrError(message)
    return method == _DYNAMIC if method else None


def _minor(amount: str, digits: int) -> int:
    """Decimal text as minor units: ``12``, ``12.5`` and ``12.50`` are one amount. Raises ``MerchantQrError``."""
    whole, point, rest = amount.partition(".")
    plain = amount.isascii() and whole.isdigit() and (not point or not rest or rest.isdigit())
    if not plain or len(amount) > _LONGEST_AMOUNT or len(rest) > digits:
        message = f"{amount!r:.20} is no amount with {digits} digits behind the point"
        raise MerchantQrError(message)
    return int((whole + rest.ljust(digits, "0")) or "0")


# --- judged ------------------------------------------------------------------------------------------------------


def refusal(payload: str, asked: Money, guids: frozenset[str] = frozenset()) -> str:
    """Why this payload must not be shown to somebody who owes ``asked``; empty where nothing speaks against it.

    It must be whole, be in that currency, and name that amount or none (a Pix code may leave it to its address).
    ``guids``: the schemes that the money may go to; empty: any.
    """
    try:
        code = read(payload)
        money = code.money
    except MerchantQrError as error:
        return str(error)
    if code.currency != asked.currency:
        return f"it asks for {code.currency}, and {asked.currency} is owed"
    if money is not None and money != asked:
        return f"it asks for {code.amount}, and {asked.minor} minor units are owed"
    if guids and not guids & {account.guid for account in code.accounts}:
        return f"none of its accounts is of {', '.join(sorted(guids))}"
    return ""
