"""What RadSec shows and trusts: certificate, key, the clients' CA and who is revoked, in PEM files."""

import os
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography import x509

ALPN: Final = ["radius/1.1", "radius/1.0"]  # RFC 9765 section 3.2; a client without ALPN speaks 1.0
SOON: Final = timedelta(days=7)  # how long before its end one is told of it; of what is short, a quarter
CRL: Final = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)
NEVER: Final = datetime.max.replace(tzinfo=UTC)
NOBODY: Final = "no client gets in"
RENEW: Final = "Put a newer file in its place: it is taken within ten seconds."

Number = tuple[bytes, int]  # of a certificate: who issued it, and its serial number


class CertificateError(Exception):
    """The files make no TLS server: a sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when something in a file holds; `otherwise` is what happens before and after."""

    what: str
    file: Path
    begins: datetime
    ends: datetime
    otherwise: str

    @property
    def shuts_out(self) -> bool:
        """Tell whether no client gets in while it does not hold."""
        return self.otherwise == NOBODY

    def fault(self, now: datetime) -> str:
        """Return why it does not hold, in a sentence; "" while it does."""
        if now >= self.ends:
            return f"{self.what} in {self.file} has ended at {_minute(self.ends)}: {self.otherwise}."
        if now < self.begins:
            return f"{self.what} in {self.file} begins at {_minute(self.begins)} only: {self.otherwise}."
        return ""

    def ends_soon(self, now: datetime) -> bool:
        """Tell whether somebody should see to it."""
        return now >= self.ends - min(SOON, (self.ends - self.begins) / 4)

    def __str__(self) -> str:
        return f"{self.what} holds until {_minute(self.ends)}"


@dataclass(frozen=True, slots=True)
class Trust:
    """What the files said when they were read."""

    context: ssl.SSLContext
    spans: tuple[Span, ...]
    revoked: frozenset[Number] | None  # None: nobody asks

    def fault(self, now: datetime) -> str:
        """Return why no client gets in, or none wants to, in a sentence; "" while all is well."""
        return next((fault for span in self.spans if (fault := span.fault(now))), "")

    def shut(self, now: datetime) -> str:
        """Return why no client gets in, in a sentence; "" while they do.

        OpenSSL looks at it in each handshake, but for a session that is resumed: that verifies nothing.
        """
        shutting = (span for span in self.spans if span.shuts_out)
        return next((fault for span in shutting if (fault := span.fault(now))), "")

    def refusal(self, certificate: bytes, ends: float, now: datetime) -> str:
        """Return why a client's certificate (DER) does not hold any more, "" while it does.

        `ends` is its end in Unix time.
        """
        if now.timestamp() >= ends:
            return "Its certificate has expired."
        if self.revoked is None:
            return ""
        try:
            is_revoked = _number(certificate) in self.revoked
        except ValueError:  # OpenSSL could read it; what nobody can look up does not get in
            return "The number of its certificate cannot be read."
        return "Its certificate is revoked." if is_revoked else ""


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files. `ca` signs the clients' certificates: whoever has none of it does not get in.

    `crl`, where there is one, lists those that are revoked: then each CA that signs clients must have a list
    in it, and one that has ended refuses everybody.
    """

    certificate: Path
    key: Path
    ca: Path
    crl: Path | None = None

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Return what changes when one of the files does. Raises CertificateError."""
        return tuple((found.st_mtime_ns, found.st_ino) for found in map(_stat, self._files))

    def read(self) -> Trust:
        """Return what TLS servers are made with, and until when. Raises CertificateError."""
        self.stamp()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 9325 section 3.1.1
        context.verify_mode = ssl.CERT_REQUIRED
        # A session that is resumed does not look at the certificate again: it may be revoked by now. Without
        # tickets TLS 1.2 can still resume by the session's number, which nothing here can switch off: the
        # listener looks at those.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (ssl.SSLError, OSError) as cause:
            raise CertificateError(
                f"{self.certificate} and {self.key} are no certificate and its key: {_reason(cause)}."
            ) from cause
        try:
            context.load_verify_locations(self.ca)
        except (ssl.SSLError, OSError) as cause:
            raise CertificateError(f"{self.ca} has no certificate of a CA: {_reason(cause)}.") from cause
        context.set_alpn_protocols(ALPN)
        spans = list(self._spans())
        if self.crl is None:
            return Trust(context, tuple(spans), None)
        lists = _read_lists(self.crl)
        _have_looked_at(context, self.crl)
        if lists.ends:
            what = "The list of revoked certificates"
            spans.append(Span(what, self.crl, lists.begins, lists.ends, NOBODY))
        return Trust(context, tuple(spans), lists.revoked)

    def _spans(self) -> Iterator[Span]:
        for begins, ends in _dates(self.certificate)[:1]:  # its chain may carry roots of old
            yield Span("The server's certificate", self.certificate, begins, ends, "clients do not take it")
        if dates := _dates(self.ca):  # one that was renewed may stand beside the one of old
            begins, ends = max(dates, key=lambda one: one[1])
            yield Span("The clients' CA", self.ca, begins, ends, NOBODY)

    @property
    def _files(self) -> tuple[Path, ...]:
        files = self.certificate, self.key, self.ca
        return (*files, self.crl) if self.crl else files


