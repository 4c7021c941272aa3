"""Events: how they are found, and counted."""
