"""Traces of a bagging scale: one visit a file, JSON lines, so that a real lane's can be judged by the same rules.

The first line is ``{"trace": 1, "theft": "" or a kind, "change": grams}``; then, by ``ms``, one of ``grams`` (a
reading), ``rung`` (``[grams, spread]`` of a piece), ``own_bag`` or ``pay``. Reactions to hints are what they were when
it was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import msgspec

from kiosk.retail.bagging import BaggingRules, Piece, Plate
from kiosk.retail.piece_weights import Learned
from tests.benchmarks.shoppers.mix import KINDS
from tests.benchmarks.shoppers.visit import Lane, Outcome, Told

__all__ = ["Recording", "TraceError", "play", "read_traces"]

_VERSION = 1
_AFTER_MS = 60_000
_STEP_MS = 100


class TraceError(Exception):
    """A file that is no trace; the text names file and line."""


class _Inner(Lane, Protocol):
    """A lane that learns."""

    def learn(self) -> None:
        """After the visit."""


class _Weights(Protocol):
    """What items should weigh now."""

    def of(self, item_id: str) -> Learned:
        """A piece of it."""


class Recording:
    """A lane that writes down what happens before another one is told."""

    def __init__(self, inner: _Inner, weights: _Weights) -> None:
        self._inner, self._weights = inner, weights
        self.lines: list[dict[str, object]] = []

    def scan(self, ms: int, item_id: str) -> None:
        """With what the piece should weigh at this moment."""
        known = self._weights.of(item_id)
        self.lines.append({"ms": ms, "rung": [known.grams, known.spread]})
        self._inner.scan(ms, item_id)

    def own_bag(self, ms: int) -> None:
        """As it is."""
        self.lines.append({"ms": ms, "own_bag": True})
        self._inner.own_bag(ms)

    def weigh(self, ms: int, grams: int) -> None:
        """As it is."""
        self.lines.append({"ms": ms, "grams": grams})
        self._inner.weigh(ms, grams)

    def pay(self, ms: int) -> None:
        """As it is."""
        self.lines.append({"ms": ms, "pay": True})
        self._inner.pay(ms)

    def told(self, ms: int) -> Told | None:
        """As the other lane says."""
        return self._inner.told(ms)

    def cleared(self, ms: int) -> None:
        """As it is."""
        self._inner.cleared(ms)

    def learn(self) -> None:
        """As it is."""
        self._inner.learn()

    def write(self, path: Path, outcome: Outcome) -> None:
        """The file."""
        head = {"trace": _VERSION, "theft": outcome.theft or "", "change": outcome.change}
        path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in [head, *self.lines]) + b"\n")


def read_traces(folder: Path) -> Iterator[tuple[Path, dict[str, Any], list[dict[str, Any]]]]:
    """File, head and lines of every ``*.jsonl`` in the folder. Raises ``TraceError``."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        message = f"{folder}: no *.jsonl"
        raise TraceError(message)
    for path in paths:
        lines = [_line(path, number, raw) for number, raw in enumerate(path.read_bytes().splitlines(), 1) if raw]
        head = lines[0] if lines else {}
        if head.get("trace") != _VERSION or head.get("theft") not in ("", *KINDS):
            message = f"{path}:1: no head of a trace of version {_VERSION}"
            raise TraceError(message)
        yield path, head, lines[1:]


def _line(path: Path, number: int, raw: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError as error:
        message = f"{path}:{number}: {error}"
        raise TraceError(message) from error


def play(head: dict[str, Any], lines: list[dict[str, Any]], rules: BaggingRules) -> Outcome:
    """What the rules make of a trace; after its last line nothing changes any more, and doubts grow old."""
    plate, pieces, paying = Plate(), 0, False
    outcome = Outcome(theft=head["theft"] or None, change=int(head.get("change", 0)))
    for line in [*lines, *_silence(lines)]:
        ms = int(line["ms"])
        if "rung" in line:
            pieces += 1
            plate = plate.rung([Piece(pieces, *line["rung"])], rules, ms)
        elif "own_bag" in line:
            plate = plate.own_bag(rules, ms)
        elif "grams" in line:
            plate = plate.read(ms, int(line["grams"]), rules)
        paying = paying or "pay" in line
        doubt = plate.doubt(rules, ms, paying=paying)
        if doubt is not None and doubt.stage == "staff":
            outcome.calls.append(doubt.kind)
            plate = plate.accepted_by_staff()
    outcome.items = pieces
    if outcome.theft is not None:
        outcome.late_calls, outcome.calls = outcome.calls, []
    return outcome


def _silence(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    readings = [line for line in lines if "grams" in line]
    if not readings:
        return []
    last = readings[-1]
    return [{"ms": last["ms"] + ms, "grams": last["grams"]} for ms in range(_STEP_MS, _AFTER_MS, _STEP_MS)]
