"""The door for everyone: what a person may see and do for themselves."""
