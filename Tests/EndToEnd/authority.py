"""Revocation lists and other authorities, made with the key that Scripts/dev-pki leaves beside its certificates."""

import datetime
import pathlib

from certificates import load_ca
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

HOUR = datetime.timedelta(hours=1)


def serial_of(certificate: pathlib.Path) -> int:
    return x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number


def write_list(path: pathlib.Path, pki: pathlib.Path, number: int, revoked=(), *, next_after=24 * HOUR, ca=None):
    """A revocation list of the development authority, put in place as one does it: written beside, then renamed."""
    certificate, key = ca or load_ca(pki)
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(certificate.subject)
        .last_update(now - 48 * HOUR).next_update(now + next_after)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for file in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial_of(file)).revocation_date(now - HOUR).build()
        )
    written = path.with_suffix(".new")
    written.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    written.rename(path)
