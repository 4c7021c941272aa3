"""The console's pages, without a browser: what they answer, and to whom."""
