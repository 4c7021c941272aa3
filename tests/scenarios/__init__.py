"""Whole logins over the wire: the command, the server and RADIUS clients as their users run them."""
