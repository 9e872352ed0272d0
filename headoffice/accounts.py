"""Who may enter: people by password (argon2id), programs by key, and how often somebody may be wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from headoffice.account_tables import Account, ApiKey, EndedSession, Setting, SignInAttempt
from headoffice.database import Database
from headoffice.roles import ACCOUNT_ROLES, AccountRole

__all__ = [
    "DEMO_ACCOUNT",
    "LOCK_MINUTES",
    "MAXIMUM_WRONG",
    "MINIMUM_PASSWORD",
    "SESSION_HOURS",
    "AccountError",
    "Accounts",
    "SignIn",
    "Standing",
]

MINIMUM_PASSWORD = 10
MAXIMUM_PASSWORD = 1024
MAXIMUM_WRONG = 5
LOCK_MINUTES = 15
DEMO_ACCOUNT = "demo"
SESSION_HOURS = 12
_SESSION_SECRET = "session_secret"  # noqa: S105 - the name of a setting, not a secret


class AccountError(ValueError):
    """An account cannot be made; the message says why."""


class SignIn(StrEnum):
    """What became of an attempt."""

    WELCOME = "welcome"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Standing:
    """An account that may enter. ``sessions``: which of its sessions are still good."""

    name: str
    role: str
    operator_id: str = ""
    sessions: int = 0
    disabled_ms: int = 0


class Accounts:
    """Accounts, attempts and keys. ``clock`` gives UTC milliseconds."""

    def __init__(self, database: Database, *, clock: Callable[[], int], hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def create(self, name: str, password: str, role: AccountRole | None = None) -> None:
        """A new account, which needs a role, or a new password for a known one. Raises ``AccountError``.

        A new password ends the sessions of before, and lets a disabled account enter again.
        """
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
                if role is None:
                    message = f"a new account needs a role: {', '.join(ACCOUNT_ROLES)}"
                    raise AccountError(message)
                session.add(Account(name=name, password_hash=hashed, created_ms=self._clock(), role=role))
            else:
                row.password_hash, row.role = hashed, role or row.role
                row.sessions, row.disabled_ms = row.sessions + 1, 0
            session.execute(delete(SignInAttempt).where(SignInAttempt.who == f"name:{name}"))

    def attends_as(self, name: str, operator_id: str) -> None:
        """Whom a known account stands for at the lanes; an empty id: nobody. Raises ``AccountError``."""
        with self._database.write() as session:
            _known(session, name).operator_id = operator_id.strip()

    def becomes(self, name: str, role: AccountRole) -> None:
        """Another role for a known account, at once. Raises ``AccountError``."""
        with self._database.write() as session:
            _known(session, name).role = role

    def disable(self, name: str) -> None:
        """A known account may not enter any more, and is out at once. Raises ``AccountError``."""
        with self._database.write() as session:
            row = _known(session, name)
            row.disabled_ms, row.sessions = row.disabled_ms or self._clock(), row.sessions + 1

    def listed(self) -> list[Standing]:
        """Every account, by name."""
        with self._database.read() as session:
            return [_standing(row) for row in session.scalars(select(Account).order_by(Account.name))]

    def standing(self, name: str) -> Standing | None:
        """An account as it stands now; ``None``: there is none, or it may not enter. A demo's may do everything."""
        if name == DEMO_ACCOUNT:
            return Standing(DEMO_ACCOUNT, "manager")
        with self._database.read() as session:
            row = session.scalar(select(Account).where(Account.name == name, Account.disabled_ms == 0))
            return _standing(row) if row is not None else None

    def end_session(self, session_id: str) -> None:
        """Its person has signed out: the cookie opens nothing any more, whoever has it."""
        with self._database.write() as session:
            session.merge(EndedSession(session=session_id, utc_ms=self._clock()))
            over = self._clock() - 2 * SESSION_HOURS * 3_600_000
            session.execute(delete(EndedSession).where(EndedSession.utc_ms < over))

    def has_ended(self, session_id: str) -> bool:
        """Whether its person has signed out."""
        with self._database.read() as session:
            return session.get(EndedSession, session_id) is not None

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
            known = select(Account.password_hash).where(Account.name == name, Account.disabled_ms == 0)
            hashed = session.scalar(known)
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

    def share_secret(self) -> str:
        """What the broker's shares of head office's workers are called besides (``messages.topics.shared_apart``):
        follows from what only the workers know, so that all of them join the same.
        """
        return hashlib.sha256(f"share:{self.session_secret()}".encode()).hexdigest()[:32]

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


def _known(session: Session, name: str) -> Account:
    row = session.scalar(select(Account).where(Account.name == name.strip().lower()))
    if row is None:
        message = f"there is no account {name}"
        raise AccountError(message)
    return row


def _standing(row: Account) -> Standing:
    return Standing(row.name, row.role, row.operator_id, row.sessions, row.disabled_ms)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
