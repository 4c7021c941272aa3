"""The vectors of the RFCs, as data."""
