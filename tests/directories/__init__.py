"""Tests of the directories, against the real ones."""
