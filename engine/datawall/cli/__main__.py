"""Run the command line as `python -m datawall.cli`."""

from datawall.cli import main

if __name__ == "__main__":
    main()
