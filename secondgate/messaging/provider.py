"""What a provider is: it is handed a message and carries it, or says in words why not.

MessagingError        it was not carried
    permanent=True    and will not be the next time either: a wrong password, an unknown recipient
    permanent=False   but may be the next time: a timeout, a server that is busy
"""

from dataclasses import dataclass
from typing import Any, Protocol


class MessagingError(Exception):
    """A message was not carried. `remedy` says what to do."""

    def __init__(self, says: str, *, remedy: str = "", permanent: bool) -> None:
        super().__init__(says)
        self.remedy = remedy
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Message:
    """A mail to one person: as text, and the same as simple HTML. `sender` is who it says it is from."""

    to: str
    subject: str
    text: str
    html: str
    sender: str


class Kind(Protocol):
    """One kind of provider. `settings` is a frozen dataclass, its fields made by `setting()`."""

    name: str
    title: str
    settings: type[Any]

    def send(self, settings: Any, message: Message, *, timeout: float) -> str:
        """Return, in a sentence, who took the message. No wait takes longer than `timeout` seconds.

        Raises MessagingError.
        """
        ...
