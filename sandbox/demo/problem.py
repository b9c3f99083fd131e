"""The one error of the demo."""


class Problem(Exception):
    """What went wrong, in words for the person in front of the terminal."""
