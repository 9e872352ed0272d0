"""Who gets in, who does not, and for how long not."""

from __future__ import annotations

import io

import pytest
from argon2 import PasswordHasher

from headoffice import admin
from headoffice.accounts import LOCK_MINUTES, MAXIMUM_WRONG, AccountError, Accounts, SignIn
from headoffice.database import Database

PASSWORD = "correct horse battery"


class Clock:
    """A clock that stands until it is set."""

    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


def accounts_of(database: Database, clock: Clock) -> Accounts:
    return Accounts(database, clock=clock, hasher=PasswordHasher(time_cost=1, memory_cost=64))


def test_the_right_password_is_welcome_and_names_know_no_case(database: Database) -> None:
    accounts = accounts_of(database, Clock())
    accounts.create("Mita", PASSWORD, "manager")
    assert accounts.sign_in(" MITA ", PASSWORD, "10.0.0.1") is SignIn.WELCOME


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(database: Database) -> None:
    accounts = accounts_of(database, Clock())
    accounts.create("mita", PASSWORD, "manager")
    assert accounts.sign_in("mita", "wrong", "10.0.0.1") is SignIn.WRONG
    assert accounts.sign_in("nobody", "wrong", "10.0.0.1") is SignIn.WRONG


def test_too_many_wrong_passwords_lock_the_name_for_a_while_even_for_the_right_one(database: Database) -> None:
    clock = Clock()
    accounts = accounts_of(database, clock)
    accounts.create("mita", PASSWORD, "manager")
    for attempt in range(MAXIMUM_WRONG):
        assert accounts.sign_in("mita", "wrong", f"10.0.0.{attempt}") is SignIn.WRONG
    assert accounts.sign_in("mita", PASSWORD, "10.0.0.99") is SignIn.LOCKED
    assert accounts_of(database, clock).sign_in("mita", PASSWORD, "10.0.0.99") is SignIn.LOCKED
    clock.now += LOCK_MINUTES * 60_000 + 1
    assert accounts.sign_in("mita", PASSWORD, "10.0.0.99") is SignIn.WELCOME


def test_one_address_that_tries_many_names_is_locked_and_others_are_not(database: Database) -> None:
    accounts = accounts_of(database, Clock())
    accounts.create("mita", PASSWORD, "manager")
    for attempt in range(MAXIMUM_WRONG * 4):
        accounts.sign_in(f"name{attempt}", "wrong", "10.0.0.1")
    assert accounts.sign_in("mita", PASSWORD, "10.0.0.1") is SignIn.LOCKED
    assert accounts.sign_in("mita", PASSWORD, "10.0.0.2") is SignIn.WELCOME


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), ("mita", "short"), ("demo", PASSWORD)])
def test_an_account_without_a_name_or_a_password_of_some_length_is_not_made(
    database: Database, name: str, password: str
) -> None:
    accounts = accounts_of(database, Clock())
    with pytest.raises(AccountError):
        accounts.create(name, password, "manager")
    assert not accounts.exist()


def test_a_key_opens_for_its_program_and_only_its_hash_is_kept(database: Database) -> None:
    accounts = accounts_of(database, Clock())
    key = accounts.create_key("drill")
    assert accounts.key_holder(key) == "drill"
    assert accounts.key_holder(key + "x") is None
    with database.read() as session:
        stored = session.connection().exec_driver_sql("SELECT digest FROM api_key").scalar_one()
    assert key not in stored


def test_the_command_makes_the_first_account_and_refuses_two_passwords_that_differ(
    tmp_path: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    answers = iter([PASSWORD, "another one"])
    assert admin.main(["--database", url, "create", "mita", "--role", "manager"], ask=lambda _: next(answers)) == 2
    assert "differ" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    assert admin.main(["--database", url, "create", "mita", "--role", "manager", "--password-stdin"]) == 0
    assert "mita can sign in" in capsys.readouterr().out
