"""The broker's settings: mosquitto's two files, filled in for one machine."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from string import Template

from provisioning.authority import Credentials
from provisioning.broker.access import access_list

__all__ = ["OFFICES", "write_settings"]

OFFICES = ("headoffice", "headoffice-2")
"""Common names of head office's workers: a session belongs to a certificate, so that two workers need two."""

_PRIVATE = 0o700


def write_settings(
    folder: Path,
    *,
    server: Credentials,
    port: int,
    host: str = "127.0.0.1",
    offices: Sequence[str] = OFFICES,
    revoked: Path | None = None,
) -> Path:
    """Write ``mosquitto.conf`` and its access list to ``folder`` and give the former's path: ``mosquitto -c`` it.

    The broker's own data lies in ``folder/data``. It runs as the user who calls this. ``revoked`` is the authority's
    list of revoked certificates, PEM, read anew at SIGHUP; without one, short lives of certificates are all there is.
    Raises ``OSError``.
    """
    data, access = folder / "data", folder / "access.conf"
    data.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    templates = resources.files(__package__ or "provisioning.broker")
    access.write_text(access_list(offices), encoding="utf-8")
    access.chmod(0o600)
    settings = folder / "mosquitto.conf"
    template = Template((templates / "mosquitto.conf").read_text(encoding="utf-8"))
    filled = template.substitute(
        user=getpass.getuser(),
        data=data,
        access=access,
        port=port,
        host=host,
        authority=server.authority,
        certificate=server.certificate,
        key=server.key,
        revoked=f"crlfile {revoked}" if revoked else "# crlfile: none given",
    )
    settings.write_text(filled, encoding="utf-8")
    return settings
