"""`python -m palace`."""

from palace.cli import main

if __name__ == "__main__":
    main()
