"""What the journal records of the talk with a fiscal device."""

from __future__ import annotations

from typing import Literal

from messages.payload import Payload
from messages.values import FiscalDocument, FiscalText

__all__ = [
    "FiscalBegun",
    "FiscalCancelLeft",
    "FiscalCancelRefused",
    "FiscalCancelRequested",
    "FiscalCancelled",
    "FiscalDayClosed",
    "FiscalDayWanted",
    "FiscalNumberGiven",
    "FiscalOutageBegan",
    "FiscalOutageEnded",
    "FiscalRefused",
    "FiscalRegistered",
    "FiscalRequested",
    "FiscalText",
    "FiscalUnsigned",
    "FiscalVoided",
]


class FiscalBegun(Payload, frozen=True):
    """A fiscal device is about to hear that a sale has begun."""

    transaction: str
    utc_ms: int


class FiscalVoided(Payload, frozen=True):
    """It has withdrawn a sale that came to nothing."""

    transaction: str


class FiscalRequested(Payload, frozen=True):
    """It is about to be asked to sign."""

    transaction: str
    begun_ms: int


class FiscalNumberGiven(Payload, frozen=True):
    """The legal number, in its own gap-free series. ``transaction`` is the UUID; ``by``: who keeps the series."""

    transaction: str
    series: str
    number: int
    by: Literal["checkout", "device"] = "checkout"
    outcome: Literal["", "signed", "contingency", "outage"] = ""
    utc_ms: int = 0
    printed: tuple[FiscalText, ...] = ()
    credit: bool = False


class FiscalRefused(Payload, frozen=True):
    """The authority will not have the document."""

    transaction: str
    code: str
    reason: str
    permanent: bool = False


class FiscalUnsigned(Payload, frozen=True):
    """The sale stands without the device's word; ``owed``: it is to be registered later."""

    transaction: str
    utc_ms: int
    by: str = "system"
    owed: bool = False


class FiscalRegistered(Payload, frozen=True):
    """The late word on such a sale, or on one issued in contingency; it may come more than once."""

    transaction: str
    outcome: Literal["signed", "contingency", "refused"]
    series: str = ""
    number: int = 0
    utc_ms: int = 0
    code: str = ""
    reason: str = ""
    printed: tuple[FiscalText, ...] = ()


class FiscalOutageBegan(Payload, frozen=True):
    """The fiscal device, or the authority behind it, does not answer."""

    utc_ms: int
    cause: str = ""


class FiscalOutageEnded(Payload, frozen=True):
    """It answers again; so many sales went without it."""

    utc_ms: int
    documents: int


class FiscalCancelRequested(Payload, frozen=True):
    """The document of the sale ``original`` is to be cancelled, since all of it came back as ``transaction``."""

    transaction: str
    original: str
    document: FiscalDocument


class FiscalCancelled(Payload, frozen=True):
    """The authority has cancelled it; ``printed``: what the return's paper bears of that."""

    transaction: str
    utc_ms: int
    printed: tuple[FiscalText, ...] = ()


class FiscalCancelRefused(Payload, frozen=True):
    """It stands: the return wants a document of its own."""

    transaction: str
    code: str
    reason: str


class FiscalCancelLeft(Payload, frozen=True):
    """Nobody can say yet: the return's paper goes out without that word, and it is asked for again."""

    transaction: str
    utc_ms: int
    by: str = "system"


class FiscalDayWanted(Payload, frozen=True):
    """The authority's day is to be closed."""

    business_day: str


class FiscalDayClosed(Payload, frozen=True):
    """The authority's day is closed."""

    business_day: str
    reference: str
