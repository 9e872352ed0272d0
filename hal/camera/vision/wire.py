"""What the kiosk and a camera's worker say to each other: one JSON object a line, on a socket pair.

| the kiosk says | meaning |
|---|---|
| ``{"camera": {"model", "settings", "name"}}`` | the first line: what to open |
| ``{"session": 3}`` | read codes from now on, and put this number on each; 0: read none |
| ``{"id": 7, "ask": "frame"}`` | the newest picture as a JPEG, into the shared memory |
| ``{"id": 7, "ask": "recent"}`` | the last seconds of the plate, JPEGs one after the other in the shared memory |
| ``{"id": 8, "ask": "picture"}`` | an analysis of the newest picture, by its name (``hal.camera.vision.analyses``) |

| the worker says | meaning |
|---|---|
| ``{"alive": 120}`` | pictures taken so far; at least every quarter of a second, whatever else it does |
| ``{"status": "ready", "cause": ""}`` | or ``lost`` with the cause in words |
| ``{"code": {"data", "symbology", "mono_ms"}, "session": 3}`` | agreed upon |
| ``{"id": 7, "answer": {...}}`` or ``{"id": 7, "error": "..."}`` | to what was asked |

Nothing else is said; what else is heard from a worker means that it cannot be trusted and is started anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hal.device import ProtocolError

__all__ = ["LONGEST_LINE", "SHARED_BYTES", "Alive", "Answered", "CodeAgreed", "Heard", "Status", "heard", "line"]

LONGEST_LINE = 64 * 1024
"""A longer line is nonsense."""
SHARED_BYTES = 8 * 1024 * 1024
"""Shared memory for one JPEG: a frame of 12 megapixels fits."""

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Alive:
    """The worker's loop goes round. ``pictures``: taken since it started."""

    pictures: int


@dataclass(frozen=True, slots=True)
class Status:
    """The camera gives pictures, or no longer does."""

    status: Literal["ready", "lost"]
    cause: str


@dataclass(frozen=True, slots=True)
class CodeAgreed:
    """A code that enough pictures agree on; ``mono_ms`` is when the last of them was taken."""

    session: int
    data: str
    symbology: str
    mono_ms: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to what was asked under this number, or why there is none."""

    number: int
    answer: Mapping[str, object]
    error: str


Heard = Alive | Status | CodeAgreed | Answered


def line(said: Mapping[str, object]) -> bytes:
    """One line of the wire."""
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def heard(said: bytes) -> Heard:
    """What a worker said in one line. Raises ``ProtocolError``."""
    try:
        match json.loads(said):
            case {"alive": int(pictures)}:
                return Alive(pictures)
            case {"status": "ready" | "lost" as status, "cause": str(cause)}:
                return Status(status, cause)
            case {"code": {"data": str(data), "symbology": str(aim), "mono_ms": int(ms)}, "session": int(session)}:
                return CodeAgreed(session, data, aim, ms)
            case {"id": int(number), "answer": dict(answer)}:
                return Answered(number, answer, "")
            case {"id": int(number), "error": str(error)}:
                return Answered(number, {}, error)
    except (ValueError, RecursionError) as error:
        text = f"no line of a camera's worker: {said[:_SHOWN].hex(' ')}"
        raise ProtocolError(text) from error
    text = f"a camera's worker does not say: {said[:_SHOWN].hex(' ')}"
    raise ProtocolError(text)
