"""Re-opens finished files and looks for anything that should not have left the register.

Shares no code with the writers. Every hit names file, kind, value and place; the gate then deletes
the product. A checker that cannot open a file does not clear it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.services.release_digits import grouped_numbers, with_digits
from qhd_riskmap.services.release_passages import Passage, passages
from qhd_riskmap.services.release_positions import PositionFinder
from qhd_riskmap.services.release_secrets import ANYWHERE_LENGTH, Secrets, normalised

_MAX_FILE = 1024 * 1024 * 1024
_WORDS_APART = re.compile(r"[\s._\-—–()（）\[\]【】《》、，,;；+&~]+")
_NUMBER_RUN = re.compile(r"\d(?:[\s\-–—()（）]{0,2}\d){6,}")
_CODE = re.compile(r"(\d\d{5})[^0-9a-z]{0,3}([a-z]{2})[^0-9a-z]{0,3}(\d{4})[^0-9a-z]{0,3}(\d{4,5})")
_CODE_LENGTH = len("130302-sl-2026-0001")
_TELLING_LENGTH = 11  # a mobile number does not occur by chance
_AREA_DIGITS = 6  # 86 and an area code
_MOST_GROUPS = 12
_SHOWN = 80  # characters of a found value that a message quotes
_ELLIPSIS = ("…", "...")
COORDINATES = "coordinates"
HIDDEN, POSITION, FILE_NAME = "hidden", "position", "file_name"


_MAGIC = {
    ".pdf": b"%PDF", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff",
    ".xlsx": b"PK\x03\x04", ".docx": b"PK\x03\x04", ".zip": b"PK\x03\x04", ".kmz": b"PK\x03\x04",
    ".gpkg": b"SQLite format 3\x00",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Something protected in a file.

    Attributes:
        file: Path of the file.
        kind: ``name phone contact address unit code id …``, ``position`` or ``hidden``.
        value: What was found.
        where: Place inside the file.
    """

    file: str
    kind: str
    value: str
    where: str

    def to_json(self) -> dict[str, str]:
        """One entry of ``check-release --json``."""
        return asdict(self)


def check_file(path: Path, secrets: Secrets) -> list[Leak]:
    """Everything protected that can be found in one file, its name included.

    Raises:
        UnreadableFileError: The file cannot be read, so nothing can be said about it.
    """
    try:
        if path.stat().st_size > _MAX_FILE:
            raise UnreadableFileError(_("文件过大，无法核查：{name}。").format(name=path.name))
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("无法读取要核查的文件：{name}。").format(name=path.name), detail=str(error)
        ) from error
    return check_bytes(data, path, secrets)


def check_bytes(data: bytes, path: Path, secrets: Secrets) -> list[Leak]:
    """As `check_file`, for content already read."""
    finder = _Finder(secrets)
    named = Passage(where=FILE_NAME, text=path.name)
    words = [
        Passage(where=FILE_NAME, text=word, whole=True, part=True)
        for word in _WORDS_APART.split(path.name)
    ]
    magic = _MAGIC.get(path.suffix.lower())
    if magic is not None and not data.startswith(magic):
        # A file that is not what it says cannot be judged, and what cannot be judged is not clean.
        named = Passage(where=FILE_NAME, text=path.name, hidden=True)
    found: dict[tuple[str, str], str] = {}
    for passage in (named, *words, *passages(data)):
        for kind, value in finder.find(passage):
            found.setdefault((kind, value[:_SHOWN]), passage.where)
    return [
        Leak(file=str(path), kind=kind, value=value, where=where)
        for (kind, value), where in found.items()
    ]


def check_all(paths: Sequence[Path], secrets: Secrets, job: JobContext | None = None) -> list[Leak]:
    """`check_file` over many files."""
    watch = job or SilentJob()
    leaks: list[Leak] = []
    for done, path in enumerate(paths):
        watch.advance(done, len(paths), _("正在核查 {name}").format(name=path.name))
        leaks += check_file(path, secrets)
    return leaks


