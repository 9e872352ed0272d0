"""Keyed hashes: how a card, a phone number or a badge is found without being kept.

HMAC-SHA256 under the shop's key, in lower-case hex; the kind stands in front, so that a card's number never collides
with a phone's. The kiosks hold the same key in their settings.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Literal

from argon2.low_level import Type, hash_secret
from sqlalchemy.orm import Session

from headoffice.account_tables import Setting

__all__ = ["keep_shop_key", "keyed_hash", "pin_hash", "shop_key"]

_NAME = "shop_key"
_KEY_BYTES = 32


def keyed_hash(key: bytes, kind: Literal["card", "phone", "badge", "value"], value: str) -> str:
    """``value``: the code as read (a card's, a badge's, a gift card's), or the phone number in E.164."""
    return hmac.new(key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def pin_hash(key: bytes, operator_id: str, pin: str) -> tuple[str, str]:
    """(salt, hash) of an operator's PIN: argon2id in its own notation, which holds the salt too, so that the first is
    empty. Twelve MiB, three passes: a lane tries a PIN against each operator of the shop, on a small computer.

    The salt follows from the shop's key and the operator, so that publishing the same operator again changes nothing.
    """
    salt = hmac.new(key, f"pin-salt:{operator_id}".encode(), hashlib.sha256).digest()[:16]
    hashed = hash_secret(
        pin.encode(), salt, time_cost=3, memory_cost=12 * 1024, parallelism=1, hash_len=32, type=Type.ID
    )
    return "", hashed.decode()


def shop_key(session: Session) -> bytes:
    """The shop's key, made when first asked for."""
    row = session.get(Setting, _NAME)
    if row is None:
        row = Setting(name=_NAME, value=secrets.token_hex(_KEY_BYTES))
        session.add(row)
    return bytes.fromhex(row.value)


def keep_shop_key(session: Session, key: bytes) -> None:
    """Use this key from now on. Raises ``ValueError`` where another is in use: every hash in the feed hangs on it."""
    row = session.get(Setting, _NAME)
    if row is None:
        session.add(Setting(name=_NAME, value=key.hex()))
    elif row.value != key.hex():
        message = "another shop key is in use here; members and badges are hashed under it"
        raise ValueError(message)
