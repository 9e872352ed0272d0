"""The settings of one kiosk, in layers of which the later wins.

defaults < country pack < feed (the price book's policy) < twin file (this workstation, by the agent) < local file

Files are TOML (or JSON, by their suffix). A key nobody knows is refused, with the file and the key by name. A file
that cannot be used never stops a kiosk that has run before: the last good set, saved beside the local file, serves
instead and staff are warned. ``docs/formats/settings.schema.json`` is made from the classes here.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from kiosk import countries
from kiosk.retail.exit_code import exit_key
from kiosk.retail.policy import Policy
from kiosk.retail.slip_code import slip_key

__all__ = [
    "Device",
    "Identity",
    "Layers",
    "Paths",
    "Phone",
    "Screen",
    "Settings",
    "SettingsError",
    "load",
    "policy_of",
    "schema",
]

_log = logging.getLogger(__name__)

_LAST_GOOD = ".last-good.json"
_FRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
_PRIVATE = 0o600
"""Settings hold the shop's key: a copy is for their owner alone."""

_Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,40}$")]
_Id = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_Hex = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{32,128})?$")]
_Pixels = Annotated[int, msgspec.Meta(ge=240, le=8192)]
_CallingCode = Annotated[str, msgspec.Meta(pattern="^([1-9][0-9]{0,2})?$")]


class SettingsError(Exception):
    """A settings file cannot be used. The text names the file, the key where there is one, and what is wrong."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the settings; keys it does not name are refused."""


class Identity(_Table, frozen=True):
    """Who this workstation is. ``location`` is its stock location; empty: the store's id."""

    kiosk: _Id
    store: _Id
    workstation: _Id
    location: str = ""


class Paths(_Table, frozen=True):
    """Folders and files; relative ones lie beside the local file.

    ``data``: the journal; ``books``: price books, the sync process's folder (empty: ``data``); ``run``: sockets;
    ``twin``: the agent's file (empty: ``twin.json`` in ``data``); ``pictures``: product pictures (empty: none);
    ``sync``: the sync process's socket in ``run`` (empty: no such process).
    """

    data: str = "data"
    books: str = ""
    run: str = "run"
    twin: str = ""
    pictures: str = ""
    sync: str = "sync.sock"


class Screen(_Table, frozen=True):
    """The window, in pixels."""

    width: _Pixels = 1080
    height: _Pixels = 1920
    fullscreen: bool = True


class Phone(_Table, frozen=True):
    """How a shopper types a number here: E.164 calling code, trunk prefix, lengths without it."""

    calling_code: _CallingCode = ""
    trunk_prefix: str = "0"
    national_lengths: tuple[int, ...] = ()


class Device(_Table, frozen=True):
    """A device by category and model (``hal/<category>/<model>.py``); ``settings`` are the driver's own."""

    category: Literal[
        "camera", "card_reader", "cash_recycler", "fiscal", "lights", "loyalty_card", "printer", "scale", "scanner"
    ]
    model: _Name
    settings: dict[str, Any] = {}


class Settings(_Table, frozen=True):
    """One kiosk's settings.

    ``country`` names the pack. ``time_zone`` is an IANA name. ``shop_key``: hex, the key of all hashes of cards,
    badges and phone numbers. ``clock_confirmed_by``: a file that exists once the time was confirmed since power-up;
    empty: the clock is believed. ``policy`` lies over the price book's policy, field by field.
    """

    identity: Identity
    country: _Name = "eu"
    time_zone: str = "UTC"
    shop_key: _Hex = ""
    clock_confirmed_by: str = "/run/systemd/timesync/synchronized"
    paths: Paths = Paths()
    screen: Screen = Screen()
    phone: Phone = Phone()
    devices: dict[_Name, Device] = {}
    policy: dict[str, Any] = {}

    @property
    def location(self) -> str:
        """This shop's stock location."""
        return self.identity.location or self.identity.store


class Layers(msgspec.Struct, frozen=True):
    """What ``load`` found: the settings, where relative paths begin, the policy's layers, and warnings for staff."""

    settings: Settings
    folder: Path
    below_feed: dict[str, Any]
    above_feed: dict[str, Any]
    warnings: tuple[str, ...] = ()

    def path(self, written: str) -> Path:
        """A path of the settings, made absolute."""
        return (self.folder / written).resolve()

    @property
    def data(self) -> Path:
        """Where the journal lies."""
        return self.path(self.settings.paths.data)

    @property
    def books(self) -> Path:
        """Where price books lie."""
        return self.path(self.settings.paths.books or self.settings.paths.data)

    @property
    def run(self) -> Path:
        """Where sockets lie."""
        return self.path(self.settings.paths.run)


def load(local: Path | str) -> Layers:
    """Read all layers around the local file and keep a copy of the set if it is good.

    Raises ``SettingsError`` only if the local file cannot be used and no last good set is there.
    """
    local = Path(local)
    try:
        own = _read(local)
        layers = _layered(local, own)
    except SettingsError as error:
        return _last_good(local, error)
    _keep(local, own)
    return layers


