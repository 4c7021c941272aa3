"""Clients that are signed in, as the console's tests have them."""

from tests.console.conftest import signed_in

__all__ = ["signed_in"]
