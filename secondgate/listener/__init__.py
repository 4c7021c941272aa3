"""The RADIUS door: datagrams in, `decide`, datagrams out. No rule lives here."""