@dataclass(frozen=True, slots=True)
class Lists:
    """What a file of CRLs says. `ends` is None where none of them ever does."""

    revoked: frozenset[Number]
    begins: datetime
    ends: datetime | None


def _read_lists(file: Path) -> Lists:
    """Return what the lists say; of one CA the newest counts, of several the one that ends first."""
    revoked: set[Number] = set()
    newest: dict[bytes, tuple[datetime, datetime]] = {}
    try:
        found = [x509.load_pem_x509_crl(one) for one in CRL.findall(file.read_bytes())]
        for one in found:
            issuer = one.issuer.public_bytes()
            revoked |= {(issuer, entry.serial_number) for entry in one}
            span = one.next_update_utc or NEVER, one.last_update_utc
            newest[issuer] = max(span, newest.get(issuer, span))
    except OSError as cause:
        raise CertificateError(f"{file} cannot be read: {cause.strerror}.") from cause
    except ValueError as cause:
        raise CertificateError(f"{file} has a list of revoked certificates that is damaged.") from cause
    if not found:
        raise CertificateError(
            f"{file} has no list of revoked certificates in PEM; `openssl crl -inform DER` makes PEM of DER."
        )
    ends, begins = min(newest.values())
    return Lists(frozenset(revoked), begins, None if ends == NEVER else ends)


def _have_looked_at(context: ssl.SSLContext, file: Path) -> None:
    """Have OpenSSL refuse the certificates that the lists in a file name. Raises CertificateError."""
    before = context.cert_store_stats()["x509"]
    try:
        context.load_verify_locations(file)
    except (ssl.SSLError, OSError) as cause:
        raise CertificateError(f"{file} has no list of revoked certificates: {_reason(cause)}.") from cause
    if context.cert_store_stats()["x509"] != before:
        raise CertificateError(f"{file} has certificates, too, and they would be trusted: take them out.")
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF


@lru_cache(1024)  # all that are connected are looked at again and again
def _number(certificate: bytes) -> Number:
    """Return the number of a certificate in DER. Raises ValueError."""
    read = x509.load_der_x509_certificate(certificate)
    return read.issuer.public_bytes(), read.serial_number


def _dates(file: Path) -> list[tuple[datetime, datetime]]:
    """Return from when until when each certificate of a file holds; none where only OpenSSL can read it."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
        return [(one.not_valid_before_utc, one.not_valid_after_utc) for one in found]
    except (OSError, ValueError):
        return []


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _stat(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError as cause:
        raise CertificateError(f"{file} cannot be read: {cause.strerror}.") from cause


def _reason(cause: Exception) -> str:
    return (
        str(getattr(cause, "reason", "") or getattr(cause, "strerror", "") or cause).lower().replace("_", " ")
    )
