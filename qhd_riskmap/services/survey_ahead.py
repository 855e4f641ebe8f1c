"""Reads the next file while this one is checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.one_heap import share_one_heap
from qhd_riskmap.formats.survey_sheet import file_content, read_survey

_PATIENCE_S: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class ReadFile:
    """The sheets of one file, as texts.

    Attributes:
        sha256: Hash of its content, hexadecimal.
        size: Bytes.
    """

    path: Path
    sha256: str
    size: int
    sheets: Sequence[SurveySheet]


def read_ahead(
    paths: Sequence[Path], pulse: Callable[[], None]
) -> Iterator[ReadFile | UnreadableFileError]:
    """The files in order, or why one cannot be read; the next is read meanwhile.

    A reader cannot be stopped in the middle of a file: when ``pulse`` raises, its work is left to end
    by itself and thrown away.

    Args:
        paths: The files.
        pulse: Called several times a second while a file is waited for; may raise to stop.
    """
    share_one_heap()
    ahead = ThreadPoolExecutor(1, thread_name_prefix="survey-reader")
    try:
        coming = [ahead.submit(_read, path) for path in paths[:1]]
        for number in range(len(paths)):
            found = _waited_for(coming.pop(), pulse)
            coming += [ahead.submit(_read, path) for path in paths[number + 1 : number + 2]]
            yield found
    finally:
        ahead.shutdown(wait=False, cancel_futures=True)


def _waited_for(
    coming: Future[ReadFile], pulse: Callable[[], None]
) -> ReadFile | UnreadableFileError:
    while True:
        pulse()
        try:
            return coming.result(_PATIENCE_S)
        except NotYetError:
            continue
        except UnreadableFileError as failure:
            return failure


def _read(path: Path) -> ReadFile:
    content = file_content(path)
    digest = hashlib.sha256(content).hexdigest()
    return ReadFile(path, digest, len(content), read_survey(path))
