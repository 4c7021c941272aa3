"""A certificate authority of the tests' own, made anew each session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Samba's ports are fixed, so each of them has an address of its own; the certificate names them all.
SAMBA_ADDRESSES = tuple(f"127.0.0.{last}" for last in range(10, 74))
SERVER_NAMES = ("localhost", "dc1.corp.test", "127.0.0.1", *SAMBA_ADDRESSES)

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
Usages = tuple[x509.ObjectIdentifier, ...]
Days = tuple[float, float]  # from now on: from when until when something holds
GOOD, EXPIRED, EARLY = (-2, 30), (-2, -1), (1, 30)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, as files; the key is readable by its owner only."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Ca:
    """The authority. `pem` is the text that clients trust, `server` what servers show."""

    folder: Path
    pem: str
    file: Path
    server: Issued
    _key: ec.EllipticCurvePrivateKey
    _certificate: x509.Certificate

    def issue(
        self, name: str, *subject_names: str, days: Days = GOOD, usages: Usages = (SERVER, CLIENT)
    ) -> Issued:
        """Return a new certificate for a server (and a client) of these names and addresses."""
        path = self.folder / name
        return _issue(path, subject_names, self._key, self._certificate.subject, days=days, usages=usages)

    def itself(self) -> Issued:
        """Return the authority's own certificate and key."""
        issued = Issued(self.file, self.file.with_suffix(".key"))
        issued.key.write_bytes(self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return issued

    def revoke(self, *issued: Issued, days: Days = GOOD) -> bytes:
        """Return a list of revoked certificates, PEM."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder(
            self._certificate.subject, now + timedelta(days[0]), now + timedelta(days[1])
        )
        for one in issued:
            number = x509.load_pem_x509_certificate(one.certificate.read_bytes()).serial_number
            revoked = x509.RevokedCertificateBuilder(number, now)
            builder = builder.add_revoked_certificate(revoked.build())
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM)


def make_ca(folder: Path, name: str = "Test CA") -> Ca:
    """Return a new authority with its files in `folder`, and a certificate for every server here."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(subject, subject, key, GOOD)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, SHA256())
    )
    file = folder / "ca.pem"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    server = _issue(folder / "server", SERVER_NAMES, key, subject, days=GOOD, usages=(SERVER, CLIENT))
    return Ca(folder, file.read_text(), file, server, key, certificate)


def _issue(
    path: Path,
    names: tuple[str, ...],
    ca_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    *,
    days: Days,
    usages: Usages,
) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name(names[0]), issuer, key, days)
        .add_extension(x509.SubjectAlternativeName([_subject_name(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, SHA256())
    )
    issued = Issued(path.with_suffix(".pem"), path.with_suffix(".key"))
    issued.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    issued.key.touch(mode=0o600)
    issued.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return issued


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: Days
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days[0]))
        .not_valid_after(now + timedelta(days[1]))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _subject_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
