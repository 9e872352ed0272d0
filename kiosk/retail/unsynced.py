"""How long, and for how much, a lane sells what head office has not heard of: only its own card holds those sales."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["Unsynced", "UnsyncedRules", "Verdict"]

Verdict = Literal["", "warn", "most"]
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Unsynced:
    """Sales that head office has not acknowledged. ``since_ms``: when the oldest was completed (0: there is none).

    ``minor``: what they come to, in minor units of the shop's currency; what was given back counts too, not against.
    """

    since_ms: int = 0
    minor: int = 0


@dataclass(frozen=True, slots=True)
class UnsyncedRules:
    """``warn_*``: staff are told; ``most_*``: the lane takes no further shopper. In hours since the oldest such sale,
    and in minor units that they come to; 0: no bound of that sort.
    """

    warn_hours: int = 24
    warn_minor: int = 0
    most_hours: int = 0
    most_minor: int = 0

    def verdict(self, unsynced: Unsynced, now_ms: int) -> Verdict:
        """What they mean now.

        >>> rules = UnsyncedRules(warn_hours=24, most_minor=100_000)
        >>> rules.verdict(Unsynced(since_ms=1, minor=99_999), now_ms=2)
        ''
        >>> rules.verdict(Unsynced(since_ms=1, minor=100_000), now_ms=2)
        'most'
        """
        if _over(unsynced, now_ms, self.most_hours, self.most_minor):
            return "most"
        return "warn" if _over(unsynced, now_ms, self.warn_hours, self.warn_minor) else ""


def _over(unsynced: Unsynced, now_ms: int, hours: int, minor: int) -> bool:
    if not unsynced.since_ms:
        return False
    too_long = hours and now_ms - unsynced.since_ms >= hours * _HOUR_MS
    return bool(too_long or (minor and unsynced.minor >= minor))
