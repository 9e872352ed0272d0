"""Who a far end on HTTPS is: a test authority's root, a certificate of its own, and a terminal's shared passphrase."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

__all__ = ["PASSPHRASE", "Credentials", "make_credentials"]

PASSPHRASE = "a passphrase for the bench only"  # noqa: S105  it protects nothing
_POI_ID = "Bench-000000007"
_DOMAIN = "test.terminal.adyen.com"


class Credentials:
    """Files in a folder: the test authority's certificate, the terminal's own, the passphrase."""

    def __init__(self, folder: Path, poi_id: str, domain: str) -> None:
        self.poi_id = poi_id
        self.name = f"{poi_id}.{domain}"
        self.ca, self.certificate, self.key = (folder / each for each in ("ca.pem", "terminal.pem", "terminal.key"))
        self.passphrase = folder / "passphrase"


def make_credentials(folder: Path, poi_id: str = _POI_ID, domain: str = _DOMAIN) -> Credentials:
    """What is in ``folder``, made now if it is not there yet."""
    found = Credentials(folder, poi_id, domain)
    if found.passphrase.exists():
        return found
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _certificate("Bench terminal authority", "Bench terminal authority", authority_key, authority_key)
    own = _certificate(found.name, "Bench terminal authority", key, authority_key)
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    found.ca.write_bytes(authority.public_bytes(pem))
    found.certificate.write_bytes(own.public_bytes(pem))
    found.key.write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()))
    found.passphrase.write_text(PASSPHRASE, encoding="utf-8")
    return found


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.now(UTC)
    is_authority = subject == issuer
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (subject, issuer)]
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    signs = {"digital_signature": True, "key_cert_sign": is_authority, "crl_sign": is_authority}
    builder = x509.CertificateBuilder(
        subject_name=names[0],
        issuer_name=names[1],
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=3650),
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage, **signs), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    of_signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = builder.add_extension(of_signer, critical=False)
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
    return builder.sign(signer, hashes.SHA256())
