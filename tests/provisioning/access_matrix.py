"""Who can do what at a running broker, found out by mosquitto's own programs: each client at each channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from messages.topics import CHANNELS
from provisioning.authority import Authority, Credentials
from tests.support.broker import Broker
from tests.support.independent import Ear, arguments, heard_by, said

__all__ = ["CLIENTS", "OWNER", "TOPICS", "Bench", "bench", "matrix"]

OWNER, STORE = "lane-01", "dhaka-1"
CLIENTS: Final = ("its kiosk", "another kiosk", "kiosk of another store", "head office", "no certificate", "stranger")
_NAMES: Final = {"its kiosk": OWNER, "another kiosk": "lane-02", "kiosk of another store": "khulna-1",
                 "head office": "headoffice"}  # fmt: skip
_FILL: Final = {"kiosk": OWNER, "store": STORE, "kind": "loyalty", "ident": "7"}
TOPICS: Final[dict[str, str]] = {name: address.format(**_FILL) for name, address in CHANNELS.items()}
_BARRIER: Final = {"head office": "kiosk/v1/barrier/state"}
_SHOPS: Final = "store/v1/barrier/feed/head"
"""What every kiosk may read, and what head office may: by them a client tells that it has heard all before."""


class Bench(NamedTuple):
    """A broker with the product's settings, and one more at it who may hear and say everything."""

    broker: Broker
    lines: Mapping[str, list[str]]
    witness: list[str]
    """Says anything; ``hears`` hears everything: a session each."""
    hears: list[str]

    def line(self, who: Credentials | None) -> list[str]:
        """How a client of mosquitto's calls as ``who``."""
        return arguments(self.broker.port, who, self.broker.credentials("witness").authority)


@contextmanager
def bench(folder: Path, hole: tuple[str, str] = ("", "")) -> Iterator[Bench]:
    """Started. ``hole`` is a line of the access list, and what stands there instead."""
    broker = Broker(folder)
    rules = broker.access.read_text(encoding="utf-8")
    if hole[0]:
        assert f"{hole[0]}\n" in rules
        rules = rules.replace(f"{hole[0]}\n", f"{hole[1]}\n")
    broker.access.write_text(f"{rules}\nuser witness\ntopic readwrite #\nuser hears\ntopic read #\n", encoding="utf-8")
    stranger = Authority.open(folder / "another authority").client(OWNER)
    trusted = broker.credentials("witness").authority
    shown: dict[str, Credentials | None] = {who: broker.credentials(name) for who, name in _NAMES.items()}
    shown |= {"no certificate": None, "stranger": stranger}
    lines = {who: arguments(broker.port, each, trusted) for who, each in shown.items()}
    witness, hears = (arguments(broker.port, broker.credentials(name), trusted) for name in ("witness", "hears"))
    broker.start()
    try:
        for topic in (_SHOPS, *_BARRIER.values()):
            assert not said(witness, topic, "ready", "-r")
        yield Bench(broker, lines, witness, hears)
    finally:
        broker.stop()


def matrix(at: Bench, channels: Mapping[str, str] = TOPICS) -> dict[tuple[str, str], str]:
    """(channel, client) -> which of ``r`` read, ``w`` write, ``k`` keep (write retained) and ``l`` last will it can."""
    with ExitStack() as open_, ThreadPoolExecutor(len(CLIENTS)) as together:
        ear = open_.enter_context(heard_by(at.hears, "#"))
        ear.until("ready")
        told = dict(zip(CLIENTS, together.map(lambda who: _writes(at, who, channels), CLIENTS), strict=True))
        assert not said(at.lines["head office"], f"kiosk/v1/{OWNER}/down/ack", "over")
        heard = set(ear.until("over"))
    reads = _reads(at, channels)
    found = {}
    for who in CLIENTS:
        for channel, topic in channels.items():
            delivered = "".join(letter for letter in "wkl" if (topic, f"{letter}:{who}") in heard)
            taken = "".join(letter for letter in "wk" if channel in told[who][letter])
            assert taken == delivered.replace("l", ""), f"{who} at {topic}: told {taken!r}, delivered {delivered!r}"
            found[channel, who] = ("r" if channel in reads[who] else "") + delivered
    return found


def _writes(at: Bench, who: str, channels: Mapping[str, str]) -> dict[str, set[str]]:
    """The channels whose messages the broker said it took, plain and to be retained; wills are left behind."""
    line, taken = at.lines[who], {"w": set[str](), "k": set[str]()}
    for channel, topic in channels.items():
        for letter, more in (("w", ()), ("k", ("-r",))):
            answer = said(line, topic, f"{letter}:{who}", *more)
            if not answer:
                taken[letter].add(channel)
            elif who in _NAMES:
                assert "Not authorized" in answer, answer
        _leave_a_will(line, topic, f"l:{who}", known=who in _NAMES, barrier=_BARRIER.get(who, _SHOPS))
    return taken


def _leave_a_will(line: list[str], topic: str, payload: str, *, known: bool, barrier: str) -> None:
    will = ("--will-topic", topic, "--will-payload", payload, "--will-qos", "1")
    with heard_by(line, barrier, more=will) as ear:
        if known:
            ear.until("ready")
        else:
            assert ear.process.wait(timeout=20) != 0


def _reads(at: Bench, channels: Mapping[str, str]) -> dict[str, set[str]]:
    """The channels whose messages each client is given when it asks for every one, and for everything."""
    reads: dict[str, set[str]] = {who: set() for who in CLIENTS}
    with ExitStack() as open_:
        ears: dict[str, Ear] = {}
        for who in CLIENTS:
            ears[who] = open_.enter_context(heard_by(at.lines[who], "#", *channels.values()))
            if who in _NAMES:
                ears[who].until("ready")
        for topic in channels.values():
            assert not said(at.witness, topic, "for its reader")
        for topic in (_SHOPS, *_BARRIER.values()):
            assert not said(at.witness, topic, "over")
        for who in _NAMES:
            heard = {topic for topic, _ in ears[who].until("over")}
            reads[who] = {channel for channel, topic in channels.items() if topic in heard}
        for who in set(CLIENTS) - set(_NAMES):
            assert ears[who].process.wait(timeout=20) != 0, f"{who} was let in"
    return reads
