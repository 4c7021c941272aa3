"""Secondgate: a self-hosted MFA server."""

__version__ = "0.1.0"
