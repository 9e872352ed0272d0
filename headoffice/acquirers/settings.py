"""Which acquirer takes the money of which tender: a TOML file that head office reads at its start.

Sample settings::

    [acquirer.pix]                      # the tender's id, as the shops' policy names it
    model = "rest"
    url = "https://psp.example/api"
    key_file = "/etc/headoffice/pix.key"        # one line: what it knows us by
    secret_file = "/etc/headoffice/pix.secret"  # one line: what its notices are signed with
    seconds = 180                       # how long a code may be paid
    schemes = ["br.gov.bcb.pix"]        # a code for anybody else's account is not shown

    [acquirer.bangla.code]              # only where the acquirer leaves it to us to make the code
    tag = "26"
    account = { "00" = "the scheme's id", "01" = "our merchant number" }
    name = "Sobuj Bazar"
    city = "Dhaka"
    country = "BD"
    category = "5411"

Bangla QR's scheme id and sub-tags are in no text we could read: what stands under ``code`` and ``schemes`` is what the
acquirer says, and nothing of it is built in.
"""

from __future__ import annotations

import ssl
import tomllib
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

import msgspec

from headoffice.acquirers.contract import Acquirer
from headoffice.acquirers.rest import RestAcquirer
from kiosk.retail.merchant_qr import Account, MerchantQr, MerchantQrError, build
from kiosk.retail.money import MINOR_DIGITS, Money

__all__ = ["AcquirersRefusedError", "Till", "read_acquirers"]

_SHORTEST_SECRET: Final = 16
_REFERENCE_LABEL: Final = 25
"""The longest reference label (tag 62, sub-tag 05)."""

_Seconds = Annotated[int, msgspec.Meta(ge=15, le=3600)]
_Milliseconds = Annotated[int, msgspec.Meta(ge=100, le=6000)]
_Tag = Annotated[str, msgspec.Meta(pattern="^[0-9]{2}$")]


class AcquirersRefusedError(Exception):
    """The file does not serve; the text says where and why."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that it does not name are refused."""


class Code(_Table, frozen=True):
    """How the code is made where the acquirer does not. ``reference`` is the sub-tag of 62 that names the charge."""

    account: dict[_Tag, str]
    name: str
    city: str
    country: str
    tag: _Tag = "26"
    category: str = "0000"
    reference: _Tag = "05"


class Settings(_Table, frozen=True):
    """One acquirer's settings; files are relative to the file they are named in."""

    model: Literal["rest"]
    url: str
    key_file: str
    secret_file: str
    authority_file: str = ""
    seconds: _Seconds = 120
    timeout_ms: _Milliseconds = 4_000
    schemes: tuple[str, ...] = ()
    code: Code | None = None


class _File(_Table, frozen=True):
    acquirer: dict[str, Settings] = {}


@dataclass(frozen=True, slots=True)
class Till:
    """An acquirer with what head office must know besides: how long a code lives, whose account it may name."""

    acquirer: Acquirer
    seconds: int = 120
    schemes: frozenset[str] = frozenset()
    code: Code | None = None

    def make_code(self, request: str, amount: Money) -> str:
        """A payload of our own making, empty where the acquirer makes it. Raises ``MerchantQrError``."""
        if self.code is None:
            return ""
        digits = MINOR_DIGITS.get(amount.currency, 0)
        plain = f"{amount.minor:0{digits + 1}}"
        written = f"{plain[:-digits]}.{plain[-digits:]}" if digits else plain
        code = MerchantQr(
            accounts=(Account(self.code.tag, tuple(sorted(self.code.account.items()))),),
            currency=amount.currency,
            country=self.code.country,
            name=self.code.name,
            city=self.code.city,
            category=self.code.category,
            amount=written,
            dynamic=True,
            additional=((self.code.reference, request.replace("-", "")[-_REFERENCE_LABEL:]),),
        )
        return build(code)


def read_acquirers(path: Path) -> dict[str, Till]:
    """The acquirers of a file, by tender id. Raises ``AcquirersRefusedError``."""
    try:
        told = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{path}: {error}"
        raise AcquirersRefusedError(message) from error
    try:
        return {tender: _till(path.parent, settings) for tender, settings in told.acquirer.items()}
    except (OSError, ValueError) as error:
        message = f"{path}: {error}"
        raise AcquirersRefusedError(message) from error


def _till(folder: Path, settings: Settings) -> Till:
    _safe(settings.url)
    key, secret = (_line(folder / each) for each in (settings.key_file, settings.secret_file))
    if len(secret) < _SHORTEST_SECRET:
        message = f"{settings.secret_file}: a secret has at least {_SHORTEST_SECRET} characters"
        raise ValueError(message)
    tls = ssl.create_default_context(cafile=str(folder / settings.authority_file) if settings.authority_file else None)
    acquirer = RestAcquirer(
        settings.url, key=key, secret=secret.encode(), timeout_s=settings.timeout_ms / 1000, tls=tls
    )
    till = Till(acquirer, settings.seconds, frozenset(settings.schemes), settings.code)
    if settings.code is not None:
        try:
            till.make_code("0" * _REFERENCE_LABEL, Money(100, "EUR"))
        except MerchantQrError as error:
            message = f"[code]: {error}"
            raise ValueError(message) from error
    return till


def _line(path: Path) -> str:
    content = path.read_text(encoding="ascii").strip()
    if not content or len(content.split()) != 1:
        message = f"{path}: one word on one line is wanted"
        raise ValueError(message)
    return content


def _safe(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_this_machine(parts.hostname):
        return
    message = f"{url!r:.80}: money is asked for over https only (http on a loopback address)"
    raise ValueError(message)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
