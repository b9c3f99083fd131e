"""From two descriptions of tracks to a verdict on whether they are the same recording.

Text is normalised, titles and credits are taken apart, two tracks yield evidence, gates refuse or admit into a tier,
the score ranks what is left, and the verdict names its reason. Nothing does I/O; only parsed text is remembered.
"""

from .index import TrackIndex
from .queries import search_queries
from .verdict import Outcome, Verdict, match

__all__ = ["Outcome", "TrackIndex", "Verdict", "match", "search_queries"]