class _Finder:
    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._positions = PositionFinder(secrets)

    def find(self, passage: Passage) -> Iterator[tuple[str, str]]:
        """``(kind, value)`` of every leak in a passage."""
        if passage.hidden:
            yield HIDDEN, passage.text
        text = normalised(passage.text)
        if passage.whole and text in self._secrets.fields:
            yield self._secrets.fields[text], text
        if passage.part:
            return
        yield from self._anywhere(text)
        yield from self._codes(text)
        digits = with_digits(passage.text)
        yield from self._numbers(digits)
        for hit in self._positions.find(digits):
            yield POSITION, f"{hit.text} ({hit.reference})"

    def _anywhere(self, text: str) -> Iterator[tuple[str, str]]:
        index = self._secrets.by_start
        if not index:
            return
        for at in self._starts(text):
            for secret in index.get(text[at : at + ANYWHERE_LENGTH], ()):
                kind = self._secrets.texts[secret]
                if not text.startswith(secret, at) or self._is_public(text, at, secret):
                    continue
                if kind != COORDINATES or not _cuts_number(text, at, at + len(secret)):
                    yield kind, secret

    def _starts(self, text: str) -> list[int]:
        """Where the first three characters may be those of a protected text."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        marks = self._secrets.start_marks[codes]
        starts: list[int] = np.flatnonzero(
            marks[:-2] & marks[1:-1] >> 1 & marks[2:] >> 2 & 1
        ).tolist()
        return starts

    def _codes(self, text: str) -> Iterator[tuple[str, str]]:
        """Codes whose parts are joined by other marks than ours, or by none."""
        for match in _CODE.finditer(text):
            whole = "-".join(match.groups())
            for code in {whole, whole[:_CODE_LENGTH]}:  # another digit may follow four
                kind = self._secrets.texts.get(code)
                if kind and not match.group().startswith(code):
                    yield kind, code

    def _is_public(self, text: str, at: int, secret: str) -> bool:
        """Whether the find is part of a public text, printed whole or cut with an ellipsis."""
        for public in self._secrets.public_around(secret):
            offset = public.find(secret)
            while offset >= 0:
                start = at - offset
                if start >= 0 and _printed(text, start, public, offset + len(secret)):
                    return True
                offset = public.find(secret, offset + 1)
        return False

    def _numbers(self, text: str) -> Iterator[tuple[str, str]]:
        if not self._secrets.numbers:
            return
        for match in _NUMBER_RUN.finditer(text):
            groups = re.findall(r"\d+", match.group())
            if not _decimals(match):
                yield from self._spelled(groups)
            yield from self._embedded("".join(groups))
        for digits in grouped_numbers(text):
            yield from self._embedded(digits)

    def _spelled(self, groups: list[str]) -> Iterator[tuple[str, str]]:
        """Numbers that are whole groups of digits, with or without an area code before them."""
        for first in range(len(groups)):
            digits = ""
            for group in groups[first : first + _MOST_GROUPS]:
                digits += group
                for length in self._secrets.number_lengths:
                    area = len(digits) - length
                    kind = self._secrets.numbers.get(digits[-length:])
                    if kind and 0 <= area <= _AREA_DIGITS:
                        yield kind, digits[-length:]

    def _embedded(self, digits: str) -> Iterator[tuple[str, str]]:
        """Long numbers anywhere; of short ones a list of decimals holds many by chance."""
        for length in self._secrets.number_lengths:
            if length < _TELLING_LENGTH:
                continue
            for at in range(len(digits) - length + 1):
                kind = self._secrets.numbers.get(digits[at : at + length])
                if kind:
                    yield kind, digits[at : at + length]


_FRACTION = re.compile(r"\.(?!0+(?!\d))\d")


def _decimals(match: re.Match[str]) -> bool:
    """Whether the digits stand behind a decimal point, or before one."""
    text, at = match.string, match.start()
    if _FRACTION.match(text, match.end()):
        return True
    return at >= 2 and text[at - 1] == "." and text[at - 2].isdigit()  # noqa: PLR2004 - "3."


def _cuts_number(text: str, start: int, end: int) -> bool:
    """Whether a passage begins or ends inside a number: 39.8 is not in 39.8517."""
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return (before.isdigit() or before == ".") or (after.isdigit() and text[end - 1].isdigit())


def _printed(text: str, start: int, public: str, reached: int) -> bool:
    if text.startswith(public, start):
        return True
    return text.startswith(public[:reached], start) and any(
        text.startswith(cut, start + length)
        for length in range(reached, len(public))
        for cut in _ELLIPSIS
        if text.startswith(public[:length], start)
    )
