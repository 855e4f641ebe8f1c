"""Search in the texts of all hazards at once: any part of any word, two Chinese characters included.

All texts stand in one block of bytes that the machine's own substring search runs through, so that
100,000 hazards are searched between two keystrokes without a full-text index (whose trigrams do not
find words of two characters).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

SEPARATOR: Final = "\x1f"
_PART = SEPARATOR.encode()
_END = b"\n"
_MOST_EXACT = 20
Rows = npt.NDArray[np.intp]


def folded(text: str) -> str:
    """Lower case, full-width forms as ASCII, without control characters.

    >>> folded("ＡＢＣ 公司")
    'abc 公司'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().replace(SEPARATOR, " ").strip()


@dataclass(frozen=True, slots=True)
class _Block:
    """Texts one after the other, and where each begins."""

    content: bytes
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str]) -> _Block:
        lines = [
            _PART + text.replace("\n", " ").encode("utf-8", "replace") + _PART for text in texts
        ]
        lengths = np.fromiter((len(line) + 1 for line in lines), dtype=np.int64, count=len(lines))
        return cls(_END.join(lines), np.concatenate(([0], np.cumsum(lengths))))

    def rows(self, word: bytes) -> Rows:
        """All rows that hold ``word``, ascending."""
        places: list[int] = []
        find, step = self.content.find, len(word)
        place = find(word)
        while place >= 0:
            places.append(place)
            place = find(word, place + step)
        found = np.searchsorted(self.starts, np.array(places, dtype=np.int64), side="right") - 1
        return np.unique(found)

    def first(self, word: bytes) -> Iterator[int]:
        """The rows that hold ``word``, ascending, one at a time."""
        place = self.content.find(word)
        while place >= 0:
            row = int(np.searchsorted(self.starts, place, side="right")) - 1
            yield row
            place = self.content.find(word, int(self.starts[row + 1]))

    def holds(self, row: int, words: Sequence[bytes]) -> bool:
        start, end = int(self.starts[row]), int(self.starts[row + 1])
        return all(self.content.find(word, start, end) >= 0 for word in words)


@dataclass(frozen=True, slots=True)
class TextSearch:
    """The texts of many hazards, ready to be searched.

    Attributes:
        ids: Their ids, in the order of the rows.
    """

    ids: Sequence[str]
    _names: _Block
    _texts: _Block

    @classmethod
    def of(cls, ids: Sequence[str], texts: Sequence[str]) -> TextSearch:
        """Make texts ready.

        Args:
            ids: Ids of the hazards.
            texts: What each is called by, folded, parts divided by `SEPARATOR`, the name first.
        """
        names = [text.partition(SEPARATOR)[0] for text in texts]
        return cls(ids, _Block.of(names), _Block.of(texts))

    def find(self, wanted: str, limit: int) -> list[int]:
        """The rows that hold every word, the most likely meant first, at most ``limit``.

        A part that is the whole wanted text comes first (a code, a telephone), then names that
        begin with it, names that hold it, and all others.
        """
        words = [word.encode("utf-8", "replace") for word in folded(wanted).split()]
        if not words or limit < 1:
            return []
        whole = folded(wanted).encode("utf-8", "replace")
        found: dict[int, None] = {}
        stages = (
            (self._texts, _PART + whole + _PART, _MOST_EXACT),
            (self._names, _PART + whole, limit),
            (self._names, whole, limit),
        )
        for block, mark, most in stages:
            found.update(dict.fromkeys(islice(block.first(mark), most)))
        if len(found) < limit:
            found.update(dict.fromkeys(self._all_words(words, limit)))
        return list(found)[:limit]

    def mask(self, wanted: str) -> npt.NDArray[np.bool_]:
        """Which rows hold every word of ``wanted``; all where it is blank."""
        passed = np.ones(len(self.ids), dtype=bool)
        for word in folded(wanted).split():
            hits = np.zeros(len(self.ids), dtype=bool)
            hits[self._texts.rows(word.encode("utf-8", "replace"))] = True
            passed &= hits
        return passed

    def _all_words(self, words: Sequence[bytes], limit: int) -> list[int]:
        # The longest word is usually the rarest; the others are looked for in its rows only.
        first, *others = sorted(words, key=len, reverse=True)
        rows = (row for row in self._texts.first(first) if self._texts.holds(row, others))
        return list(islice(rows, limit))
