"""The browsers that are signed in."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from secondgate.people.models import User


class Session(AbstractBaseSession):
    """One browser. Whose it is, and from where, stand in columns: people look at them and end them."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    source = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "web_session"

    @classmethod
    def get_session_store_class(cls) -> type:
        """Return what Django reads and writes it with."""
        from secondgate.web.session_store import SessionStore

        return SessionStore


class Organisation(models.Model):
    """Whose server this is: one row. Portal and mails show it; the console changes it."""

    name = models.CharField(max_length=100, default="Secondgate")
    colour = models.CharField(max_length=7, blank=True)  # #rrggbb
    logo = models.BinaryField(default=bytes, blank=True)
    logo_type = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "web_organisation"
