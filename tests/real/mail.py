"""A real SMTP server on a port of its own, which keeps what it takes, and can be unwell."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from queue import SimpleQueue
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.real.ca import Issued

USER, PASSWORD = "mailer", "mailer's secret"


@dataclass
class Post:
    """What the server took. `answer` is what it says to each mail; `answers` come first."""

    port: int = 0
    answer: str = "250 Taken"
    answers: list[str] = field(default_factory=list)
    refused_recipient: str = ""
    mails: list[EmailMessage] = field(default_factory=list)

    _arrived: SimpleQueue[EmailMessage] = field(default_factory=SimpleQueue)

    def next_mail(self) -> EmailMessage:
        """Return the next mail, once it has come."""
        return self._arrived.get(timeout=20)

    async def handle_RCPT(  # noqa: N802  aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take a recipient, or refuse it."""
        if self.refused_recipient:
            return self.refused_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep a mail, or refuse it."""
        answer = self.answers.pop(0) if self.answers else self.answer
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self._arrived.put(self.mails[-1])
        return answer


def _check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, shown: Any) -> AuthResult:
    right = isinstance(shown, LoginPassword) and (shown.login, shown.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(security: str, certificate: Issued | None = None, *, asks: bool = True) -> Iterator[Post]:
    """Run a server: `security` is "tls", "starttls" or "none"; `asks` for user and password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        post = Post(free.getsockname()[1])
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
    kwargs: dict[str, Any] = {
        "authenticator": _check,
        "auth_required": asks,
        "auth_require_tls": security == "starttls",
    }
    if security == "starttls":
        kwargs |= {"tls_context": context, "require_starttls": True}
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=post.port,
        ssl_context=context if security == "tls" else None,
        **kwargs,
    )
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
