"""Certificates as ICP-Brasil issues them, of a test authority: a shop's A1 (PKCS#12), SEFAZ's own.

Sources: DOC-ICP-04 (the CNPJ in an otherName, object identifier 2.16.76.1.3.3, inside the subject alternative name) and
Manual de Orientação do Contribuinte 7.0, section 4.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

__all__ = ["NAME", "PASSWORD", "Papers", "make_papers"]

NAME = "nfce.sefaz.bench"
"""What the far end's certificate is made out to."""
PASSWORD = "a password for the bench only"  # noqa: S105  it protects nothing
_CNPJ_OID = x509.ObjectIdentifier("2.16.76.1.3.3")
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Papers:
    """Files: the test authority's root, SEFAZ's certificate and key, the shop's PKCS#12 with the password beside it."""

    root: Path
    server: Path
    server_key: Path
    pkcs12: Path
    password_file: Path

    @property
    def password(self) -> str:
        """What opens the PKCS#12."""
        return PASSWORD


def make_papers(folder: Path, cnpj: str, *, days: int = 365) -> Papers:
    """What is in ``folder``, made now if it is not there yet. The shop's ends in ``days`` (below 0: ended)."""
    names = ("authority.pem", "sefaz.pem", "sefaz.key", "shop.p12", "shop.password")
    papers = Papers(*(folder / each for each in names))
    if papers.password_file.exists():
        return papers
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key, shop_key = (rsa.generate_private_key(public_exponent=65_537, key_size=2_048) for _ in range(3))
    root = _certificate("AC Bancada", "AC Bancada", root_key, root_key, days=3_650)
    server = _certificate(NAME, "AC Bancada", key, root_key, days=3_650, names=[x509.DNSName(NAME), _LOOPBACK])
    number = x509.OtherName(_CNPJ_OID, b"\x04" + bytes([len(cnpj)]) + cnpj.encode())
    shop = _certificate(f"MERCADO DA BANCADA LTDA:{cnpj}", "AC Bancada", shop_key, root_key, days=days, names=[number])
    private = serialization.PrivateFormat.PKCS8
    papers.root.write_bytes(root.public_bytes(_PEM))
    papers.server.write_bytes(server.public_bytes(_PEM))
    papers.server_key.write_bytes(key.private_bytes(_PEM, private, serialization.NoEncryption()))
    sealing = serialization.BestAvailableEncryption(PASSWORD.encode())
    papers.pkcs12.write_bytes(pkcs12.serialize_key_and_certificates(b"shop", shop_key, shop, [root], sealing))
    papers.password_file.write_text(PASSWORD, encoding="utf-8")
    return papers


_LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def _certificate(
    subject: str,
    issuer: str,
    key: rsa.RSAPrivateKey,
    signer: rsa.RSAPrivateKey,
    *,
    days: int,
    names: list[x509.GeneralName] | None = None,
) -> x509.Certificate:
    now, is_authority = datetime.now(UTC), subject == issuer
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "BR")
    who, by = (x509.Name([country, x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (subject, issuer))
    builder = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if is_authority:
        usage = dict.fromkeys(_USAGES, False) | {"key_cert_sign": True, "crl_sign": True}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    return builder.sign(signer, hashes.SHA256())


_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
