"""When an input was taken in, and the randomness that came with it."""

from __future__ import annotations

from uuid import UUID

from kiosk.retail.values import dataclass

__all__ = ["Moment", "uuid7"]

_SEED_BITS = 74


@dataclass(frozen=True, slots=True)
class Moment:
    """Stamped on every input by intake; the core reads no clock of its own.

    ``utc_ms``: milliseconds since 1970, as the machine believes. ``mono_ms``: monotonic milliseconds since start.
    ``seed``: at least 74 random bits. ``local_date``: the ISO date in the store's time zone, ``local_time`` its
    time of day (``HH:MM``). ``clock_trusted`` is false until the time was confirmed since power-up, and then no
    hour-bound rule may hold.
    """

    utc_ms: int
    mono_ms: int
    seed: int
    local_date: str
    clock_trusted: bool = True
    local_time: str = ""

    @property
    def local(self) -> str:
        """When it is by the shop's clock (``YYYY-MM-DDTHH:MM``); empty where that is not to be trusted."""
        return f"{self.local_date}T{self.local_time}" if self.clock_trusted and self.local_time else ""


def uuid7(moment: Moment, salt: int = 0) -> str:
    """A version 7 UUID (RFC 9562) from the moment's time and seed; ``salt`` tells several of one moment apart."""
    seed = (moment.seed + salt * 0x9E3779B97F4A7C15) & ((1 << _SEED_BITS) - 1)
    rand_a, rand_b = seed >> 62, seed & ((1 << 62) - 1)
    value = (moment.utc_ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return str(UUID(int=value))
