"""The console's forms, one file a noun."""
