"""Configuration as code, and what an operator does to an installation as a whole."""
