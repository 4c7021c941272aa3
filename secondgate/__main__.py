"""The command `secondgate`."""

from secondgate.cli.main import main

if __name__ == "__main__":
    main()
