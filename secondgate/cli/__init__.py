"""The command line: one file a command. Exit codes: 0 done, 1 failed, 2 wrong usage."""
