"""The checkout's state at one record of the journal: a start folds what came after it, not all that ever happened.

A journal of months takes minutes to fold; a lane that lost its power must sell again in seconds. What is only on show
is not kept. The journal stays the truth: a checkpoint that does not hold, or that another way of folding made, is
passed over, and the start folds more.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, Final, get_type_hints

import msgspec

from kiosk.checkout.state import State

__all__ = ["FORMAT", "Checkpoint", "Moved", "decode_checkpoint", "encode_checkpoint"]

FORMAT: Final = 2
"""To be raised with every release whose ``evolve`` makes something else of the same events, or whose ``State`` cannot
read what stands in an older checkpoint (a new field with a default can). ``tests/store/test_checkpoint.py`` tells."""

Moved = tuple[str, int, int]
"""(item id, sequence of the record, pieces or grams) that left the shop and that head office has not counted."""

_ON_SHOW: Final = "live"
_encoder = msgspec.json.Encoder(order="deterministic")


class Checkpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a start needs beside the records behind it. ``state``: each lasting field of ``State`` by its name."""

    state: dict[str, msgspec.Raw]
    moves: tuple[Moved, ...] = ()


_decoder = msgspec.json.Decoder(Checkpoint)


@cache
def _lasting() -> dict[str, msgspec.json.Decoder[Any]]:
    """A decoder for each field of ``State`` that replay promises."""
    hints = get_type_hints(State)
    names = (each.name for each in fields(State) if each.name != _ON_SHOW)
    return {name: msgspec.json.Decoder(hints[name]) for name in names}


def encode_checkpoint(state: State, moves: tuple[Moved, ...]) -> bytes:
    """UTF-8 JSON. Raises ``ValueError`` where what would be read back is not what was given: such a one is not kept."""
    kept = {name: msgspec.Raw(_encoder.encode(getattr(state, name))) for name in _lasting()}
    payload = _encoder.encode(Checkpoint(kept, moves))
    again, moves_again = decode_checkpoint(payload)
    if moves_again != moves or any(getattr(again, name) != getattr(state, name) for name in _lasting()):
        message = "the state is not the same when it is read back"
        raise ValueError(message)
    return payload


def decode_checkpoint(payload: bytes) -> tuple[State, tuple[Moved, ...]]:
    """The state, nothing on show, and the moves. Fields that it lacks have their defaults; raises ``ValueError``."""
    told = _decoder.decode(payload)
    kept = {name: decoder.decode(told.state[name]) for name, decoder in _lasting().items() if name in told.state}
    return State(**kept), told.moves
