"""What the commands' options take."""

import argparse


def at_least_one(text: str) -> int:
    """Return a whole number from 1. Raises argparse's error."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a whole number from 1")
    return int(text)
