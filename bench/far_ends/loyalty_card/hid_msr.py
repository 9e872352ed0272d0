"""A MagTek HID stripe reader's own side of USB: its descriptor, and a report of 337 bytes for each swipe.

It lives on a virtual bus in the driver's process (``bench.far_ends.usb_hid``), so it does not run alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench.far_ends.usb_hid import HidInside
from bench.knobs import KnobRefusedError

__all__ = ["HidMsr", "swipe_report"]

_TRACK = 110
_ISO, _OTHER, _NONE = 0, 4, 6
_DESCRIPTOR = (
    "0600FF 0901 A101 1500 26FF00 7508"
    "0920 0921 0922 0928 0929 092A 0938 9507 8102"
    "0930 956E 820201 0931 956E 820201 0932 956E 820201"
    "0920 9518 B20201 C0"
)


def swipe_report(tracks: Sequence[bytes], damaged: Sequence[bool] = (False, False, False)) -> bytes:
    """A swipe of up to three tracks, sentinels included.

    >>> made = swipe_report([b"", b";2990000000019?", b""])
    >>> len(made), made[:7].hex(" "), made[117:132]
    (337, '00 00 00 00 0f 00 04', b';2990000000019?')
    """
    kind = _NONE if not any(tracks) else _ISO if tracks[0][:2].upper() == b"%B" else _OTHER
    head = bytes(damaged) + bytes(len(each) for each in tracks) + bytes([kind])
    return head + b"".join(each.ljust(_TRACK, b"\0") for each in tracks)


class HidMsr(HidInside):
    """Tells each swipe at once and keeps nothing."""

    category, model = "loyalty_card", "hid_msr"
    report_descriptor = bytes.fromhex(_DESCRIPTOR)
    packet = 8

    def __init__(self) -> None:
        super().__init__()
        self.swiped = 0

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: it has no output report."""

    async def swipe(self, *, track1: str = "", track2: str = "", track3: str = "") -> dict[str, object]:
        """Pull a card through; each track with its sentinels, as %...? or ;...?. Tells whether it was read."""
        tracks = [each.encode() for each in (track1, track2, track3)]
        if any(len(each) > _TRACK for each in tracks):
            text = f"a track holds {_TRACK} characters"
            raise KnobRefusedError(text)
        if self.plugged():
            self.swiped += 1
            self.send(swipe_report(tracks))
        return {"read": self.plugged()}

    async def present(self, *, data: str) -> dict[str, object]:
        """Pull a member's card through; data is its number."""
        return await self.swipe(track2=f";{data}?")

    async def scratch(self) -> None:
        """Pull a scratched card through."""
        self.send(swipe_report([b"", b"", b""], [True, True, False]))

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (self.present, self.swipe, self.scratch)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {"swiped": self.swiped}
