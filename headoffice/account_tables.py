"""The tables of who may enter: accounts, attempts to sign in, keys for programs, and head office's own settings."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from headoffice.base import Base, Code, Identity, Instant, Prose

__all__ = ["Account", "AccountChange", "AccountRoleRow", "ApiKey", "EndedSession", "Setting", "SignInAttempt"]


class Account(Base):
    """A person who may enter the console. Without a password hash nobody can sign in by password.

    ``operator_id``: the operator of the shop that they are at the lanes; empty: none. ``role``: one of ``roles``, or of
    ``account_role``.
    ``disabled_ms``: since when they may not enter any more; 0: they may. ``sessions`` grows when all sessions of before
    are over: with a new password, and when the account is disabled.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[Identity]
    name: Mapped[Code]
    password_hash: Mapped[Prose | None]
    created_ms: Mapped[Instant]
    operator_id: Mapped[Code] = mapped_column(default="")
    role: Mapped[Code]
    disabled_ms: Mapped[Instant] = mapped_column(default=0)
    sessions: Mapped[Instant] = mapped_column(default=0)


class AccountRoleRow(Base):
    """A role that the retailer has defined: ``rights`` are its rights' names, with blanks between."""

    __tablename__ = "account_role"

    name: Mapped[Code] = mapped_column(primary_key=True)
    rights: Mapped[Prose]


class AccountChange(Base):
    """Who changed what an account or a role may, for good: ``before`` and ``after`` (empty: nothing)."""

    __tablename__ = "account_change"

    id: Mapped[Identity]
    utc_ms: Mapped[Instant]
    by: Mapped[Code]
    deed: Mapped[Code]
    name: Mapped[Code]
    before: Mapped[Prose]
    after: Mapped[Prose]


class SignInAttempt(Base):
    """A failed attempt, by account name or by address; kept in the database so that a restart forgives nothing."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "who", "utc_ms"),)

    id: Mapped[Identity]
    who: Mapped[Code]
    utc_ms: Mapped[Instant]


class EndedSession(Base):
    """A session whose person has signed out: its cookie may still be somewhere, and opens nothing."""

    __tablename__ = "ended_session"

    session: Mapped[Code] = mapped_column(primary_key=True)
    utc_ms: Mapped[Instant]


class ApiKey(Base):
    """A key for a program; only its SHA-256 is kept."""

    __tablename__ = "api_key"

    digest: Mapped[Code] = mapped_column(primary_key=True)
    name: Mapped[Code]
    created_ms: Mapped[Instant]


class Setting(Base):
    """Head office's own settings: the secret that signs sessions, the shop's key, what was seeded."""

    __tablename__ = "setting"

    name: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Prose]
