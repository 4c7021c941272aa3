"""Tell Django of the room."""

from django.apps import AppConfig


class Config(AppConfig):
    """The room's name in Django."""

    name = "secondgate.accounting"
    label = "accounting"
