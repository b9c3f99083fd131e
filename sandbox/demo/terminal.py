"""What the person in front of the terminal is told."""

import sys


def say(text: str, end: str = "\n") -> None:
    """Tell the person in front of the terminal."""
    sys.stdout.write(f"{text}{end}")
    sys.stdout.flush()


def show_progress(text: str) -> None:
    """Write a line over the last one, where there is a terminal."""
    if sys.stdout.isatty():
        say(f"\r\033[K  {text}", end="\r")
