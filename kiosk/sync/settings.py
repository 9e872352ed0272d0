"""The settings of the sync process: one TOML file, unknown keys refused."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

__all__ = ["BrokerSettings", "SettingsError", "SyncSettings", "Timing", "load", "render"]

_Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,62}\Z")]
_Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
_Milliseconds = Annotated[int, msgspec.Meta(ge=1, le=86_400_000)]


class SettingsError(Exception):
    """The settings cannot be used. The text is for staff: which file, which key, what is wrong."""


class BrokerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the broker is and who we are to it: PEM files; the certificate's common name is the kiosk's name."""

    host: str
    port: _Port
    authority: str
    certificate: str
    key: str
    keepalive_s: Annotated[int, msgspec.Meta(ge=5, le=600)] = 30


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long sync waits. Each repeated wait doubles, up to ``longest``.

    ``resend``: for an acknowledgement. ``feed``: for the next chunk of the feed. ``poll``: between looks at the
    journal without being told. ``reconnect``: before connecting again. ``will_delay_s``: how long the broker waits
    before it tells the world the kiosk is lost. ``session_s``: how long it keeps messages for an absent kiosk.
    """

    resend_ms: _Milliseconds = 5_000
    feed_ms: _Milliseconds = 3_000
    poll_ms: _Milliseconds = 1_000
    reconnect_ms: _Milliseconds = 500
    longest_ms: _Milliseconds = 60_000
    telemetry_ms: _Milliseconds = 60_000
    will_delay_s: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 20
    session_s: Annotated[int, msgspec.Meta(ge=0, le=2_592_000)] = 3_600


class SyncSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who this kiosk is, and where its files lie.

    ``journal``: the checkout's journal, read only. ``folder``: sync's own, for ``sync.db`` and the price books.
    ``socket``: where the checkout connects. ``mirror``: a folder on another device that the journal is copied to;
    empty: none. ``most_bytes_per_s``: what the journal and frames of the plate may send on average, 0: no bound;
    questions, state and health figures are never held back. ``countersigners``: head office's public keys, the present
    and the next while they change; none: the first that it signs with.
    """

    kiosk: _Name
    store: _Name
    workstation: str
    journal: str
    folder: str
    socket: str
    broker: BrokerSettings
    release: str = ""
    mirror: str = ""
    most_bytes_per_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    countersigners: tuple[str, ...] = ()
    timing: Timing = Timing()


def load(path: Path) -> SyncSettings:
    """The settings in ``path``. Raises ``SettingsError``."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), SyncSettings)
    except (OSError, ValueError, msgspec.ValidationError) as fault:
        message = f"the settings in {path} cannot be used: {fault}"
        raise SettingsError(message) from None


def render(settings: SyncSettings) -> str:
    """``settings`` as the TOML that ``load`` reads: what bootstrap and the bench write."""
    plain = msgspec.to_builtins(settings)
    tables = {name: value for name, value in plain.items() if isinstance(value, dict)}
    lines = [f"{name} = {_toml(value)}" for name, value in plain.items() if name not in tables]
    for table, values in tables.items():
        lines += ["", f"[{table}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
    return "\n".join(lines) + "\n"


def _toml(value: str | int) -> str:
    """JSON's strings and whole numbers are TOML's too, save that TOML wants DEL escaped."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
