"""Where passwords and people live: one file a kind, one line in `registry`."""
