"""The login decision."""
