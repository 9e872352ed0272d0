"""``make cases``: what passes passes for a reason, and what is planted wrong fails."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from itertools import accumulate
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tools import barcode_cases, promotion_cases, tax_cases
from tools.case_verdict import Reason, Verdict
from tools.cases import judge_file, run
from tools.report import Report

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "retail" / "cases"
FILE = FOLDER / "tax_cases.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
BARCODE_FILE = FOLDER / "barcode_cases.json"
BARCODES: list[dict[str, Any]] = json.loads(BARCODE_FILE.read_text(encoding="utf-8"))["cases"]
WHOLE = list(accumulate(CASES, lambda earlier, case: tax_cases.whole(case, earlier)))
VERDICTS = {verdict.case_id: verdict for verdict in judge_file(FILE)}
SCHEMA = json.loads((ROOT / "docs" / "formats" / "tax-case.schema.json").read_text(encoding="utf-8"))

BARCODE_SCHEMA = json.loads((ROOT / "docs" / "formats" / "barcode-case.schema.json").read_text(encoding="utf-8"))


def test_no_case_fails_and_few_do_not_apply() -> None:
    outcomes = Counter(verdict.outcome for verdict in VERDICTS.values())

    assert outcomes == {"passed": 64, "not_applicable": 9}


@pytest.mark.parametrize(("file", "schema"), [(FILE, SCHEMA), (BARCODE_FILE, BARCODE_SCHEMA)])
def test_the_files_follow_the_published_schemas(file: Path, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), schema)


def test_the_schema_refuses_an_input_that_no_reader_reads() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"cases": [{**CASES[0], "input": {"moon": "full"}}]}, SCHEMA)


def wrong(value: object) -> Iterator[object]:
    """The expected value with each of its leaves wrong in turn."""
    match value:
        case bool():
            yield not value
        case dict():
            for key in value:
                yield from ({**value, key: other} for other in wrong(value[key]))
        case list():
            yield ["0.07" for _ in value]
        case int():
            yield value + 1
        case None:
            yield 999
        case _:
            yield f"1{value}"


@pytest.mark.parametrize("number", [n for n, case in enumerate(CASES) if VERDICTS[case["id"]].outcome == "passed"])
def test_a_case_that_passes_fails_when_any_of_its_expectations_is_wrong(number: int) -> None:
    case = CASES[number]
    earlier = WHOLE[number - 1] if number else None

    for expected in wrong(case["expected"]):
        assert tax_cases.judge({**case, "expected": expected}, earlier).outcome == "failed", expected


def judged(case_input: dict[str, Any], **more: Any) -> Verdict:  # noqa: ANN401 - a case is JSON
    return tax_cases.judge({"id": "X", "source": "", "expected": {"tax": "1.00"}, "input": case_input, **more})


BASKET: dict[str, Any] = {
    "lines": [{"unit_price": "5.00", "qty": 1, "vat_percent": 25}],
    "prices_include_tax": True,
}


@pytest.mark.parametrize(
    ("case_input", "more", "reason"),
    [
        ({**BASKET, "weather": "rain"}, {}, Reason.UNKNOWN_INPUT),
        ({**BASKET, "rounding": "by moon"}, {}, Reason.UNKNOWN_INPUT),
        (BASKET, {"note": "round-then-multiply"}, Reason.UNIT_ROUNDING),
        ({"total": "1", "step": "1", "method": "HALF-EVEN"}, {}, Reason.CASH_METHOD),
        ({"items": [{"vProd": "1.00", "vMoon": "1.00"}]}, {}, Reason.UNKNOWN_INPUT),
        ({**BASKET, "promotion": "a balloon for every child"}, {}, Reason.PROMOTION),
        ({**BASKET, "allocate": "by colour"}, {}, Reason.UNKNOWN_INPUT),
        (BASKET, {"expected": {"mood": "good"}}, Reason.UNKNOWN_EXPECTATION),
        (BASKET, {"note": "rates not re-checked"}, Reason.UNSURE_SOURCE),
        ({"lines": [{"unit_price": "5.001", "qty": 1, "vat_percent": 25}]}, {}, Reason.FINER_PRICE),
        ({"same_as": "previous"}, {}, Reason.UNKNOWN_INPUT),
    ],
)
def test_what_is_not_understood_does_not_apply(
    case_input: dict[str, Any], more: dict[str, Any], reason: Reason
) -> None:
    assert judged(BASKET).outcome == "passed"
    assert judged(case_input, **more).reason is reason


@pytest.mark.parametrize(
    ("group", "data", "expected", "outcome"),
    [
        ("GS1 check digit", "629104150021", {"check_digit": 3}, "passed"),
        ("GS1 check digit", "629104150021", {"check_digit": 4}, "failed"),
        ("UPC", "425261", {"valid": True}, "passed"),
        ("UPC", "425261", {"valid": False}, "failed"),
        ("element string lint", "(01)95012345678902", {"result": "bad GTIN check digit"}, "passed"),
        ("variable measure EAN-13, region se", "2188060112340", {"price": "123.4"}, "passed"),
        ("variable measure EAN-13, region zz", "2311111112345", {"weight": "1.234"}, "not_applicable"),
        ("restricted circulation without measure", "2001111111119", {"usage": "geo", "measure": None}, "passed"),
        ("EAN-8 check", "871111256", {"valid": False}, "passed"),
        ("two patterns, sequence swapped", "2212345610259", {"base_code": "2212300000002"}, "passed"),
        ("Brazil scale label, CCCCCCCPPPPPX", "1234567001500", {"code": "1234567", "weight": "0.150"}, "passed"),
        ("UPC-A type 2: 2 IIIII PPPPP C", "212345003992", {"item": "12345", "price": "3.99"}, "passed"),
        ("North American coupon AI 8110", "", {"result": "ok"}, "failed"),
        ("North American coupon AI 8110", "0123456", {"result": "truncated offer code"}, "passed"),
        ("North American coupon AI 8110", "0123456", {"result": "truncated company prefix"}, "failed"),
        ("positive offer file AI 8112", "001234561234560123456", {"result": "ok", "funder": "123456"}, "passed"),
        ("AI date", "17270200", {"date": "2027-02-28"}, "passed"),
        ("association rule", "(01)95012345678903(37)12", {"result": "01 and 37 may not be together"}, "passed"),
        ("association rule", "(01)95012345678903(10)A", {"result": "ok"}, "passed"),
        ("variable measure GTIN-14, region de", "02511119000129", {"count": "12"}, "passed"),
        ("EAN-8 pattern ........", "12345670", {"value": "0", "base_code": "12345670", "valid": True}, "passed"),
        ("EAN-8 pattern ........", "12345678", {"error": "wrong checksum"}, "passed"),
        ("EAN-8 pattern 66{NN}....", "16012344", {"error": "no rule matches"}, "passed"),
        ("EAN-8 pattern 66{NN}....", "16012344", {"error": "wrong checksum"}, "passed"),
        ("EAN-8 pattern 66{NN}....", "66012340", {"error": "no rule matches"}, "failed"),
        ("EAN-8 pattern 66{NN}....", "16012349", {"error": "no rule matches"}, "passed"),
        ("EAN-8 pattern {NNNNNNNN}", "02003405", {"value": "2003405", "base_code": "00000000"}, "passed"),
        ("tarot cards", "1", {"result": "death"}, "not_applicable"),
    ],
)
def test_barcodes_are_judged_by_what_their_group_asks(
    group: str, data: str, expected: dict[str, Any], outcome: str
) -> None:
    case = {"id": "X", "group": group, "data": data, "expected": expected}

    assert barcode_cases.judge(case).outcome == outcome


@pytest.mark.parametrize("case", BARCODES, ids=lambda case: str(case["id"]))
def test_a_barcode_that_passes_fails_when_any_of_its_expectations_is_wrong(case: dict[str, Any]) -> None:
    verdict = barcode_cases.judge(case)
    if case["group"] == "unknown region":
        assert verdict.reason is Reason.ANOTHER_LIBRARY
        return

    assert verdict.outcome == "passed", verdict.detail
    for expected in wrong(case["expected"]):
        assert barcode_cases.judge({**case, "expected": expected}).outcome == "failed", expected


def ran(folder: Path, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    report = Report("cases", folder=tmp_path / "reports")
    run(folder, report)
    code = report.close()
    return code, json.loads((tmp_path / "reports" / "cases.json").read_text(encoding="utf-8"))


def test_the_command_counts_and_closes_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, report = ran(FOLDER, tmp_path)

    assert code == 0
    assert report["figures"] == {"passed": 263, "failed": 0, "not_applicable": 11}
    assert capsys.readouterr().out.splitlines()[-1] == "cases: passed=263 failed=0 not_applicable=11"


@pytest.mark.parametrize("content", ["{", "[]", '{"cases": [{"id": "T1"}]}', '{"cases": ["T1"]}', None])
def test_a_file_or_case_that_cannot_be_read_is_a_failure(content: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    if content is not None:
        (folder / "tax_cases.json").write_text(content, encoding="utf-8")

    assert ran(folder, tmp_path)[0] == 1


def test_one_failed_case_fails_the_command(tmp_path: Path) -> None:
    case = deepcopy(CASES[0])
    case["expected"]["tax"] = "3.29"
    (tmp_path / "tax_cases.json").write_text(json.dumps({"cases": [case]}), encoding="utf-8")

    code, report = ran(tmp_path, tmp_path)

    assert (code, report["figures"]["failed"]) == (1, 1)


PROMOTIONS = FOLDER / "promotion_cases.json"
PROMOTION_CASES: list[dict[str, Any]] = json.loads(PROMOTIONS.read_text(encoding="utf-8"), parse_float=str)["cases"]
PROMOTION_VERDICTS = judge_file(PROMOTIONS)
PASSED_PROMOTIONS = [
    case
    for case, verdict in zip(PROMOTION_CASES, PROMOTION_VERDICTS, strict=True)
    if verdict.outcome == "passed" and "total" in case["expected"]
]
PROMOTION_SCHEMA = json.loads((ROOT / "docs" / "formats" / "promotion-case.schema.json").read_text(encoding="utf-8"))


def test_no_promotion_case_fails_and_few_do_not_apply() -> None:
    verdicts = PROMOTION_VERDICTS

    assert [verdict.case_id for verdict in verdicts if verdict.outcome == "failed"] == []
    reasons = Counter(verdict.reason for verdict in verdicts if verdict.outcome == "not_applicable")
    assert reasons == {Reason.ANOTHER_ENGINE: 1}


def test_the_promotion_cases_follow_their_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(PROMOTION_SCHEMA)
    jsonschema.validate(json.loads(PROMOTIONS.read_text(encoding="utf-8")), PROMOTION_SCHEMA)


@pytest.mark.parametrize("case", PASSED_PROMOTIONS[::4])
def test_a_promotion_case_fails_when_what_it_expects_is_wrong(case: dict[str, Any]) -> None:
    assert promotion_cases.judge({**case, "expected": {"total": "12345.67"}}).outcome == "failed"


@pytest.mark.parametrize(
    "change",
    [
        {"policy": "by the moon"},
        {"promotions": [{"type": "percent_off_each", "percent": 10, "weather": "rain"}]},
        {"promotions": [{"type": "a balloon"}]},
        {"basket": [{"sku": "A", "qty": "0.5"}]},
        {"mood": "good"},
    ],
)
def test_a_promotion_in_words_that_are_not_read_does_not_apply(change: dict[str, Any]) -> None:
    assert promotion_cases.judge({**PROMOTION_CASES[0], **change}).outcome == "not_applicable"


# --- cases of our own, each with the arithmetic behind it ---------------------------------------------------------

OWN = ROOT / "tests" / "retail" / "cases_own"
OWN_FILES = sorted(OWN.glob("*.json"))
OWN_CASES = [
    (path.name.partition("_")[0], case)
    for path in OWN_FILES
    for case in json.loads(path.read_text(encoding="utf-8"), parse_float=str)["cases"]
]
JUDGES = {"tax": tax_cases.judge, "barcode": barcode_cases.judge, "promotion": promotion_cases.judge}


def test_every_case_of_our_own_is_judged_and_passes() -> None:
    verdicts = [verdict for path in OWN_FILES for verdict in judge_file(path)]

    assert len(verdicts) > 100
    assert [verdict for verdict in verdicts if verdict.outcome != "passed"] == []


@pytest.mark.parametrize("path", OWN_FILES, ids=lambda path: path.name)
def test_our_own_files_follow_the_published_schemas_and_say_where_each_number_is_from(path: Path) -> None:
    schema = ROOT / "docs" / "formats" / f"{path.name.partition('_')[0]}-case.schema.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))

    assert document["count"] == len(document["cases"]) == len({case["id"] for case in document["cases"]})
    assert all(
        case["source"] and (case.get("note") or path.name != "promotion_cases.json") for case in document["cases"]
    )


@pytest.mark.parametrize(
    ("room", "case"), OWN_CASES, ids=lambda told: str(told["id"]) if isinstance(told, dict) else ""
)
def test_a_case_of_our_own_fails_when_any_of_its_expectations_is_wrong(room: str, case: dict[str, Any]) -> None:
    for expected in wrong(case["expected"]):
        assert JUDGES[room]({**case, "expected": expected}).outcome == "failed", expected


def test_a_case_that_builds_on_one_that_is_not_there_does_not_apply(tmp_path: Path) -> None:
    other = {**CASES[0], "group": "another"}
    built = {"id": "T2", "group": "a tour", "source": "", "input": {"same_as": "previous"}, "expected": {"tax": "1"}}
    (tmp_path / "tax_cases.json").write_text(json.dumps({"cases": [other, built]}), encoding="utf-8")

    assert [verdict.reason for verdict in judge_file(tmp_path / "tax_cases.json")][1] is Reason.UNKNOWN_INPUT


@pytest.mark.parametrize(
    "promotion",
    [
        {"type": "percent_off_each", "percent": 10, "coupon": "X", "code": "X"},
        {"type": "meal_deal", "price": "5.00", "one": ["A"], "two": ["B"]},
        {"type": "meal_deal", "price": "5.00"},
    ],
)
def test_a_promotion_that_says_a_thing_twice_or_not_at_all_does_not_apply(promotion: dict[str, Any]) -> None:
    case = {**PROMOTION_CASES[0], "promotions": [promotion]}

    assert promotion_cases.judge(case).reason is Reason.UNKNOWN_INPUT


def test_amounts_of_a_currency_without_two_digits_do_not_apply() -> None:
    assert promotion_cases.judge({**PROMOTION_CASES[0], "currency": "JPY"}).reason is Reason.UNKNOWN_INPUT
