"""The console's views, one file a noun."""
