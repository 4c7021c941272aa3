"""Kinds of second factor: one file each, one line in `registry`."""
