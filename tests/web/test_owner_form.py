"""A form that comes back with a mistake brings back what was typed, but never a password."""

from urllib.parse import urlsplit

from django.test import Client

from secondgate.setup.owner_link import new_link


def test_a_password_is_never_in_a_page(transactional_db: None) -> None:
    typed = {"name": "Olive Winter", "email": "nowhere", "login": "olive", "password": "quartz-lemon-77-tide"}
    answer = Client().post(urlsplit(new_link()).path, typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert typed["name"] in page
    assert typed["password"] not in page
