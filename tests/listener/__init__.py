"""Tests of the RADIUS door."""