def policy_of(layers: Layers, told: Mapping[str, Any]) -> Policy:
    """The policy in force: what the feed told, over the country pack's, under the twin's and the local file's.

    ``told``: the feed's row as it came, empty before the first. What it does not say stays the country's.
    What the law keeps out of promotion, and asks before a sale, is the country pack's word alone.
    Raises ``SettingsError`` for an unknown or ill-typed field of ``[policy]``.
    """
    merged = countries.merged(_BARE_POLICY, layers.below_feed, told, layers.above_feed)
    if not any(device.category == "fiscal" for device in layers.settings.devices.values()):
        merged.pop("fiscal", None)  # a rule for a device that is not there binds nobody
    merged = countries.lawful(merged, layers.below_feed)
    unknown = _unknown(layers.above_feed, Policy)
    if unknown:
        message = f"[policy] has no {unknown}"
        raise SettingsError(message)
    shop_key = bytes.fromhex(layers.settings.shop_key)
    merged["exit_key"] = exit_key(shop_key).hex() if shop_key else ""  # nobody else tells them
    merged["slip_key"] = slip_key(shop_key).hex() if shop_key else ""
    try:
        return msgspec.convert(merged, Policy)
    except msgspec.ValidationError as error:
        message = f"[policy]: {error}"
        raise SettingsError(message) from error


def schema() -> dict[str, Any]:
    """The JSON Schema of a settings file, as published in ``docs/formats/settings.schema.json``."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Settings)}
    for table in found["$defs"].values():
        table["description"] = inspect.cleandoc(table["description"])
    plain: dict[str, Any] = json.loads(msgspec.json.encode(found))
    return plain


_BARE_POLICY: dict[str, Any] = {
    "country": "",
    "currency": "",
    "store_name": {},
    "store_address": {},
    "tax_number": "",
    "tax_number_label": "",
    "languages": ["en"],
    "tenders": [],
}
"""What is shown before the first price book came: nothing can be sold under it."""


def _layered(local: Path, own: dict[str, Any]) -> Layers:
    """All layers around the local file's table."""
    pack = _pack(own.get("country", "eu"), local)
    settings = _convert(countries.merged(pack, own), local)
    folder = local.resolve().parent
    twin, warnings = _twin(settings, folder, pack, own)
    settings = _convert(countries.merged(pack, twin, own), local)
    _check_time_zone(settings, local)
    over = countries.merged(twin.get("policy", {}), own.get("policy", {}))
    layers = Layers(settings, folder, pack.get("policy", {}), over, warnings)
    try:
        policy_of(layers, {})
    except SettingsError as error:
        message = f"{local}: {error}"
        raise SettingsError(message) from error
    return layers


def _twin(
    settings: Settings, folder: Path, pack: dict[str, Any], own: dict[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The twin file's layer; one that cannot be used is left out (its own last good copy serves) with a warning."""
    path = folder / (settings.paths.twin or Path(settings.paths.data) / "twin.json")
    if not path.exists():
        return {}, ()
    try:
        twin = _read(path)
        _check_twin(twin, path, pack, own)
    except SettingsError as error:
        kept = _kept(path)
        with contextlib.suppress(SettingsError):
            _check_twin(kept, path, pack, own)
            return kept, (f"{error}; its last good copy serves",)
        return {}, (f"{error}; it is left out",)
    _keep(path, twin)
    return twin, ()


def _check_twin(twin: dict[str, Any], path: Path, pack: dict[str, Any], own: dict[str, Any]) -> None:
    """Raise ``SettingsError`` naming the twin file if its own keys are at fault."""
    settings = _convert(countries.merged(pack, {"identity": own.get("identity", {})}, twin), path)
    try:
        policy_of(Layers(settings, path.parent, pack.get("policy", {}), twin.get("policy", {})), {})
    except SettingsError as error:
        message = f"{path}: {error}"
        raise SettingsError(message) from error


def _last_good(local: Path, error: SettingsError) -> Layers:
    kept = _kept(local)
    if not kept:
        raise error
    layers = _layered(local, kept)
    told = f"{error}; the last good settings serve"
    return msgspec.structs.replace(layers, warnings=(told, *layers.warnings))


def _keep(path: Path, table: Mapping[str, Any]) -> None:
    """Save a good layer beside its file. A folder that cannot be written only costs the copy."""
    place = path.with_name(path.name + _LAST_GOOD)
    text = json.dumps(table, ensure_ascii=False, indent=1, default=str)
    try:
        if place.exists() and place.read_text(encoding="utf-8") == text:
            return
        aside = place.with_name(place.name + ".new")
        with os.fdopen(os.open(aside, _FRESH, _PRIVATE), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(place)
    except OSError as error:
        _log.warning("no copy of the good settings %s: %s", path, error)


def _kept(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.with_name(path.name + _LAST_GOOD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {error}"
        raise SettingsError(message) from error
    if not isinstance(table, dict):
        message = f"{path} holds no table of settings"
        raise SettingsError(message)
    return table


def _pack(country: object, local: Path) -> dict[str, Any]:
    try:
        return countries.pack(str(country))
    except KeyError as error:
        message = f"{local}: country: no pack {country!r}; there are {', '.join(countries.known())}"
        raise SettingsError(message) from error


def _convert(table: Mapping[str, Any], file: Path) -> Settings:
    try:
        return msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        message = f"{file}: {error}"
        raise SettingsError(message) from error


def _check_time_zone(settings: Settings, file: Path) -> None:
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"{file}: time_zone: no IANA time zone {settings.time_zone!r}"
        raise SettingsError(message) from error


def _unknown(table: Mapping[str, Any], kind: type, at: str = "") -> str:
    """The first key, with its place, that a dataclass does not have."""
    fields = {field.name: field.type for field in msgspec.inspect.type_info(kind).fields}  # type: ignore[attr-defined]  # a dataclass's info has fields
    for key, value in table.items():
        if key not in fields:
            return f"{at}{key}"
        inner = getattr(fields[key], "cls", None)
        found = _unknown(value, inner, f"{at}{key}.") if isinstance(value, dict) and inner is not None else ""
        if found:
            return found
    return ""
