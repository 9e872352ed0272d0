"""The settings in layers: later wins, strangers are refused by name, and a bad file never stops a kiosk that ran."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jsonschema
import msgspec
import pytest

from kiosk.retail.policy import Policy, TenderType
from kiosk.settings import SettingsError, load, policy_of, schema

ROOT = Path(__file__).parents[2]

LOCAL = """
country = "bd"
shop_key = "00112233445566778899aabbccddeeff"

[identity]
kiosk = "kiosk-7"
store = "dhaka-1"
workstation = "7"

[devices.printer]
category = "printer"
model = "simulated"
"""


def _local(folder: Path, text: str = LOCAL) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _twin(folder: Path, table: object) -> Path:
    path = folder / "data" / "twin.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(table if isinstance(table, str) else json.dumps(table), encoding="utf-8")
    return path


def test_defaults_lie_under_the_country_pack_and_that_under_the_local_file(tmp_path: Path) -> None:
    settings = load(_local(tmp_path)).settings
    assert (settings.time_zone, settings.phone.calling_code) == ("Asia/Dhaka", "880")
    assert (settings.screen.width, settings.identity.kiosk, settings.location) == (1080, "kiosk-7", "dhaka-1")
    assert settings.devices["printer"].model == "simulated"


def test_the_local_file_wins_over_the_twin_and_the_twin_over_the_pack(tmp_path: Path) -> None:
    _twin(tmp_path, {"time_zone": "Asia/Kolkata", "screen": {"width": 800, "height": 600}})
    settings = load(_local(tmp_path, LOCAL + "[screen]\nwidth = 720\n")).settings
    assert (settings.time_zone, settings.screen.width, settings.screen.height) == ("Asia/Kolkata", 720, 600)


def test_the_policy_is_the_packs_under_the_books_under_twin_and_local_file(tmp_path: Path) -> None:
    _twin(tmp_path, {"policy": {"timeouts": {"idle": 5, "warning": 6}, "store_name": {"en": "Twin"}}})
    layers = load(_local(tmp_path, LOCAL + "[policy.timeouts]\nidle = 7\n"))
    bare = policy_of(layers, {})
    assert (bare.currency, bare.receipt_rule, bare.timeouts.idle, bare.timeouts.warning) == ("BDT", "always", 7, 6)
    book = Policy(
        country="BD",
        currency="BDT",
        store_name={"en": "Book", "bn": "বই"},
        store_address={},
        tax_number="9",
        tax_number_label="BIN",
        languages=("bn",),
        tenders=(TenderType("card", "card", {}),),
        receipt_rule="choice",
    )
    seen = policy_of(layers, msgspec.to_builtins(book))
    assert (seen.receipt_rule, seen.tax_number, seen.tenders) == ("choice", "9", book.tenders)
    assert (seen.store_name, seen.timeouts.idle, seen.timeouts.card) == (
        {"en": "Twin", "bn": "বই"},
        7,
        book.timeouts.card,
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LOCAL + "[screen]\nwidht = 1\n", ["kiosk.toml", "widht", "screen"]),
        ("colour = 1\n" + LOCAL, ["kiosk.toml", "colour"]),
        (LOCAL + "[screen]\nwidth = 'wide'\n", ["kiosk.toml", "screen.width"]),
        (LOCAL.replace('"bd"', '"atlantis"'), ["kiosk.toml", "atlantis", "bd, br, de, eu, fr, pt"]),
        (LOCAL.replace('"bd"', '"../../etc/bd"'), ["kiosk.toml", "etc"]),
        (LOCAL + "[policy]\nprize = 1\n", ["kiosk.toml", "prize"]),
        (LOCAL + "[policy.timeouts]\nidel = 1\n", ["kiosk.toml", "timeouts.idel"]),
        (LOCAL + "[policy.timeouts]\nidle = 'long'\n", ["kiosk.toml", "timeouts.idle"]),
        ('time_zone = "Mars/Olympus"\n' + LOCAL, ["kiosk.toml", "Mars/Olympus"]),
        ("this is no toml", ["kiosk.toml", "cannot be read"]),
        (LOCAL.replace('kiosk = "kiosk-7"', 'kiosk = ""'), ["kiosk.toml", "identity.kiosk"]),
        ("country = 'bd'", ["kiosk.toml", "identity"]),
    ],
)
def test_a_bad_first_file_is_refused_with_file_and_key_by_name(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        load(_local(tmp_path, text))
    assert [word for word in told if word not in str(caught.value)] == []


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    _local(tmp_path).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"kiosk\.toml cannot be read"):
        load(tmp_path / "kiosk.toml")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"kiosk\.toml"):
        load(tmp_path / "kiosk.toml")


@pytest.mark.parametrize("bad", ["not toml [", LOCAL + "nonsense = 1", ""])
def test_a_file_spoilt_later_leaves_the_last_good_set_in_force_and_warns_staff(tmp_path: Path, bad: str) -> None:
    good = load(_local(tmp_path))
    layers = load(_local(tmp_path, bad))
    assert layers.settings == good.settings
    assert len(layers.warnings) == 1
    assert "kiosk.toml" in layers.warnings[0]


def test_the_copy_of_the_good_set_is_for_its_owner_alone(tmp_path: Path) -> None:
    load(_local(tmp_path))
    (copy,) = tmp_path.glob("*.last-good.json")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_bad_twin_is_left_out_and_named(tmp_path: Path) -> None:
    _twin(tmp_path, {"screen": {"widht": 1}})
    layers = load(_local(tmp_path))
    assert layers.settings.screen.width == 1080
    assert len(layers.warnings) == 1
    assert "twin.json" in layers.warnings[0]
    assert "widht" in layers.warnings[0]


@pytest.mark.parametrize("bad", ["{", "[]", '{"policy": {"prize": 1}}', '{"policy": {"currency": 5}}'])
def test_a_twin_spoilt_later_is_replaced_by_its_last_good_copy(tmp_path: Path, bad: str) -> None:
    _twin(tmp_path, {"screen": {"width": 800}})
    load(_local(tmp_path))
    _twin(tmp_path, bad)
    layers = load(_local(tmp_path))
    assert layers.settings.screen.width == 800
    assert "last good copy" in layers.warnings[0]


def test_relative_paths_begin_at_the_local_file(tmp_path: Path) -> None:
    layers = load(_local(tmp_path, LOCAL + '[paths]\nrun = "/run/kiosk"\n'))
    assert (layers.data, layers.run) == (tmp_path / "data", Path("/run/kiosk"))


def test_the_published_schema_is_that_of_the_classes() -> None:
    published = json.loads((ROOT / "docs/formats/settings.schema.json").read_text(encoding="utf-8"))
    assert published == schema()


def test_the_published_schema_accepts_a_good_file_and_refuses_a_stranger() -> None:
    good = {"country": "bd", "identity": {"kiosk": "k", "store": "s", "workstation": "1"}}
    jsonschema.validate(good, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**good, "colour": 1}, schema())


@pytest.mark.parametrize("country", ["bd", "br", "eu"])
def test_every_country_pack_serves(tmp_path: Path, country: str) -> None:
    layers = load(_local(tmp_path, LOCAL.replace('"bd"', f'"{country}"')))
    assert policy_of(layers, {}).currency
    assert layers.settings.phone.calling_code
