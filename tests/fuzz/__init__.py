"""Tests with octets that nobody would send."""
