"""How the Qobuz stand-in searches: an inverted index of words, and a ranking that is not always right."""

from collections.abc import Iterable, Mapping
from math import log
import re
import unicodedata
from zlib import crc32

WORD = re.compile(r"\w+")
APOSTROPHES = re.compile(r"['\u2019\u02bc`]")
TAGS = {"#bymainartist": "artist", "#byperformer": "artist", "#byreleasename": "release"}
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"})
COVERAGE = 0.25
"""How much a title that says nothing but the query's words is worth, where all of the query is worth 1."""


def words(text: str) -> list[str]:
    """Split a text into words without case and diacritics."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def indexed_words(text: str) -> set[str]:
    """Give the words a text is found by: `don't` by `don` and `t`, and by `dont`."""
    return set(words(text)) | set(words(APOSTROPHES.sub("", text)))


class Index[K: (int, str)]:
    """Documents found by the words of their fields; `title` is a field of each."""

    def __init__(self, documents: Mapping[K, Mapping[str, str]]) -> None:
        """Index all documents, once; `documents` has the text of each field."""
        self._postings: dict[str, dict[K, set[str]]] = {}
        self._titles: dict[K, frozenset[str]] = {
            key: frozenset(words(fields["title"])) for key, fields in documents.items()
        }
        self._popularity: dict[K, float] = {key: crc32(str(key).encode()) / 2**32 for key in documents}
        for key, fields in documents.items():
            for field, text in fields.items():
                for word in indexed_words(text):
                    self._postings.setdefault(word, {}).setdefault(key, set()).add(field)

    def search(self, query: str, noise: float, every_word: bool) -> list[K]:
        """Give the documents with at least half of the query's words (or every one), best first.

        A query in double quotes wants every word; a tag such as `#ByMainArtist` wants them in one field.
        `noise` is how much a document's popularity counts, where having all of the words counts 1.
        """
        fields = {TAGS[tag] for tag in query.casefold().split() if tag in TAGS}
        text = " ".join(part for part in query.split() if not part.startswith("#"))
        wanted = list(dict.fromkeys(words(text)))
        every_word = every_word or (len(text) > 1 and text[0] == text[-1] == '"')
        needed = len(wanted) if every_word or len(wanted) < 3 else (len(wanted) + 1) // 2
        weights = {word: self._weight(word) for word in wanted}
        counts: dict[K, int] = {}
        scores: dict[K, float] = {}
        for word, weight in weights.items():
            for key, where in self._postings.get(word, {}).items():
                if not fields or fields & where:
                    counts[key] = counts.get(key, 0) + 1
                    scores[key] = scores.get(key, 0.0) + weight
        whole = sum(weights.values())
        found = [
            (scores[key] / whole + COVERAGE * self._coverage(key, weights) + noise * self._popularity[key], key)
            for key, count in counts.items()
            if count >= needed
        ]
        return [key for _, key in sorted(found, key=lambda hit: (-hit[0], hit[1]))]

    def _weight(self, word: str) -> float:
        """Tell how much a word says: the rarer, the more."""
        return log(2 + len(self._titles) / (1 + len(self._postings.get(word, {}))))

    def _coverage(self, key: K, wanted: Iterable[str]) -> float:
        """Tell how much of a document's title the query has."""
        title = self._titles[key]
        return len(title.intersection(wanted)) / len(title) if title else 0.0
