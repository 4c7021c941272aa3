"""The real programs that tests talk to, each started once a session and only when asked for."""
