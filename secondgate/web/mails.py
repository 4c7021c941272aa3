"""Mails to people: as text, and the same as simple HTML. Nothing in them is fetched from anywhere."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from secondgate.messaging.provider import Message
from secondgate.web.branding import organisation


def letter(to: str, subject: str, paragraphs: Sequence[str], *, link: str = "", leads: str = "") -> Message:
    """Return a mail of plain paragraphs; behind the first stands `link`, which `leads` somewhere."""
    sender = organisation()
    context = {
        "subject": subject,
        "first": paragraphs[0],
        "rest": paragraphs[1:],
        "link": link,
        "leads": leads,
        "organisation": sender,
    }
    text = render_to_string("mails/letter.txt", context)
    html = render_to_string("mails/letter.html", context)
    return Message(to=to, subject=" ".join(subject.split()), text=text, html=html, sender=sender.name)
