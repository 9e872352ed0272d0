"""An hour of a lane, and what it folds to: kept in ``folded.json``, so that a change of meaning is noticed.

``python -m tests.store.folding`` writes the file anew, of this release's format.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.store.checkpoint import FORMAT, encode_checkpoint
from kiosk.store.codec import encode_event
from tests.support.lane import HandLane, open_lane

__all__ = ["FILE", "Folded", "main"]

FILE = Path(__file__).with_name("folded.json")
_MILK, _TEA = "8901234567890", "4006381333931"
_STAFF = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")


class Folded(msgspec.Struct, frozen=True):
    """``records``: (kind, payload) of each event; ``checkpoint``: what a lane keeps behind them."""

    format: int
    records: list[tuple[str, msgspec.Raw]]
    checkpoint: msgspec.Raw


def _hour() -> HandLane:
    """Sales by card and in cash, one parked, one that staff end, one paid and its shopper still there."""
    lane = open_lane()
    lane.scan(_MILK, _TEA, _MILK).tell(i.QuantityEntered(2, 3), i.LineVoidRequested(1))
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    lane.later(60_000).scan(_TEA).tell(i.LanguageChosen("bn"), i.HelpPressed(), _STAFF)
    lane.tell(i.OperatorActed("suspend", reason="wallet"), i.OperatorSignedOut()).later(60_000)
    lane.scan(_MILK).tell(_STAFF, i.OperatorActed("cancel_transaction", reason="left"), i.OperatorSignedOut())
    lane.later(60_000).scan(_TEA, _MILK)
    lane.approve(lane.pay_by_card())
    return lane


def main() -> None:
    """Write the file."""
    lane = _hour()
    records = [(kind, msgspec.Raw(payload)) for kind, payload in map(encode_event, lane.journal)]
    folded = Folded(FORMAT, records, msgspec.Raw(encode_checkpoint(lane.state, ())))
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(folded), indent=1) + b"\n")


if __name__ == "__main__":
    main()
