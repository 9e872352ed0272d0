"""What a fiscal device tells the checkout."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.fiscal import FiscalText
from kiosk.retail.values import dataclass

__all__ = [
    "FiscalAnswered",
    "FiscalCancelAnswered",
    "FiscalClosedDay",
    "FiscalInput",
    "FiscalSilent",
    "FiscalStands",
    "FiscalWithdrew",
]


@dataclass(frozen=True, slots=True)
class FiscalAnswered:
    """The device's word on a sale; ``late``: unasked, about one issued in contingency."""

    transaction: str
    outcome: Literal["signed", "contingency", "refused"]
    series: str = ""
    number: int = 0
    utc_ms: int = 0
    printed: tuple[FiscalText, ...] = ()
    code: str = ""
    reason: str = ""
    permanent: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class FiscalSilent:
    """Nobody knows what became of the request to sign: it is asked again under the same id."""

    transaction: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class FiscalCancelAnswered:
    """What became of a document that was to be cancelled, for the return ``transaction``.

    ``unknown``: nobody can say; it is asked for again.
    """

    transaction: str
    outcome: Literal["cancelled", "refused", "unknown"]
    utc_ms: int = 0
    printed: tuple[FiscalText, ...] = ()
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FiscalWithdrew:
    """The device has withdrawn a sale that was begun."""

    transaction: str


@dataclass(frozen=True, slots=True)
class FiscalClosedDay:
    """The device has closed its day."""

    business_day: str
    reference: str


@dataclass(frozen=True, slots=True)
class FiscalStands:
    """How the device stands with its authority; ``certificate_expires`` is an ISO date, empty where there is none.

    ``since_ms``: when the outage began, by the device (0: it does not know).
    """

    outage: bool
    pending: int = 0
    certificate_expires: str = ""
    cause: str = ""
    since_ms: int = 0


FiscalInput = FiscalAnswered | FiscalSilent | FiscalCancelAnswered | FiscalWithdrew | FiscalClosedDay | FiscalStands
