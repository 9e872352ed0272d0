"""The issuer's A1 certificate (PKCS#12), and XML signatures as SEFAZ demands them.

Manual de Orientação do Contribuinte 7.0, section 4.3: enveloped, canonical XML 1.0, RSA with SHA-1, the certificate in
``X509Data`` and nothing else, no prefixes, no line breaks. SHA-1 is SEFAZ's demand: signxml would not choose it, so it
is told to.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner
from signxml.util import namespaces

__all__ = ["Certificate", "Element", "load_certificate", "sign"]

Element = etree._Element  # noqa: SLF001  lxml gives its elements' class no other name
_DSIG = f"{{{namespaces.ds}}}"
_CNPJ = re.compile(rb"[0-9A-Z]{12}[0-9]{2}")
_ICP_BRASIL_CNPJ = bytes.fromhex("0605604c010303")
"""The object identifier 2.16.76.1.3.3 in DER: the CNPJ in an ICP-Brasil certificate's subject alternative name."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """``identity``: certificate, chain and key in PEM, as TLS takes them. ``cnpj``: empty where it names none."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate
    identity: bytes = field(repr=False)
    cnpj: str

    @property
    def expires(self) -> datetime:
        """Its last moment, in UTC."""
        return self.certificate.not_valid_after_utc

    def sign_text(self, text: str) -> str:
        """RSA with SHA-1 over a text, in base64: the signature in a QR code of version 3."""
        return base64.b64encode(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA1())).decode()  # noqa: S303


def load_certificate(data: bytes, password: str) -> Certificate:
    """A PKCS#12 file's content. Raises ``ValueError``, in words for staff, for anything else."""
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, password.encode())
    except ValueError as error:
        text = "the certificate file cannot be opened; check that it is PKCS#12 (A1) and its password"
        raise ValueError(text) from error
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        text = "the certificate file holds no RSA key with its certificate"
        raise ValueError(text)
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    parts = [each.public_bytes(pem) for each in (certificate, *chain)]
    parts.append(key.private_bytes(pem, private, serialization.NoEncryption()))
    return Certificate(key, certificate, b"".join(parts), _cnpj_of(certificate))


def _cnpj_of(certificate: x509.Certificate) -> str:
    """The CNPJ an ICP-Brasil certificate is made out to: in its own field, else after the colon of its name."""
    whole = certificate.public_bytes(serialization.Encoding.DER)
    at = whole.find(_ICP_BRASIL_CNPJ)
    found = _CNPJ.search(whole[at : at + 40]) if at >= 0 else None
    if found is not None:
        return found.group().decode()
    named = re.search(r":([0-9A-Z]{12}[0-9]{2})(?:,|$)", certificate.subject.rfc4514_string())
    return named.group(1) if named else ""


class _Signer(XMLSigner):
    def check_deprecated_methods(self) -> None:
        """Let SHA-1 pass: SEFAZ verifies no other."""


def sign(root: Element, identifier: str, certificate: Certificate) -> Element:
    """``root`` with a ``Signature`` at its end over the element whose ``Id`` is ``identifier``."""
    signer = _Signer(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA1,
        digest_algorithm=DigestAlgorithm.SHA1,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    signer.namespaces = {None: namespaces.ds}  # type: ignore[dict-item]  # lxml's own way to say "no prefix"
    signed = signer.sign(root, key=certificate.key, cert=[certificate.certificate], reference_uri=f"#{identifier}")
    for each in signed.iter(f"{_DSIG}X509Certificate", f"{_DSIG}SignatureValue"):
        each.text = "".join((each.text or "").split())
    return signed
