"""Tests of the people and their login names."""
