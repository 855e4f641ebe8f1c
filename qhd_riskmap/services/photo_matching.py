"""A folder of photos hung on the hazards they show, and a list of what does not fit together."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import numpy as np
import shapely

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats.photo_folder import FoundFile, PhotoSource, holds_photos, open_photos
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.attachments import (
    FAR_M,
    Attached,
    AttachmentService,
    NewFile,
    photo_distance_m,
)
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.services.remedy_photos import adopt_listed
from qhd_riskmap.storage.engine import Register

__all__ = [
    "MatchedBy",
    "MissingPhoto",
    "PhotoMatch",
    "PhotoMatchingService",
    "PhotoPlan",
    "PhotoSource",
    "holds_photos",
]

# A photo without a name is hung on the only hazard this near to where it was taken.
AT_M: Final = 50.0
_SHORTEST_CODE: Final = 4
_SHORTEST_NAME: Final = 3
_QUIET: JobContext = SilentJob()
_SCALE: Final = np.array(metres_per_degree(39.95))
_PHOTO_HEADERS: Final = re.compile(r"照片|图片|影像|相片|附件")
_NAMES_APART: Final = re.compile(r"[;；,，、\n\r|]+")
# What may follow a code or a name: a number, a view, both, in brackets or not.
_NUMBER: Final = re.compile(
    r"[\s_\-—(\[【]*\d{0,6}(?:整改)?(?:前|后|远景|近景|全景|现场|照片|副本)?[\s_\-—]*\d{0,3}[\s)\]】]*"
)
# A code stands for one hazard whatever is said after it: a letter, or some words of Chinese.
_WORDS: Final = re.compile(
    r"[\s_\-—(\[【]*\d{0,6}(?:[a-z]|[\u4e00-\u9fff][\u4e00-\u9fff\d、，]{0,30})[\s_\-—]*\d{0,3}[\s)\]】]*"
)


class MatchedBy(StrEnum):
    """What a photo was recognised by."""

    SHEET = "sheet"
    CODE = "code"
    NAME = "name"
    PLACE = "place"
    HAND = "hand"

    @property
    def label(self) -> str:
        """Chinese words for it."""
        return _(_MATCHED_BY[self])


_MATCHED_BY: Final = {
    MatchedBy.SHEET: N_("表中所列文件名"),
    MatchedBy.CODE: N_("编号"),
    MatchedBy.NAME: N_("隐患名称"),
    MatchedBy.PLACE: N_("拍摄位置"),
    MatchedBy.HAND: N_("人工指定"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMatch:
    """A file and the hazard it belongs to.

    Attributes:
        path: Of the file, below the folder or in the archive.
        metres: Between the hazard and where the photo says it was taken; None where it does not say.
        taken_at: Where it says so, longitude and latitude.
        hazard_at: A point on the hazard.
        there: The same content hangs on the hazard already, or comes before in the list.
    """

    path: str
    hazard_id: UUID
    code: str
    name: str
    by: MatchedBy
    metres: float | None
    taken_at: tuple[float, float] | None = None
    hazard_at: tuple[float, float] = (0.0, 0.0)
    there: bool = False

    @property
    def far(self) -> bool:
        """Whether it says that it was taken elsewhere."""
        return self.metres is not None and self.metres > FAR_M

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        return {
            "file": self.path,
            "code": self.code,
            "name": self.name,
            "by": self.by.value,
            "metres": round(self.metres, 1) if self.metres is not None else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPhoto:
    """A file that a sheet names and that is not there."""

    file: str
    code: str
    name: str

    def to_json(self) -> dict[str, str]:
        """The object of the command-line contract."""
        return {"file": self.file, "code": self.code, "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoPlan:
    """What hanging a folder of photos on the hazards would do.

    Attributes:
        source: The folder, the archive, or single files.
        matches: Files with a hazard.
        missing: Files that sheets name and that are neither there nor kept already.
        unnamed: Files that belong to no hazard, or to several equally well.
        refused: Files that cannot be kept, with the reason.
    """

    source: PhotoSource
    matches: tuple[PhotoMatch, ...]
    missing: tuple[MissingPhoto, ...]
    unnamed: tuple[str, ...]
    refused: tuple[tuple[str, RiskMapError], ...]

    @property
    def far(self) -> tuple[PhotoMatch, ...]:
        """Files that say they were taken more than 500 m away."""
        return tuple(match for match in self.matches if match.far)

    def hung(self, paths: Collection[str]) -> PhotoPlan:
        """The plan once some of the files hang on their hazards."""
        matches = [replace(m, there=m.there or m.path in paths) for m in self.matches]
        return replace(self, matches=tuple(matches))


@dataclass(slots=True)
class _Known:
    """What files may be recognised by; None where several hazards share it."""

    hazards: list[Hazard] = field(default_factory=list)
    files: dict[str, int | None] = field(default_factory=dict)
    codes: dict[str, int | None] = field(default_factory=dict)
    names: dict[str, int | None] = field(default_factory=dict)
    listed: list[tuple[str, int]] = field(default_factory=list)


class PhotoMatchingService:
    """Use cases on folders of photos, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def plan(self, source: PhotoSource, job: JobContext = _QUIET) -> PhotoPlan:
        """Find the hazard of every file; nothing is stored.

        Raises:
            UnreadableFileError: Neither a folder nor a sound zip archive.
            JobCancelledError: The officer stopped it.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            known = _known(work.hazards.stream())
            hung = work.attachments.hung()
        kept = {_folded(name) for _hazard, name, _digest in hung}
        there_already = {(hazard_id, digest) for hazard_id, _name, digest in hung}
        finder = _Finder(known)
        matches: list[PhotoMatch] = []
        unnamed: list[str] = []
        refused: list[tuple[str, RiskMapError]] = []
        with open_photos(source) as files:
            there = {_folded(file.name) for file in files}
            for number, file in enumerate(files):
                job.advance(number, len(files), file.name)
                try:
                    _name, content = AttachmentService.inspect(file.name, file.read())
                except UnreadableFileError as error:
                    refused.append((file.path, error))
                    continue
                match = finder.match(file, content.place)
                if match is None:
                    unnamed.append(file.path)
                    continue
                key = (match.hazard_id, hashlib.sha256(content.content).hexdigest())
                matches.append(replace(match, there=key in there_already))
                there_already.add(key)
        return PhotoPlan(
            source=source,
            matches=tuple(matches),
            missing=_missing(known, there | kept),
            unnamed=tuple(unnamed),
            refused=tuple(refused),
        )

    def assign(self, plan: PhotoPlan, paths: Iterable[str], id_or_code: str) -> PhotoPlan:
        """The plan with files on a hazard that somebody names, whatever they were matched with.

        Raises:
            NotFoundError: There is no such hazard.
            UnreadableFileError: The source is gone, or a file cannot be kept.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            hung = {entry.sha256 for entry in work.attachments.of(hazard.id)}
        wanted = set(paths)
        found: dict[str, PhotoMatch] = {}
        with open_photos(plan.source) as files:
            for file in files:
                if file.path in wanted:
                    _name, content = AttachmentService.inspect(file.name, file.read())
                    match = _match(file, hazard, MatchedBy.HAND, content.place)
                    digest = hashlib.sha256(content.content).hexdigest()
                    found[file.path] = replace(match, there=digest in hung)
                    hung.add(digest)
        matches = [match for match in plan.matches if match.path not in found]
        return replace(
            plan,
            matches=tuple(sorted([*matches, *found.values()], key=lambda match: match.path)),
            unnamed=tuple(path for path in plan.unnamed if path not in found),
        )

    @staticmethod
    def thumbnail(source: PhotoSource, path: str) -> bytes:
        """A small picture of one file as JPEG, b"" for what is no picture.

        Raises:
            UnreadableFileError: The source is gone, or the file cannot be kept.
        """
        with open_photos(source) as files:
            for file in files:
                if file.path == path:
                    return AttachmentService.inspect(file.name, file.read())[1].thumbnail
        return b""

    def attach(
        self, plan: PhotoPlan, job: JobContext = _QUIET, leave: Iterable[str] = ()
    ) -> tuple[Attached, Changes]:
        """Hang the matched files on their hazards, in one transaction; a content is stored once.

        Args:
            plan: What was shown.
            job: Progress.
            leave: Paths of matches that are not to be hung after all.

        Raises:
            UnreadableFileError: The source is gone.
            JobCancelledError: The officer stopped it; nothing is stored.
        """
        left = set(leave)
        wanted = {match.path: match for match in plan.matches if match.path not in left}
        with open_photos(plan.source) as files:
            chosen = [file for file in files if file.path in wanted]
            service = AttachmentService(self._register, self._actor)
            attached, changes = service.attach_many(_new_files(chosen, wanted), len(chosen), job)
        hung = adopt_listed(self._register, self._actor, changes.hazard_ids, _names_in)
        return attached, replace(changes, tasks=bool(hung))


