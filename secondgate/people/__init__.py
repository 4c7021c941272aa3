"""Users, the names that find them, and the groups that they are in."""
