"""``python -m headoffice.main``: head office, whole: the broker link, the ledger and the pages.

It says where its pages are and ends with Ctrl-C or SIGTERM. Exit codes: 0 ended as asked, 2 something it was given
does not serve (a database from a newer release, a missing certificate, a busy port), 3 the database's server does not
answer now: start it again later. The last two name it on standard error.
"""

from __future__ import annotations

import argparse
import gc
import logging
import secrets
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import FrameType

import uvicorn
from cryptography import x509
from cryptography.x509.oid import NameOID

from headoffice.accounts import Accounts
from headoffice.acquirers.settings import AcquirersRefusedError, read_acquirers
from headoffice.admin import DEFAULT_DATABASE
from headoffice.attend.orders import Orders
from headoffice.broker_link import BrokerLink, BrokerSettings, CertificateError
from headoffice.console.app import build_app
from headoffice.console.guard import is_loopback
from headoffice.console.services import Services
from headoffice.database import Database, DatabaseRefusedError, DatabaseUnreachableError, open_database
from headoffice.desk import Desk, payment_reply
from headoffice.feed import Feed
from headoffice.live import Hub
from headoffice.payments.cashier import Cashier
from headoffice.weights import LEAST
from messages.asks import PaymentAnswer
from messages.countersign import KeyFileError, Signer

__all__ = ["House", "build_house", "listen", "main"]

REFUSED, UNREACHABLE = 2, 3
_NEW_OBJECTS = 50_000
"""More of them before the collector looks: what is read from a batch comes and goes together."""


class RefusedError(Exception):
    """Something given on the command line does not serve; the message says what and why."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything, built and not started. ``link`` is ``None`` where no broker was named."""

    database: Database
    desk: Desk
    cashier: Cashier
    link: BrokerLink | None
    hub: Hub
    services: Services


def _now() -> int:
    return time.time_ns() // 1_000_000


def _release() -> str:
    try:
        return version("self-checkout-kiosk")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "source"


def _broker(told: argparse.Namespace) -> BrokerSettings | None:
    if not told.broker:
        return None
    host, _, port = told.broker.rpartition(":")
    broker = BrokerSettings(host, int(port), told.ca, told.cert, told.key)
    broker.tls()
    return replace(broker, client_id=_name_in(told.cert)) if told.cert else broker