def _new_files(files: Sequence[FoundFile], wanted: dict[str, PhotoMatch]) -> Iterator[NewFile]:
    for file in files:
        yield NewFile(hazard_id=wanted[file.path].hazard_id, name=file.name, content=file.read())


class _Finder:
    """Recognises files, the surest sign first."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._tree: Any = None

    def match(self, file: FoundFile, place: tuple[float, float] | None) -> PhotoMatch | None:
        for by, index in (
            (MatchedBy.SHEET, self._known.files.get(_folded(file.name))),
            (MatchedBy.CODE, self._by_code(file)),
            (MatchedBy.NAME, self._by_name(file)),
            (MatchedBy.PLACE, self._by_place(place)),
        ):
            if index is not None:
                return _match(file, self._known.hazards[index], by, place)
        return None

    def _by_code(self, file: FoundFile) -> int | None:
        return _recognised(file, self._known.codes, _SHORTEST_CODE, _NUMBER, _WORDS)

    def _by_name(self, file: FoundFile) -> int | None:
        return _recognised(file, self._known.names, _SHORTEST_NAME, _NUMBER)

    def _by_place(self, place: tuple[float, float] | None) -> int | None:
        if place is None or not self._known.hazards:
            return None
        if self._tree is None:
            geometries: Any = np.array([h.geometry for h in self._known.hazards], dtype=object)
            flat = shapely.transform(geometries, lambda points: points * _SCALE)
            self._tree = shapely.STRtree(flat)
        here = shapely.Point(place[0] * _SCALE[0], place[1] * _SCALE[1])
        near = self._tree.query(here, predicate="dwithin", distance=AT_M)
        return int(near[0]) if len(near) == 1 else None


def _match(
    file: FoundFile, hazard: Hazard, by: MatchedBy, place: tuple[float, float] | None
) -> PhotoMatch:
    return PhotoMatch(
        path=file.path,
        hazard_id=hazard.id,
        code=hazard.code,
        name=hazard.name,
        by=by,
        metres=photo_distance_m(hazard, place) if place is not None else None,
        taken_at=place,
        hazard_at=hazard.anchor(),
    )


def _recognised(
    file: FoundFile, known: dict[str, int | None], shortest: int, *after: re.Pattern[str]
) -> int | None:
    """The hazard whose code or name the file or one of its folders has, nothing but ``after`` after it.

    The longest counts: LX-0012 before LX-001, which is no part of LX-0012.
    """
    for text in (_stem(file.name), *map(_folded, file.folders)):
        for end in range(len(text), shortest - 1, -1):
            word, rest = text[:end], text[end:]
            if word not in known or (rest[:1].isdigit() and word[-1].isdigit()):
                continue
            if any(pattern.fullmatch(rest) for pattern in after):
                return known[word]
    return None


def _known(hazards: Iterable[Hazard]) -> _Known:
    known = _Known()
    for index, hazard in enumerate(hazards):
        known.hazards.append(hazard)
        for code in (hazard.code, *hazard.alias_codes):
            if len(code) >= _SHORTEST_CODE:
                _note(known.codes, _folded(code), index)
        if len(hazard.name) >= _SHORTEST_NAME:
            _note(known.names, _folded(hazard.name), index)
        for header, text in hazard.extras.items():
            if _PHOTO_HEADERS.search(header):
                for name in _names_in(text):
                    known.listed.append((name, index))
                    _note(known.files, _folded(name), index)
    return known


def _note(at: dict[str, int | None], key: str, index: int) -> None:
    at[key] = index if at.get(key, index) == index else None


def _missing(known: _Known, there: set[str]) -> tuple[MissingPhoto, ...]:
    found = []
    for name, index in dict.fromkeys(known.listed):
        if _folded(name) not in there:
            hazard = known.hazards[index]
            found.append(MissingPhoto(file=name, code=hazard.code, name=hazard.name))
    return tuple(found)


def _names_in(text: str) -> Iterator[str]:
    """The file names in a cell."""
    return filter(None, map(_file_name, _NAMES_APART.split(text)))


def _file_name(text: str) -> str:
    """The file name in a cell's entry, "" for what names no file (有, 无, 见附件)."""
    name = text.strip().replace("\\", "/").rsplit("/", 1)[-1].strip()
    return name if "." in name.strip(".") else ""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _stem(name: str) -> str:
    return _folded(name.rsplit(".", 1)[0])
