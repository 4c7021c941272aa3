"""Secrets at rest: one key file, one table, one way to seal and to open."""
