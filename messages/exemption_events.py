"""What the journal records of a basket that bears no tax."""

from __future__ import annotations

from messages.payload import Payload
from messages.values import Exemption, ExemptLine

__all__ = ["TaxExempted"]


class TaxExempted(Payload, frozen=True):
    """Staff exempted the basket: these lines, and those that come."""

    exemption: Exemption
    lines: tuple[ExemptLine, ...]
