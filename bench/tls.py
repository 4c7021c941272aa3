"""RadSec in a measurement: one certificate that both sides show and trust, and what each is told of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.child import run

PORT: Final = 3  # above RADIUS; one and two above are accounting and the web

# Few, and each busy: a proxy in front of many clients has one, a client of its own one each.
CONNECTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Files:
    """Two PEM files."""

    certificate: Path
    key: Path


def make(folder: Path) -> Files:
    """Return a certificate that has signed itself, made in a folder of its own. Raises BenchError."""
    folder.mkdir(mode=0o700)
    files = Files(folder / "certificate.pem", folder / "key.pem")
    run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-subj", "/CN=bench", "-days", "2", "-keyout", files.key, "-out", files.certificate,
    )  # fmt: skip
    return files


def server(files: Files, port: int) -> dict[str, str]:
    """Return Secondgate's settings."""
    return {
        "SECONDGATE_RADSEC": f"127.0.0.1:{port}",
        "SECONDGATE_RADSEC_CERTIFICATE": str(files.certificate),
        "SECONDGATE_RADSEC_KEY": str(files.key),
        "SECONDGATE_RADSEC_CA": str(files.certificate),
    }


def client(files: Files) -> list[str]:
    """Return radload's options; behind TLS everybody's secret is the same (RFC 6614 section 2.3)."""
    shown = f"{files.certificate},{files.key},{files.certificate}"
    return ["--tls", shown, "--secret", "radsec", "--ports", str(CONNECTIONS)]
