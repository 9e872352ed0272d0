"""Who may enter: people by password (argon2id), programs by key, and how often somebody may be wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from headoffice.account_tables import Account, ApiKey, Setting, SignInAttempt
from headoffice.database import Database

__all__ = ["DEMO_ACCOUNT", "LOCK_MINUTES", "MAXIMUM_WRONG", "MINIMUM_PASSWORD", "AccountError", "Accounts", "SignIn"]

MINIMUM_PASSWORD = 10
MAXIMUM_PASSWORD = 1024
MAXIMUM_WRONG = 5
LOCK_MINUTES = 15
DEMO_ACCOUNT = "demo"
_SESSION_SECRET = "session_secret"  # noqa: S105 - the name of a setting, not a secret


class AccountError(ValueError):
    """An account cannot be made; the message says why."""


class SignIn(StrEnum):
    """What became of an attempt."""

    WELCOME = "welcome"
    WRONG = "wrong"
    LOCKED = "locked"


class Accounts:
    """Accounts, attempts and keys. ``clock`` gives UTC milliseconds."""

    def __init__(self, database: Database, *, clock: Callable[[], int], hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def create(self, name: str, password: str) -> None:
        """A new account, or a new password for a known one. Raises ``AccountError``."""
        name = name.strip().lower()
        if not name or name == DEMO_ACCOUNT:
            message = "an account needs a name of its own"
            raise AccountError(message)
        if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
            message = f"a password has at least {MINIMUM_PASSWORD} characters"
            raise AccountError(message)
        hashed = self._hasher.hash(password)
        with self._database.write() as session:
            row = session.scalar(select(Account).where(Account.name == name))
            if row is None:
                session.add(Account(name=name, password_hash=hashed, created_ms=self._clock()))
            else:
                row.password_hash = hashed
            session.execute(delete(SignInAttempt).where(SignInAttempt.who == f"name:{name}"))

    def attends_as(self, name: str, operator_id: str) -> None:
        """Whom a known account stands for at the lanes; an empty id: nobody. Raises ``AccountError``."""
        with self._database.write() as session:
            row = session.scalar(select(Account).where(Account.name == name.strip().lower()))
            if row is None:
                message = f"there is no account {name}"
                raise AccountError(message)
            row.operator_id = operator_id.strip()

    def exist(self) -> bool:
        """Whether anybody can sign in at all."""
        with self._database.read() as session:
            return session.scalar(select(Account.id).limit(1)) is not None

    def sign_in(self, name: str, password: str, address: str) -> SignIn:
        """Check a password. Too many wrong ones lock the name, and the address they came from, for a while.

        An unknown name takes as long as a wrong password, so that names cannot be found out by the clock.
        """
        name = name.strip().lower()[:128]
        whos = [f"name:{name}", f"address:{address}"]
        with self._database.read() as session:
            if any(
                self._wrong(session, who) >= MAXIMUM_WRONG * factor for who, factor in zip(whos, (1, 4), strict=True)
            ):
                return SignIn.LOCKED
            hashed = session.scalar(select(Account.password_hash).where(Account.name == name))
        right = self._verify(hashed or self._nobody, password) and hashed is not None
        with self._database.write() as session:
            if right:
                session.execute(delete(SignInAttempt).where(SignInAttempt.who == whos[0]))
            else:
                session.add_all(SignInAttempt(who=who, utc_ms=self._clock()) for who in whos)
            session.execute(delete(SignInAttempt).where(SignInAttempt.utc_ms < self._since()))
        return SignIn.WELCOME if right else SignIn.WRONG

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password[:MAXIMUM_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False

    def _since(self) -> int:
        return self._clock() - LOCK_MINUTES * 60_000

    def _wrong(self, session: Session, who: str) -> int:
        return (
            session.scalar(
                select(func.count())
                .select_from(SignInAttempt)
                .where(SignInAttempt.who == who, SignInAttempt.utc_ms >= self._since())
            )
            or 0
        )

    def session_secret(self) -> str:
        """What signs the session cookies; made once, so that a restart signs nobody out."""
        with self._database.write() as session:
            row = session.get(Setting, _SESSION_SECRET)
            if row is None:
                row = Setting(name=_SESSION_SECRET, value=secrets.token_hex(32))
                session.add(row)
            return row.value

    def create_key(self, name: str) -> str:
        """A key for a program, shown once; only its hash is kept."""
        key = secrets.token_urlsafe(32)
        with self._database.write() as session:
            session.add(ApiKey(digest=_digest(key), name=name, created_ms=self._clock()))
        return key

    def key_holder(self, key: str) -> str | None:
        """Whose key this is."""
        with self._database.read() as session:
            return session.scalar(select(ApiKey.name).where(ApiKey.digest == _digest(key)))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
