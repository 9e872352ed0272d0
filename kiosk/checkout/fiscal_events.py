"""What has happened between the checkout and a fiscal device. Durable events, as those in ``events``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.fiscal import FiscalDocument, FiscalText
from kiosk.retail.values import dataclass

__all__ = [
    "FiscalBegun",
    "FiscalCancelLeft",
    "FiscalCancelRefused",
    "FiscalCancelRequested",
    "FiscalCancelled",
    "FiscalDayClosed",
    "FiscalDayWanted",
    "FiscalEvent",
    "FiscalNumberGiven",
    "FiscalOutageBegan",
    "FiscalOutageEnded",
    "FiscalRefused",
    "FiscalRegistered",
    "FiscalRequested",
    "FiscalUnsigned",
    "FiscalVoided",
]


@dataclass(frozen=True, slots=True)
class FiscalBegun:
    """The device is about to hear that a sale has begun."""

    transaction: str
    utc_ms: int


@dataclass(frozen=True, slots=True)
class FiscalVoided:
    """The device has withdrawn a sale that was begun and came to nothing."""

    transaction: str


@dataclass(frozen=True, slots=True)
class FiscalRequested:
    """The device is about to be asked to sign. Committed with the completed sale, so that no cut can part them."""

    transaction: str
    begun_ms: int


@dataclass(frozen=True, slots=True)
class FiscalNumberGiven:
    """The legal number of the completed transaction, in its own gap-free series: once for each, never changed.

    ``by``: who keeps the series. ``outcome``: how the device issued it, or ``outage``: a number of the checkout's own
    while the device was away. ``utc_ms`` is the device's own time of signing (0: none); ``printed`` is what the receipt
    must bear. ``credit``: it is a credit note's, in a series of theirs.
    """

    transaction: str
    series: str
    number: int
    by: Literal["checkout", "device"] = "checkout"
    outcome: Literal["", "signed", "contingency", "outage"] = ""
    utc_ms: int = 0
    printed: tuple[FiscalText, ...] = ()
    credit: bool = False


@dataclass(frozen=True, slots=True)
class FiscalRefused:
    """The authority will not have the document, in its own code and words; ``permanent``: nor would it again."""

    transaction: str
    code: str
    reason: str
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class FiscalUnsigned:
    """The sale stands without the device's word: by the outage's rule, or because staff let the shopper go.

    ``owed``: the device is to be told when it is back.
    """

    transaction: str
    utc_ms: int
    by: str = "system"
    owed: bool = False


@dataclass(frozen=True, slots=True)
class FiscalRegistered:
    """The late word on a sale that stood without it, or was issued in contingency. It changes no number."""

    transaction: str
    outcome: Literal["signed", "contingency", "refused"]
    series: str = ""
    number: int = 0
    utc_ms: int = 0
    code: str = ""
    reason: str = ""
    printed: tuple[FiscalText, ...] = ()


@dataclass(frozen=True, slots=True)
class FiscalOutageBegan:
    """The device, or the authority behind it, does not answer since then."""

    utc_ms: int
    cause: str = ""


@dataclass(frozen=True, slots=True)
class FiscalOutageEnded:
    """It answers again; ``documents``: how many sales went without it."""

    utc_ms: int
    documents: int


@dataclass(frozen=True, slots=True)
class FiscalCancelRequested:
    """The document of the sale ``original`` is to be cancelled, since all of it came back as ``transaction``.

    Committed with the completed return, so that no cut can part them.
    """

    transaction: str
    original: str
    document: FiscalDocument


@dataclass(frozen=True, slots=True)
class FiscalCancelled:
    """The authority has cancelled it. ``transaction`` is the return's; ``printed``: what its paper bears of that."""

    transaction: str
    utc_ms: int
    printed: tuple[FiscalText, ...] = ()


@dataclass(frozen=True, slots=True)
class FiscalCancelRefused:
    """The authority lets it stand, in its own code and words: the return wants a document of its own."""

    transaction: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FiscalCancelLeft:
    """Nobody can say yet: the return's paper goes out without that word, and it is asked for again."""

    transaction: str
    utc_ms: int
    by: str = "system"


@dataclass(frozen=True, slots=True)
class FiscalDayWanted:
    """Our day is closed, and the authority's is to be, however often the device must be asked."""

    business_day: str


@dataclass(frozen=True, slots=True)
class FiscalDayClosed:
    """The authority's day is closed; ``reference`` is its report's, empty where it knows none."""

    business_day: str
    reference: str


FiscalEvent = (
    FiscalBegun
    | FiscalVoided
    | FiscalRequested
    | FiscalNumberGiven
    | FiscalRefused
    | FiscalUnsigned
    | FiscalRegistered
    | FiscalOutageBegan
    | FiscalOutageEnded
    | FiscalCancelRequested
    | FiscalCancelled
    | FiscalCancelRefused
    | FiscalCancelLeft
    | FiscalDayWanted
    | FiscalDayClosed
)
