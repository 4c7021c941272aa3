"""Clients that are signed in, in each role."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from secondgate.people import accounts
from secondgate.people.models import User
from secondgate.web.session_store import SessionStore

SignedIn = Callable[..., Client]


@pytest.fixture
def signed_in(db: Any) -> SignedIn:
    """Return a function that signs somebody in: `signed_in("helpdesk")`; `client.user` is who.

    `method=""` is a browser that has shown no second factor; `proved` seconds ago it showed one.
    """

    def as_(role: str = "owner", *, login: str = "", method: str = "totp", proved: float = 0) -> Client:
        login = login or role or "somebody"
        user = User.objects.filter(login=login).first() or accounts.create(login, realm="built-in", by="test")
        User.objects.filter(pk=user.pk).update(role=role)
        store = SessionStore()
        store.update({"user": user.pk.hex, "method": method, "proved_at": time.time() - proved})
        store.create()
        client = Client()
        client.cookies["secondgate"] = store.session_key
        client.user = User.objects.get(pk=user.pk)  # type: ignore[attr-defined]
        return client

    return as_
