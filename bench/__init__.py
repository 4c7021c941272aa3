"""Secondgate beside FreeRADIUS and the least that Python can do, measured in one run."""
