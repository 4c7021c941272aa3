"""Django's database sessions, with the user in a column: SESSION_ENGINE names this module."""

from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from secondgate.web.models import Session


class SessionStore(DatabaseStore):
    """A session as a row of `web.Session`."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Return the table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row; a session that is written again keeps when it began."""
        row = cast(Session, super().create_model_instance(data))
        row.user_id = data.get("user")
        row.source, row.agent = data.get("source", ""), data.get("agent", "")
        row.created_at = Session.objects.filter(pk=row.pk).values_list("created_at", flat=True).first() or (
            timezone.now()
        )
        row.seen_at = timezone.now()
        return row
