"""What ends a run before its time."""


class BenchError(Exception):
    """A server or a tool did not do its part: what happened, and the end of its log."""
