"""What console and portal share: the design's parts, forms, sessions, and the browser's way to a login."""
