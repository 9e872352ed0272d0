"""``--bench CATEGORY=MODEL:PORT``: the same suite on a real device, instead of on the rigs.

``pytest tests/conformance --bench scale=toledo_8217:/dev/serial/by-id/usb-…`` and, for more settings of the driver,
``--bench printer=escpos:192.0.2.9,dots=384``. With ``-s`` it asks whoever stands there to scan, to weigh, to pull the
cable; without, the tests that need a hand are left out and say so.
"""

from __future__ import annotations

import pytest

from tests.conformance.metal import Bench, BenchError, read_bench
from tests.support.rigs import every


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--bench", metavar="CATEGORY=MODEL:PORT", help="run the suite on this device")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks ``which`` every rig, or the one device on the bench."""
    if "which" not in metafunc.fixturenames:
        return
    bench = _bench(metafunc.config)
    found = sorted(every()) if bench is None else [(bench.category, bench.model)]
    metafunc.parametrize("which", found, ids="/".join)


@pytest.fixture
def make(which: tuple[str, str], request: pytest.FixtureRequest) -> object:
    """What makes the rig of ``which``."""
    bench = _bench(request.config)
    if bench is None:
        return every()[which]
    by_hand = request.config.getoption("capture") == "no"
    return bench.rig(by_hand=by_hand)


def _bench(config: pytest.Config) -> Bench | None:
    written = config.getoption("--bench")
    if not written:
        return None
    try:
        return read_bench(written)
    except BenchError as error:
        raise pytest.UsageError(str(error)) from error
