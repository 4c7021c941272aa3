"""Carriers of messages: one file each, one line in `registry`."""
