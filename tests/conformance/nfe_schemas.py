"""The tax authorities' own XML schemas judge every kind of message that the NFC-e driver sends.

The schemas come with nfelib, of which nothing else is used. ``python -m tests.conformance.nfe_schemas`` prints the
verdicts; ``judge`` gives them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.far_ends.fiscal.sefaz_nfce import Sefaz
from hal.fiscal.sefaz_nfce import Driver
from tests.support.nfe import faults_of, sale
from tests.support.rigs import opened
from tests.support.rigs.fiscal.sefaz_nfce import sefaz_and_driver
from tests.support.waiting import wait_until_async

__all__ = ["judge"]

_SCHEMAS: Final[Mapping[str, tuple[str, str]]] = {
    "NFeStatusServico4": ("nfe", "consStatServ_v4.00.xsd"),
    "NFeAutorizacao4": ("nfe", "enviNFe_v4.00.xsd"),
    "NFeRetAutorizacao4": ("nfe", "consReciNFe_v4.00.xsd"),
    "NFeConsultaProtocolo4": ("nfe", "consSitNFe_v4.00.xsd"),
    "NFeInutilizacao4": ("nfe", "inutNFe_v4.00.xsd"),
    "NFeRecepcaoEvento4": ("nfe_evento_cancel", "envEventoCancNFe_v1.00.xsd"),
}
_SALES: Final = 4
"""How many sales the day below has."""


def judge() -> Iterator[tuple[str, str, str]]:
    """Let the driver use every service, with both QR codes, and hold each message against its schema."""
    for csc in (True, False):
        heard = asyncio.run(_day(csc=csc))
        for service, (package, schema) in _SCHEMAS.items():
            messages = [message for each, message in heard if each == service]
            faults = [fault for message in messages for fault in faults_of(message, schema, service=package)]
            verdict = f"passed, {len(messages)} messages" if messages and not faults else f"failed: {faults[:1]}"
            yield "fiscal/sefaz_nfce", f"{service}, QR code {2 if csc else 3}: {schema}", verdict


async def _day(*, csc: bool) -> list[tuple[str, bytes]]:
    """Sales authorised, one by receipt, one in contingency; a cancellation; numbers declared void."""
    with tempfile.TemporaryDirectory() as folder:
        async with sefaz_and_driver(Path(folder), csc=csc) as (sefaz, driver):
            await opened(driver)
            await _sell(sefaz, driver)
            await sefaz.unplug()
            await driver.sign(sale("offline"))
            await sefaz.plug()
            await wait_until_async(lambda: len(sefaz.documents) == _SALES, what="every sale at SEFAZ")
            return list(sefaz.heard)


async def _sell(sefaz: Sefaz, driver: Driver) -> None:
    await driver.sign(sale("plain", customer_tax_id="12345678909"))
    await sefaz.fault(kind="receipt")
    await driver.sign(sale("received"))
    await sefaz.fault(kind="none")
    await driver.cancel("plain", "o cliente desistiu da compra")
    await driver.skip("1", 7, 9, "numeros pulados pelo caixa")
    await sefaz.refuse(code=204)  # "it is there already": the driver asks for it by its key
    await driver.sign(sale("doubled"))
    await sefaz.refuse(code=0)


if __name__ == "__main__":
    for verdict in judge():
        print(*verdict, sep="\t")  # noqa: T201  what a program is for
    sys.exit(0)
