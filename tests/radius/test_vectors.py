"""The packets of the RFCs, octet for octet."""

from dataclasses import replace

from secondgate.listener.protocols import read_spoken
from secondgate.radius import attributes as a
from secondgate.radius import chap
from secondgate.radius.hiding import hide, reveal
from secondgate.radius.packet import decode, encode
from secondgate.radius.signing import (
    check_accounting,
    check_request,
    is_reply_to,
    sign_accounting_reply,
    sign_request,
)
from tests.radius.vectors import FOLDER, Exchange, Printed, exchanges

MSCHAP = {"rfc2433_appendix_b_2", "rfc2759_section_9_2"}  # in test_mschap
SECTIONS = sorted(file.stem for file in FOLDER.glob("*.json"))


def test_rfc2865_section_7_1() -> None:
    (exchange,) = exchanges("rfc2865_section_7_1")
    read_and_written_again(exchange)
    hidden_and_revealed(exchange)


def test_rfc2865_section_7_2() -> None:
    (exchange,) = exchanges("rfc2865_section_7_2")
    read_and_written_again(exchange)
    response = exchange.request.packet.first(a.CHAP_PASSWORD) or b""
    password, challenge = (
        (exchange.request.chap_password or "").encode(),
        exchange.request.packet.authenticator,
    )
    assert chap.fits(response, challenge)(password)
    assert not chap.fits(response, challenge)(password + b"x")
    assert chap.respond(response[0], password, challenge) == response


def test_rfc2865_section_7_3() -> None:
    asked, answered = exchanges("rfc2865_section_7_3")
    for exchange in (asked, answered):
        read_and_written_again(exchange)
        hidden_and_revealed(exchange)
    assert asked.reply.packet.first(a.STATE) == answered.request.packet.first(a.STATE)


def test_rfc2866_section_3() -> None:
    (exchange,) = exchanges("rfc2866_section_3")
    read_and_written_again(exchange)
    check_accounting(exchange.request.octets, exchange.request.packet, exchange.secret)


def test_rfc3579_section_3_2() -> None:
    (exchange,) = exchanges("rfc3579_section_3_2")
    read_and_written_again(exchange)
    assert read_spoken(exchange.request.packet, exchange.secret).protocol == "EAP"
    assert check_request(exchange.request.octets, exchange.request.packet, exchange.secret, required=True)


def test_rfc5997_section_6() -> None:
    for section in ("rfc5997_section_6_1", "rfc5997_section_6_2"):
        (exchange,) = exchanges(section)
        read_and_written_again(exchange)
        packet, secret = exchange.request.packet, exchange.secret
        assert check_request(exchange.request.octets, packet, secret, required=True)
        assert sign_request(replace(packet, attributes=[]), secret) == exchange.request.octets


def test_every_vector_file_is_used() -> None:
    used = {name.removeprefix("test_") for name in globals() if name.startswith("test_rfc")} | MSCHAP
    assert {section for section in SECTIONS if not any(section.startswith(one) for one in used)} == set()


def read_and_written_again(exchange: Exchange) -> None:
    """Both packets mean what the RFC says, are written as it prints them, and belong together."""
    request, reply, secret = exchange.request, exchange.reply, exchange.secret
    for printed in (request, reply):
        assert decode(printed.octets) == printed.packet
        assert encode(printed.packet) == printed.octets
    assert is_reply_to(reply.octets, request.packet, secret)
    unsigned = replace(reply.packet, authenticator=request.packet.authenticator)
    assert sign_accounting_reply(unsigned, secret) == reply.octets  # it adds the Response Authenticator only


def hidden_and_revealed(exchange: Exchange) -> None:
    """The password is the RFC's, and hiding it again gives the RFC's octets."""
    request: Printed = exchange.request
    password, hidden = (request.password or "").encode(), request.packet.first(a.USER_PASSWORD) or b""
    assert reveal(hidden, request.packet.authenticator, exchange.secret) == password
    assert hide(password, request.packet.authenticator, exchange.secret) == hidden