def _name_in(certificate: Path) -> str:
    """The common name: each worker's own, so that a broker that does not give sessions their names tells them apart."""
    subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject
    return str(subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def build_house(told: argparse.Namespace) -> House:
    """Open the database and wire everything.

    Raises ``DatabaseRefusedError``, ``CertificateError``, ``AcquirersRefusedError`` and ``KeyFileError``.
    """
    tills = read_acquirers(told.acquirers) if told.acquirers else {}
    broker = _broker(told)
    database = open_database(told.database)
    accounts = Accounts(database, clock=_now)
    hub = Hub()
    link: BrokerLink | None = None

    def tell(kiosk: str, answer: PaymentAnswer) -> None:
        if link is not None:
            link.say(payment_reply(kiosk, answer))

    cashier = Cashier(database, tills, clock=_now, tell=tell)
    desk = Desk(
        database,
        clock=_now,
        on_change=hub.tell,
        stock_every_seconds=told.stock_every,
        teach_after=told.teach_after,
        cashier=cashier,
        signer=Signer.kept_in(told.signing_key) if told.signing_key else None,
    )
    link = BrokerLink(replace(broker, share=accounts.share_secret()), desk) if broker else None
    feed = Feed(database, clock=_now, on_publish=link.feed_moved if link else lambda _version: None)
    orders = (
        Orders(database, clock=_now, send=link.say, reach=lambda: link.connected, on_change=hub.tell) if link else None
    )

    def trouble() -> list[str]:
        said = (desk.trouble, link.trouble, link.refusal) if link else (desk.trouble,)
        own = (sentence for sentence in said if sentence)
        return [*own, *cashier.trouble(), *desk.value_holds.trouble(), *desk.returns.trouble()]

    services = Services(
        database=database,
        accounts=accounts,
        feed=feed,
        hub=hub,
        cashier=cashier,
        orders=orders,
        clock=_now,
        release=_release(),
        trouble=trouble,
        demo_token=secrets.token_urlsafe(24) if told.demo else "",
        behind_tls=told.behind_tls,
        session_secret=accounts.session_secret(),
    )
    return House(database, desk, cashier, link, hub, services)


class _Server(uvicorn.Server):
    """Tells open pages to hang up before it waits for them."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGINT and SIGTERM."""
        self._hub.close()
        super().handle_exit(sig, frame)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headoffice.main", description="Head office.")
    parser.add_argument("--database", default=DEFAULT_DATABASE, metavar="URL", help="SQLAlchemy URL of the ledger")
    parser.add_argument("--broker", metavar="HOST:PORT", help="the MQTT broker; without it only the pages run")
    parser.add_argument("--ca", type=Path, help="certificate authority of the broker")
    parser.add_argument("--cert", type=Path, help="head office's client certificate")
    parser.add_argument("--key", type=Path, help="its key")
    parser.add_argument("--plain", action="store_true", help="no TLS to the broker: loopback only, for tests")
    parser.add_argument("--host", default="127.0.0.1", help="address of the pages (default %(default)s)")
    parser.add_argument("--port", type=int, default=8400, help="port of the pages; 0 takes a free one")
    parser.add_argument("--demo", action="store_true", help="print a link that signs in by itself; loopback only")
    parser.add_argument("--behind-tls", action="store_true", help="the pages are reached through HTTPS only")
    parser.add_argument("--acquirers", type=Path, metavar="FILE", help="who takes payments by code; none without it")
    parser.add_argument(
        "--signing-key", type=Path, metavar="FILE", help="countersigns the lanes' journals; made there if it is missing"
    )
    parser.add_argument("--stock-every", type=int, default=300, metavar="SECONDS", help="how often stock goes down")
    parser.add_argument(
        "--teach-after",
        type=int,
        default=LEAST,
        metavar="PIECES",
        help="weighed before an item's weight is told; 0: never",
    )
    return parser


def _check(told: argparse.Namespace) -> None:
    if told.demo and not is_loopback(told.host):
        message = "--demo signs anybody in: it runs on a loopback address only (--host 127.0.0.1)"
        raise RefusedError(message)
    if not told.broker:
        return
    host, colon, port = told.broker.rpartition(":")
    if not colon or not port.isdigit():
        message = f"--broker {told.broker}: give it as HOST:PORT"
        raise RefusedError(message)
    if told.ca is None and not told.plain:
        message = "the broker is reached by mutual TLS: give --ca, --cert and --key"
        raise RefusedError(message)
    if told.plain and not is_loopback(host):
        message = "--plain is for a broker on a loopback address only"
        raise RefusedError(message)


def listen(host: str, port: int) -> socket.socket:
    """A socket that takes callers from now on, so that nobody who reads where the pages are is turned away.

    Raises ``RefusedError`` for an address that cannot be had.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        message = (
            f"port {port} of {host} cannot be used ({error.strerror}): another program has it; give another --port"
        )
        raise RefusedError(message) from error
    return listening


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to end; the exit code."""
    told = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s headoffice %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        _check(told)
        listening = listen(told.host, told.port)
        try:
            house = build_house(told)
        except BaseException:
            listening.close()
            raise
    except (RefusedError, DatabaseRefusedError, CertificateError, AcquirersRefusedError, KeyFileError) as error:
        print(f"headoffice: {error}", file=sys.stderr)
        return UNREACHABLE if isinstance(error, DatabaseUnreachableError) else REFUSED
    _serve(house, listening, told.host)
    return 0


def _collect_from_now_on() -> None:
    """What has been made by now stays; records by the thousand are no reason to look through everything again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)


def _serve(house: House, listening: socket.socket, host: str) -> None:
    port = listening.getsockname()[1]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    token = house.services.demo_token
    print(f"head office: {where}/enter/{token}" if token else f"head office: {where}/", flush=True)
    config = uvicorn.Config(
        build_app(house.services),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    _collect_from_now_on()
    house.cashier.start()
    if house.link is not None:
        house.link.start()
    try:
        _Server(config, house.hub).run([listening])
    finally:
        if house.link is not None:
            house.link.stop()
        house.cashier.stop()
        house.database.close()


if __name__ == "__main__":
    raise SystemExit(main())
