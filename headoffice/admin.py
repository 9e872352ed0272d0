"""``python -m headoffice.admin``: accounts and keys, from the machine that head office runs on.

``create NAME`` makes an account (or gives a known one a new password) and asks for the password; ``--password-stdin``
reads it from a pipe. ``key NAME`` makes a key for a program and prints it once. ``shop-key`` prints the key that the
kiosks need to hash cards, phone numbers and badges with. ``operator NAME ID`` says which operator of the shop an
account is at the lanes, so that its page may act there; without an ID it may only look.
``gate-key`` prints the key that exit gates judge codes with.
"""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Sequence

from headoffice.accounts import AccountError, Accounts
from headoffice.database import DatabaseRefusedError, open_database
from headoffice.keyed import shop_key
from kiosk.retail.exit_code import exit_key

__all__ = ["DEFAULT_DATABASE", "main"]

DEFAULT_DATABASE = "sqlite:///headoffice.db"


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = getpass.getpass) -> int:
    """The exit code: 0 when done, 2 when something is wrong that the message names."""
    parser = argparse.ArgumentParser(prog="python -m headoffice.admin", description="Accounts and keys of head office.")
    parser.add_argument("--database", default=DEFAULT_DATABASE, metavar="URL")
    deeds = parser.add_subparsers(dest="deed", required=True)
    create = deeds.add_parser("create", help="an account, or a new password for one")
    create.add_argument("name")
    create.add_argument("--password-stdin", action="store_true", help="read the password's line from standard input")
    deeds.add_parser("key", help="a key for a program, printed once").add_argument("name")
    attends = deeds.add_parser("operator", help="which operator of the shop an account is at the lanes")
    attends.add_argument("name")
    attends.add_argument("operator_id", nargs="?", default="")
    deeds.add_parser("shop-key", help="the key that cards, phone numbers and badges are hashed with")
    deeds.add_parser("gate-key", help="the key that exit gates judge codes with")
    told = parser.parse_args(arguments)
    try:
        database = open_database(told.database)
    except DatabaseRefusedError as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    accounts = Accounts(database, clock=lambda: time.time_ns() // 1_000_000)
    try:
        if told.deed == "create":
            accounts.create(told.name, _password(ask, from_stdin=told.password_stdin))
            sys.stdout.write(f"account {told.name.strip().lower()} can sign in\n")
        elif told.deed == "operator":
            accounts.attends_as(told.name, told.operator_id)
            sys.stdout.write(f"account {told.name.strip().lower()} attends as {told.operator_id or 'nobody'}\n")
        elif told.deed == "key":
            sys.stdout.write(accounts.create_key(told.name) + "\n")
        else:
            with database.write() as session:
                key = shop_key(session)
            sys.stdout.write((exit_key(key) if told.deed == "gate-key" else key).hex() + "\n")
    except AccountError as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    finally:
        database.close()
    return 0


def _password(ask: Callable[[str], str], *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = ask("Password: ")
    if password != ask("Again: "):
        message = "the two passwords differ"
        raise AccountError(message)
    return password


if __name__ == "__main__":
    raise SystemExit(main())
