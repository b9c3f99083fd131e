"""From two descriptions of tracks to a verdict on whether they are the same recording.

Text is normalised, titles and credits are taken apart, two tracks yield evidence, gates refuse or admit into a tier,
the score ranks what is left, and the verdict names its reason. Nothing does I/O; only parsed text is remembered.
"""

from ..verdicts import Decision, Verdict
from .index import TrackIndex
from .queries import search_queries
from .verdict import match

__all__ = ["Decision", "TrackIndex", "Verdict", "match", "search_queries"]
