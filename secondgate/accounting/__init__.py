"""Sessions, as applications tell of them (RADIUS accounting, RFC 2866)."""
