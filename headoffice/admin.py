"""``python -m headoffice.admin``: accounts, keys and rare deeds, from the machine that head office runs on.

``create NAME --role ROLE`` makes an account, or gives a known one a new password and lets it in again; it asks for the
password, and ``--password-stdin`` reads it from a pipe. ``role NAME ROLE`` changes what it may, ``disable NAME`` shuts
it out at once, ``list`` tells who there is. ``define-role ROLE RIGHT ...`` makes a role of rights or redefines one,
``forget-role`` takes that back, ``roles`` tells what each may, ``changes`` who changed any of it. ``operator NAME ID``
says which operator of the shop an account is at the lanes, so that its page may act there; without an ID it may only
look. ``key NAME`` makes a key for a program and prints it once. ``shop-key`` prints the key that the kiosks need to
hash cards, phone numbers and badges with, ``gate-key`` the one that exit gates judge codes with. ``free-return
NUMBER`` lets go what a lane that is never heard of again has in hand of the sale with that receipt. ``salvage FILE``
takes in what a dead unit's ``journal.db`` (its ``-wal`` beside it) still holds and says what was new, what was there,
and the first record that is false: exit code 1 if there is one. ``import KIND FILE`` takes in a
retailer's own data, or tells with ``--dry-run`` what it would change: exit code 1 if a row is refused.
``import-template KIND`` prints a file to begin from.
"""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from headoffice.account_tables import AccountChange
from headoffice.accounts import AccountError, Accounts, Standing
from headoffice.database import Database, DatabaseRefusedError, open_database
from headoffice.imports import command
from headoffice.imports.kinds import KINDS
from headoffice.keyed import shop_key
from headoffice.returns.keeper import ReturnKeeper
from headoffice.roles import RIGHTS
from headoffice.salvage import Salvaged, SalvageError, salvage
from kiosk.retail.exit_code import exit_key

__all__ = ["DEFAULT_DATABASE", "main"]

_ROLES: Final = (
    "attendant: looks after lanes. supervisor: a shop's prices and recalls too. manager: everything. fleet: kiosks as"
    " machines, no money, nobody's data. auditor: sees everything, changes nothing."
)
DEFAULT_DATABASE = "sqlite:///headoffice.db"


