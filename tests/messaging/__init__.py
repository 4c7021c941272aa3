"""Carriers of messages against real servers."""
