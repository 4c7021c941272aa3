"""Other RADIUS servers, asked by us: over UDP, in time, with retries."""