def main(arguments: Sequence[str] | None = None, ask: Callable[[str], str] = getpass.getpass) -> int:
    """The exit code: 0 when done, 1 for a journal with a false record, 2 when something is wrong: a message says it."""
    told = _parser().parse_args(arguments)
    try:
        database = open_database(told.database)
    except DatabaseRefusedError as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    accounts = Accounts(database, clock=_now, by=getpass.getuser())
    try:
        if told.deed == "salvage":
            return _salvage(database, told.file, stranger=told.stranger)
        if told.deed == "import":
            return command.run(database, told, _now)
        if told.deed == "import-template":
            sys.stdout.write(command.template(KINDS[told.kind]))
        elif told.deed == "free-return":
            lanes = ReturnKeeper(database, clock=_now).let_go(told.number)
            sys.stdout.write("".join(f"let go what {lane} had in hand\n" for lane in lanes) or "nothing to let go\n")
        elif told.deed in ("shop-key", "gate-key"):
            with database.write() as session:
                key = shop_key(session)
            sys.stdout.write((exit_key(key) if told.deed == "gate-key" else key).hex() + "\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in _done(accounts, told, ask))
    except (AccountError, SalvageError) as error:
        sys.stderr.write(f"headoffice: {error}\n")
        return 2
    finally:
        database.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m headoffice.admin", description="Accounts and keys of head office.")
    parser.add_argument("--database", default=DEFAULT_DATABASE, metavar="URL")
    deeds = parser.add_subparsers(dest="deed", required=True)
    create = deeds.add_parser("create", help="an account, or a new password for one", description=_ROLES)
    create.add_argument("name")
    create.add_argument("--role", help="a new account needs one")
    create.add_argument("--password-stdin", action="store_true", help="read the password's line from standard input")
    becomes = deeds.add_parser("role", help="what an account may do", description=_ROLES)
    becomes.add_argument("name")
    becomes.add_argument("role")
    deeds.add_parser("roles", help="every role, and what it may")
    defines = deeds.add_parser("define-role", help="a role of these rights, new or instead of what it was")
    defines.add_argument("role")
    defines.add_argument("rights", nargs="+", metavar="RIGHT", help=", ".join(RIGHTS))
    deeds.add_parser("forget-role", help="a role that was defined here is no more").add_argument("role")
    deeds.add_parser("changes", help="who changed accounts and roles, the newest first")
    deeds.add_parser("disable", help="an account may not enter any more, and is out at once").add_argument("name")
    deeds.add_parser("list", help="every account, its role, and whom it stands for at the lanes")
    deeds.add_parser("key", help="a key for a program, printed once").add_argument("name")
    attends = deeds.add_parser("operator", help="which operator of the shop an account is at the lanes")
    attends.add_argument("name")
    attends.add_argument("operator_id", nargs="?", default="")
    deeds.add_parser("shop-key", help="the key that cards, phone numbers and badges are hashed with")
    deeds.add_parser("gate-key", help="the key that exit gates judge codes with")
    frees = deeds.add_parser("free-return", help="what a lost lane has in hand of a sale may come back elsewhere")
    frees.add_argument("number", help="the number on the receipt")
    command.add_parsers(deeds)
    saves = deeds.add_parser("salvage", help="take in what a dead unit's journal still holds")
    saves.add_argument("file", type=Path, help="its journal.db")
    saves.add_argument("--stranger", action="store_true", help="of a kiosk that head office has never heard of, too")
    return parser


def _salvage(database: Database, file: Path, *, stranger: bool) -> int:
    def progress(done: int, whole: int) -> None:
        sys.stderr.write(f"{done} of {whole} records\n")

    try:
        found = salvage(database, file, clock=_now, progress=progress, stranger=stranger)
    except SQLAlchemyError as error:
        message = f"the database refuses; what was told as done is done, begin again later: {error}"
        raise SalvageError(message) from error
    sys.stdout.writelines(f"{line}\n" for line in _found(found))
    return 0 if found.false is None else 1


def _found(found: Salvaged) -> Iterator[str]:
    """What became of a salvaged journal, in lines for a person."""
    yield f"{found.kiosk}, journal {found.epoch}: {found.new} records new, {found.known} were there already"
    if found.present:
        yield "another journal of this kiosk is its newest and stays so"
    if found.false is not None:
        where = "head office has the true one" if found.false.stored else f"{found.unread} from there on are not taken"
        yield f"the first false record is {found.false.sequence}: {found.false.wrong}; {where}"


def _done(accounts: Accounts, told: argparse.Namespace, ask: Callable[[str], str]) -> Iterator[str]:
    """Do it, and say what is so now."""
    name = told.name.strip().lower() if "name" in told else ""
    match told.deed:
        case "create":
            accounts.create(told.name, _password(ask, from_stdin=told.password_stdin), told.role)
            yield f"account {name} can sign in"
        case "role":
            accounts.becomes(told.name, told.role)
            yield f"account {name} is {told.role}"
        case "disable":
            accounts.disable(told.name)
            yield f"account {name} cannot sign in any more"
        case "operator":
            accounts.attends_as(told.name, told.operator_id)
            yield f"account {name} attends as {told.operator_id or 'nobody'}"
        case "roles":
            yield from (f"{role}\t{' '.join(sorted(rights))}" for role, rights in accounts.roles().items())
        case "define-role":
            accounts.define(told.role, told.rights)
            yield f"role {told.role} may: {' '.join(told.rights)}"
        case "forget-role":
            accounts.forget(told.role)
            yield f"role {told.role} is no longer defined here"
        case "changes":
            yield from map(_change, accounts.changes())
        case "key":
            yield accounts.create_key(told.name)
        case _:
            yield from map(_line, accounts.listed())


def _line(one: Standing) -> str:
    at_lanes = f"at the lanes {one.operator_id}" if one.operator_id else "nobody at the lanes"
    return "\t".join(filter(None, (one.name, one.role, at_lanes, "disabled" if one.disabled_ms else "")))


def _change(one: AccountChange) -> str:
    when = datetime.fromtimestamp(one.utc_ms / 1000, UTC).isoformat(timespec="seconds")
    return f"{when}\t{one.by}\t{one.deed} {one.name}\t{one.before or '-'} > {one.after or '-'}"


def _now() -> int:
    return time.time_ns() // 1_000_000


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
