"""A small certificate authority for demonstrations, tests and benches: P-256 keys, short-lived certificates.

What it makes has the shape of what production has (mutual TLS, the kiosk's name as the certificate's common name), so
the broker and the kiosk run here as they run in a shop. Production's authority is the fleet's enrolment service.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from messages.topics import check_name

__all__ = ["Authority", "Credentials"]

_LIFETIME = timedelta(days=7)
_BACKDATED = timedelta(hours=1)
"""A neighbour's clock may be a little behind."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files of one party, PEM: whom to trust, its own certificate, its own key (readable by its owner alone)."""

    authority: Path
    certificate: Path
    key: Path


class Authority:
    """An authority whose key lies in ``folder`` as ``ca.key`` beside ``ca.crt``."""

    def __init__(self, folder: Path, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.folder = folder
        self._certificate = certificate
        self._key = key

    @property
    def certificate(self) -> Path:
        """The authority's certificate: what everybody trusts."""
        return self.folder / "ca.crt"

    @classmethod
    def open(cls, folder: Path, *, lifetime: timedelta = timedelta(days=30)) -> Authority:
        """The authority in ``folder``; made anew where there is none, or none that lives as long as what it signs."""
        try:
            kept = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
            key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), password=None)
        except (OSError, ValueError):
            return cls._make(folder, lifetime)
        lasts = kept.not_valid_after_utc > datetime.now(UTC) + _LIFETIME
        if not lasts or not isinstance(key, ec.EllipticCurvePrivateKey):
            return cls._make(folder, lifetime)
        return cls(folder, kept, key)

    @classmethod
    def _make(cls, folder: Path, lifetime: timedelta) -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Self-checkout demonstration authority")
        usage = _usage(signs_certificates=True)
        certificate = (
            _builder(name, name, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, hashes.SHA256())
        )
        _write(folder / "ca.key", _pem(key), 0o600)
        _write(folder / "ca.crt", certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        return cls(folder, certificate, key)

    def server(self, name: str, hosts: Sequence[str], *, lifetime: timedelta = _LIFETIME) -> Credentials:
        """A server's certificate, good for ``hosts`` (names or addresses)."""
        alternatives = x509.SubjectAlternativeName([_host(host) for host in hosts])
        return self._issue(name, ExtendedKeyUsageOID.SERVER_AUTH, lifetime, alternatives)

    def client(self, name: str, *, lifetime: timedelta = _LIFETIME) -> Credentials:
        """A client's certificate: ``name`` is its common name, by which the broker knows it.

        Raises ``MessageError`` for a name that may not stand in a topic.
        """
        return self._issue(check_name(name), ExtendedKeyUsageOID.CLIENT_AUTH, lifetime, None)

    def _issue(
        self,
        name: str,
        purpose: x509.ObjectIdentifier,
        lifetime: timedelta,
        alternatives: x509.SubjectAlternativeName | None,
    ) -> Credentials:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            _builder(_name(name), self._certificate.subject, key.public_key(), lifetime)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(issuer, critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        made = Credentials(self.certificate, self.folder / f"{name}.crt", self.folder / f"{name}.key")
        _write(made.key, _pem(key), 0o600)
        _write(made.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        return made


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + lifetime)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    """Written aside and renamed, so that nobody ever reads half a key."""
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    aside.replace(path)
