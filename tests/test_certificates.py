"""RadSec's files: what they are good for, until when, and what is wrong with them in a sentence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import VERIFY_CRL_CHECK_LEAF

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from secondgate.certificates import CertificateError, Certificates, Span
from tests.real.ca import EARLY, EXPIRED, Ca, Issued, make_ca

NOW = datetime.now(UTC)
NEVER = NOW.timestamp() + 1


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Ca:
    return make_ca(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def client(ca: Ca) -> Issued:
    return ca.issue("client", "client.test")


def files(ca: Ca, folder: Path, crl: bytes | None = None) -> Certificates:
    """Return the files of an authority, and a list of revoked certificates in the folder."""
    if crl is None:
        return Certificates(ca.server.certificate, ca.server.key, ca.file)
    (folder / "crl.pem").write_bytes(crl)
    return Certificates(ca.server.certificate, ca.server.key, ca.file, folder / "crl.pem")


def der(issued: Issued) -> bytes:
    read = x509.load_pem_x509_certificate(issued.certificate.read_bytes())
    return read.public_bytes(Encoding.DER)


def test_without_a_list_nobody_is_revoked(ca: Ca, client: Issued, tmp_path: Path) -> None:
    trust = files(ca, tmp_path).read()
    assert not trust.context.verify_flags & VERIFY_CRL_CHECK_LEAF
    assert trust.refusal(der(client), NEVER, NOW) == ""
    assert [span.what for span in trust.spans] == ["The server's certificate", "The clients' CA"]


def test_who_is_in_the_list_is_revoked_and_nobody_else(ca: Ca, client: Issued, tmp_path: Path) -> None:
    trust = files(ca, tmp_path, ca.revoke(client)).read()
    assert trust.context.verify_flags & VERIFY_CRL_CHECK_LEAF
    assert trust.refusal(der(client), NEVER, NOW) == "Its certificate is revoked."
    assert trust.refusal(der(ca.server), NEVER, NOW) == ""
    assert files(ca, tmp_path, ca.revoke()).read().refusal(der(client), NEVER, NOW) == ""


def test_a_number_of_another_ca_is_another_certificate(ca: Ca, client: Issued, tmp_path: Path) -> None:
    trust = files(ca, tmp_path, ca.revoke(client)).read()
    assert trust.revoked is not None
    ((_issuer, number),) = trust.revoked
    others = replace(trust, revoked=frozenset({(b"another CA", number)}))
    assert others.refusal(der(client), NEVER, NOW) == ""


def test_a_certificate_ends_while_its_client_is_connected(ca: Ca, client: Issued, tmp_path: Path) -> None:
    trust = files(ca, tmp_path).read()
    assert trust.refusal(der(client), NOW.timestamp(), NOW) == "Its certificate has expired."


def test_what_cannot_be_looked_up_does_not_get_in(ca: Ca, tmp_path: Path) -> None:
    trust = files(ca, tmp_path, ca.revoke()).read()
    assert trust.refusal(b"no DER", NEVER, NOW) == "The number of its certificate cannot be read."


def test_of_one_ca_the_newest_list_counts(ca: Ca, client: Issued, tmp_path: Path) -> None:
    both = files(ca, tmp_path, ca.revoke(days=EXPIRED) + ca.revoke(client)).read()
    assert both.fault(NOW) == ""
    assert both.refusal(der(client), NEVER, NOW) == "Its certificate is revoked."


def test_of_several_cas_the_list_that_ends_first_counts(ca: Ca, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_ca(tmp_path / "other", "Other CA")
    trust = files(ca, tmp_path, ca.revoke() + other.revoke(days=EXPIRED)).read()
    assert trust.fault(NOW).startswith("The list of revoked certificates in ")


@pytest.mark.parametrize(
    ("days", "says"), [(EXPIRED, "has ended at 2"), (EARLY, "begins at 2")], ids=["expired", "early"]
)
def test_what_does_not_hold_is_one_sentence(
    ca: Ca, tmp_path: Path, days: tuple[float, float], says: str
) -> None:
    server = ca.issue(f"server-{days[0]}", "localhost", days=days)
    for wrong, what, then in (
        (
            Certificates(server.certificate, server.key, ca.file),
            "The server's certificate",
            "clients do not take it",
        ),
        (
            files(ca, tmp_path, ca.revoke(days=days)),
            "The list of revoked certificates",
            "no client gets in",
        ),
        (
            Certificates(ca.server.certificate, ca.server.key, server.certificate),
            "The clients' CA",
            "no client gets in",
        ),
    ):
        fault = wrong.read().fault(NOW)
        assert fault.startswith(f"{what} in /")
        assert f" {says}" in fault and fault.endswith(f": {then}.")
        assert fault.count(".pem") == 1 and "\n" not in fault


def test_an_old_ca_beside_its_new_one_is_no_fault(ca: Ca, tmp_path: Path) -> None:
    old = ca.issue("old-ca", "Old CA", days=EXPIRED)
    (tmp_path / "ca.pem").write_bytes(old.certificate.read_bytes() + ca.file.read_bytes())
    (tmp_path / "chain.pem").write_bytes(ca.server.certificate.read_bytes() + old.certificate.read_bytes())
    trust = Certificates(tmp_path / "chain.pem", ca.server.key, tmp_path / "ca.pem").read()
    assert trust.fault(NOW) == ""


@pytest.mark.parametrize(
    ("days", "tells_from"),
    [(90, 83), (28, 21), (4, 3), (1, 0.75)],
)
def test_the_end_is_told_a_week_before_or_in_the_last_quarter(days: float, tells_from: float) -> None:
    span = Span("It", Path("it.pem"), NOW, NOW + timedelta(days), "nothing works")
    assert not span.ends_soon(NOW + timedelta(tells_from, seconds=-1))
    assert span.ends_soon(NOW + timedelta(tells_from))
    assert (span.fault(NOW + timedelta(days, seconds=-1)), bool(span.fault(NOW + timedelta(days)))) == (
        "",
        True,
    )


def test_a_list_that_is_none_is_one_sentence(ca: Ca, client: Issued, tmp_path: Path) -> None:
    good = ca.revoke(client)
    bad = {
        b"": "has no list of revoked certificates in PEM; `openssl crl -inform DER` makes PEM of DER.",
        x509.load_pem_x509_crl(good).public_bytes(Encoding.DER): "has no list of revoked certificates in PEM",
        ca.file.read_bytes(): "has no list of revoked certificates in PEM",
        good.replace(b"CRL-----\nMI", b"CRL-----\nAA", 1): "a list of revoked certificates that is damaged.",
        good + ca.server.certificate.read_bytes(): "has certificates, too, and they would be trusted: take them out.",
    }  # fmt: skip
    for content, says in bad.items():
        with pytest.raises(CertificateError) as caught:
            files(ca, tmp_path, content).read()
        assert str(caught.value).startswith(f"{tmp_path / 'crl.pem'} has ")
        assert says in str(caught.value)
    (tmp_path / "crl.pem").unlink()
    with pytest.raises(CertificateError, match=r"crl\.pem cannot be read: No such file or directory\.$"):
        Certificates(ca.server.certificate, ca.server.key, ca.file, tmp_path / "crl.pem").read()


def test_a_new_list_changes_the_stamp(ca: Ca, client: Issued, tmp_path: Path) -> None:
    before = files(ca, tmp_path, ca.revoke()).stamp()
    (tmp_path / "new.pem").write_bytes(ca.revoke(client))
    (tmp_path / "new.pem").replace(tmp_path / "crl.pem")
    assert Certificates(ca.server.certificate, ca.server.key, ca.file, tmp_path / "crl.pem").stamp() != before
