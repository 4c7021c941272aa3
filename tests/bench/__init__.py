"""The measuring."""
