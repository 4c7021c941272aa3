"""The login decision: `decide` is the one page to read first."""
