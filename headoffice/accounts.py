"""Who may enter: people by password (argon2id), programs by key, and how often somebody may be wrong."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from headoffice.account_tables import (
    Account,
    AccountChange,
    AccountRoleRow,
    ApiKey,
    EndedSession,
    Setting,
    SignInAttempt,
)
from headoffice.database import Database
from headoffice.roles import ACCOUNT_ROLES, EVERYTHING, RIGHTS, Right, rights_named, rights_of

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
_ROLE = re.compile("[a-z][a-z0-9_-]{1,39}")
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
    rights: frozenset[Right] = frozenset()


class Accounts:
    """Accounts, roles, attempts and keys. ``clock`` gives UTC milliseconds; ``by``: who changes accounts and roles."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], int],
        hasher: PasswordHasher | None = None,
        by: str = "head office",
    ) -> None:
        self._database = database
        self._clock = clock
        self._by = by
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))

    def create(self, name: str, password: str, role: str | None = None) -> None:
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
            if role is not None:
                _check_role(session, role)
            self._changed(session, "create", name, row.role if row is not None else "", role or "a new password")
            if row is None:
                if role is None:
                    message = f"a new account needs a role: {', '.join(_roles(session))}"
                    raise AccountError(message)
                session.add(Account(name=name, password_hash=hashed, created_ms=self._clock(), role=role))
            else:
                _not_the_last(session, row, role or row.role)
                row.password_hash, row.role = hashed, role or row.role
                row.sessions, row.disabled_ms = row.sessions + 1, 0
            session.execute(delete(SignInAttempt).where(SignInAttempt.who == f"name:{name}"))

    def attends_as(self, name: str, operator_id: str) -> None:
        """Whom a known account stands for at the lanes; an empty id: nobody. Raises ``AccountError``."""
        with self._database.write() as session:
            row = _known(session, name)
            self._changed(session, "operator", row.name, row.operator_id, operator_id.strip())
            row.operator_id = operator_id.strip()

    def becomes(self, name: str, role: str) -> None:
        """Another role for a known account, at once. Raises ``AccountError``."""
        with self._database.write() as session:
            row = _known(session, name)
            _check_role(session, role)
            _not_the_last(session, row, role)
            self._changed(session, "role", row.name, row.role, role)
            row.role = role

    def disable(self, name: str) -> None:
        """A known account may not enter any more, and is out at once. Raises ``AccountError``."""
        with self._database.write() as session:
            row = _known(session, name)
            _not_the_last(session, row, "")
            self._changed(session, "disable", row.name, row.role, "")
            row.disabled_ms, row.sessions = row.disabled_ms or self._clock(), row.sessions + 1

    def listed(self) -> list[Standing]:
        """Every account, by name."""
        with self._database.read() as session:
            defined = _defined(session)
            return [_standing(row, defined) for row in session.scalars(select(Account).order_by(Account.name))]

    def roles(self) -> dict[str, frozenset[Right]]:
        """Every role there is, with its rights."""
        with self._database.read() as session:
            return _roles(session)

    def define(self, role: str, rights: Collection[str]) -> None:
        """A role of these rights, new or instead of what it was; who has it may so at once. Raises ``AccountError``."""
        role, unknown = role.strip().lower(), sorted(set(rights) - set(RIGHTS))
        if not _ROLE.fullmatch(role) or role == EVERYTHING:
            message = f"a role is named in small letters, and {EVERYTHING} always may do everything"
            raise AccountError(message)
        if unknown or not rights:
            message = f"there is no right {', '.join(unknown) or 'named'}; there are: {', '.join(RIGHTS)}"
            raise AccountError(message)
        with self._database.write() as session:
            before = _defined(session).get(role)
            told = " ".join(right for right in RIGHTS if right in rights)
            self._changed(session, "define", role, " ".join(sorted(before or ())), told)
            session.merge(AccountRoleRow(name=role, rights=told))

    def forget(self, role: str) -> None:
        """A defined role is no more; one that comes with head office is as it came. Raises ``AccountError``."""
        with self._database.write() as session:
            row = session.get(AccountRoleRow, role.strip().lower())
            if row is None:
                message = f"no role {role} was defined here"
                raise AccountError(message)
            who = session.scalar(select(Account.name).where(Account.role == row.name).limit(1))
            if who is not None and row.name not in ACCOUNT_ROLES:
                message = f"{who} has the role {row.name} still"
                raise AccountError(message)
            self._changed(session, "forget", row.name, row.rights, "")
            session.delete(row)

    def changes(self) -> list[AccountChange]:
        """Who changed accounts and roles, the newest first."""
        with self._database.read() as session:
            return list(session.scalars(select(AccountChange).order_by(AccountChange.id.desc())))

    def _changed(self, session: Session, deed: str, name: str, before: str, after: str) -> None:
        change = {"deed": deed, "name": name, "before": before, "after": after}
        session.add(AccountChange(utc_ms=self._clock(), by=self._by, **change))

    def standing(self, name: str) -> Standing | None:
        """An account as it stands now; ``None``: there is none, or it may not enter. A demo's may do everything."""
        if name == DEMO_ACCOUNT:
            return Standing(DEMO_ACCOUNT, EVERYTHING, rights=frozenset(RIGHTS))
        with self._database.read() as session:
            row = session.scalar(select(Account).where(Account.name == name, Account.disabled_ms == 0))
            return _standing(row, _defined(session)) if row is not None else None

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


def _standing(row: Account, defined: dict[str, frozenset[Right]]) -> Standing:
    rights = rights_of(row.role, defined)
    return Standing(row.name, row.role, row.operator_id, row.sessions, row.disabled_ms, rights)


def _defined(session: Session) -> dict[str, frozenset[Right]]:
    """The roles that the retailer has defined."""
    return {row.name: rights_named(row.rights.split()) for row in session.scalars(select(AccountRoleRow))}


def _roles(session: Session) -> dict[str, frozenset[Right]]:
    defined = _defined(session)
    return {role: rights_of(role, defined) for role in (*ACCOUNT_ROLES, *sorted(set(defined) - set(ACCOUNT_ROLES)))}


def _check_role(session: Session, role: str) -> None:
    if role not in (known := _roles(session)):
        message = f"there is no role {role}; there are: {', '.join(known)}"
        raise AccountError(message)


def _not_the_last(session: Session, row: Account, role: str) -> None:
    """The last account that may do everything stays so. Raises ``AccountError``."""
    if row.role != EVERYTHING or row.disabled_ms or role == EVERYTHING:
        return
    others = select(Account.id).where(Account.role == EVERYTHING, Account.disabled_ms == 0, Account.id != row.id)
    if session.scalar(others.limit(1)) is None:
        message = f"{row.name} is the last {EVERYTHING}: nobody else may do everything"
        raise AccountError(message)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
