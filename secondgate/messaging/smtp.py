"""A mail server of the company's own, or of its provider: SMTP (RFC 5321)."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.utils import formataddr
from functools import cached_property
from typing import Final, Literal

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from secondgate.messaging.provider import Message, MessagingError
from secondgate.vault.setting import setting

Security = Literal["starttls", "tls", "none"]

WORDS_MOST: Final = 200  # characters of the server's own words that are shown


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """A mail server."""

    host: str = setting("Its name, as its certificate has it.")
    sender: str = setting("The address that mails come from.")
    port: int = setting("587 for STARTTLS, 465 for TLS, 25 for neither.", default=587)
    security: Security = setting("How the way there is protected.", default="starttls")
    user: str = setting("Who signs in there; empty where nobody needs to.", default="")
    password: str = setting("Their password.", default="", secret=True)
    ca: str = setting("Who signed its certificate, if that is the company itself.", default="", file=True)


class Backend(EmailBackend):
    """Django's, with the company's own authority where there is one."""

    ca = ""

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """Trust what was set, and nothing else; or what the system trusts."""
        return ssl.create_default_context(cadata=self.ca or None)


class Smtp:
    """Mail by SMTP."""

    name = "smtp"
    title = "Mail server (SMTP)"
    settings = SmtpSettings

    def send(self, settings: SmtpSettings, message: Message, *, timeout: float) -> str:
        """Hand a message to the server; STARTTLS, where it is set, is never left out silently."""
        backend = Backend(
            host=settings.host, port=settings.port, username=settings.user, password=settings.password,
            use_tls=settings.security == "starttls", use_ssl=settings.security == "tls",
            timeout=timeout,
        )  # fmt: skip
        backend.ca = settings.ca
        mail = EmailMultiAlternatives(
            message.subject, message.text, formataddr((message.sender, settings.sender)), [message.to],
            headers={"Auto-Submitted": "auto-generated"},  # RFC 3834: no answer by a machine
            connection=backend,
        )  # fmt: skip
        mail.attach_alternative(message.html, "text/html")
        try:
            mail.send()
        except (OSError, smtplib.SMTPException, ValueError) as cause:
            raise _explained(settings, cause) from cause
        return f"{settings.host} took the mail for {message.to}."


def _explained(settings: SmtpSettings, cause: Exception) -> MessagingError:
    """Return what went wrong, why, and what to do."""
    place = f"{settings.host}, port {settings.port}"
    match cause:
        case smtplib.SMTPAuthenticationError():
            return MessagingError(
                f"{settings.host} refused user and password: {_words(cause)}",
                remedy="Type the password again. Many providers want a password made for applications.",
                permanent=True,
            )
        case smtplib.SMTPNotSupportedError() if settings.user and "AUTH" in str(cause):
            return MessagingError(
                f"{settings.host} takes no sign-in on this connection.",
                remedy="Servers often take one only by TLS or STARTTLS; else leave the user empty.",
                permanent=True,
            )
        case smtplib.SMTPNotSupportedError():
            return MessagingError(
                f"{place} offers no STARTTLS.",
                remedy="Take TLS with port 465, or ask who runs the server.",
                permanent=True,
            )
        case smtplib.SMTPRecipientsRefused():
            code, words = next(iter(cause.recipients.values()))
            return MessagingError(
                f"{settings.host} does not take mail for this address: {_text(code, words)}",
                remedy="Check the address. A server that does not relay wants a user and a password.",
                permanent=code >= 500,
            )
        case smtplib.SMTPSenderRefused():
            return MessagingError(
                f"{settings.host} does not take mail from {settings.sender}: {_words(cause)}",
                remedy="Name a sender that this user may write as.",
                permanent=cause.smtp_code >= 500,
            )
        case smtplib.SMTPResponseException():
            return MessagingError(
                f"{settings.host} did not take the mail: {_words(cause)}",
                remedy="Its own words say why; its log says more.",
                permanent=cause.smtp_code >= 500,
            )
        case ssl.SSLCertVerificationError():
            return MessagingError(
                f"The certificate of {place} is not to be trusted: {cause.verify_message}.",
                remedy="Use the name that stands in it, or give the authority that signed it.",
                permanent=True,
            )
        case ssl.SSLError():
            return MessagingError(
                f"{place} does not speak TLS from the first octet.",
                remedy="Port 587 usually wants STARTTLS; TLS is usually at 465.",
                permanent=True,
            )
        case socket.gaierror():
            return MessagingError(
                f"No address is known for {settings.host}.",
                remedy="Check how it is written, and this machine's DNS.",
                permanent=False,
            )
        case ConnectionRefusedError():
            return MessagingError(
                f"Nothing listens at {place}.",
                remedy="Most servers listen at 587 (STARTTLS) or 465 (TLS).",
                permanent=False,
            )
        case _ if isinstance(cause.__context__, TimeoutError) or isinstance(cause, TimeoutError):
            return MessagingError(
                f"{place} did not answer in time.",
                remedy="A firewall may be between; at port 465 choose TLS, not STARTTLS.",
                permanent=False,
            )
        case ValueError():
            return MessagingError(
                "An address in this mail cannot be one.",
                remedy="Check the sender and the person's address.",
                permanent=True,
            )
        case _:
            return MessagingError(
                f"{place} ended the conversation: {cause}",
                remedy="At port 465 choose TLS, at 587 STARTTLS; the server's log says more.",
                permanent=False,
            )


def _words(cause: smtplib.SMTPResponseException) -> str:
    return _text(cause.smtp_code, cause.smtp_error)


def _text(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())[:WORDS_MOST]}"
