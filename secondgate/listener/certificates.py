"""What RadSec shows and trusts: certificate, key and the clients' CA, read anew when the files change."""

import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ALPN: Final = ["radius/1.1", "radius/1.0"]  # RFC 9765 section 3.2; a client without ALPN speaks 1.0


class CertificateError(Exception):
    """The files make no TLS server: a sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """Three PEM files. `ca` signs the clients' certificates: whoever has none of it does not get in."""

    certificate: Path
    key: Path
    ca: Path

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Return what changes when one of the files does. Raises CertificateError."""
        return tuple((found.st_mtime_ns, found.st_ino) for found in map(_stat, self._files))

    def context(self) -> ssl.SSLContext:
        """Return what TLS servers are made with. Raises CertificateError."""
        self.stamp()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 9325 section 3.1.1
        context.verify_mode = ssl.CERT_REQUIRED
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
        return context

    @property
    def _files(self) -> tuple[Path, Path, Path]:
        return self.certificate, self.key, self.ca


def _stat(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError as cause:
        raise CertificateError(f"{file} cannot be read: {cause.strerror}.") from cause


def _reason(cause: Exception) -> str:
    return (
        str(getattr(cause, "reason", "") or getattr(cause, "strerror", "") or cause).lower().replace("_", " ")
    )
