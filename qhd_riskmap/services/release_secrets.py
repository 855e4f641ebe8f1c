"""What must not be found in a public product, gathered from the register.

Everything a record holds is protected unless the same text is public anyway: a responsible unit that
is also the publisher gives nothing away. Positions are protected within a tenth of their cell.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import chain
from pathlib import PurePath
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.domain.inspection.record import Inspection
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_coverage import coverage_notes
from qhd_riskmap.domain.redaction import CELL_M, PublicSet, release_class
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_decision import NO_DECISIONS, ReleaseDecision
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.services.release_digits import compatible
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

ANYWHERE_LENGTH = 3  # shorter words occur in ordinary text and count as whole fields only
_ASCII_ANYWHERE_LENGTH = 5  # short Latin words occur in code
_PHONE_DIGITS = 7
# Suppressed types have no cell; they are protected as the coarsest grid is.
_SUPPRESSED_CELL_M = 1000.0
_TENTH = 0.1
# Protected records cannot hide behind a word that says nothing.
_EMPTY_WORDS = frozenset({"无", "不详", "未知", "暂无", "没有", "none", "null", "n/a", "-", "/"})


# White space, controls, the format characters of category Cf that hide in a word, and what is drawn on
# or as nothing: marks on a letter, variation selectors, fillers.
_UNSEEN = re.compile(
    "[\\s\\x00-\\x1f\\x7f-\\x9f\\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f"
    "\u0300-\u036f\u115f\u1160\u2800\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]+"
)

_UNSEEN_ASCII = re.compile(r"[\s\x00-\x1f\x7f]+")


def normalised(text: str) -> str:
    """``text`` as it is compared: compatibility forms, no case, no spaces, nothing invisible."""
    if text.isascii():  # has one form only
        return _UNSEEN_ASCII.sub("", text.lower())
    folded = compatible(text).casefold()
    return _UNSEEN.sub("", folded)


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Protected texts and positions, minus what is public.

    Attributes:
        texts: Normalised text → kind; found anywhere it is a leak.
        fields: Normalised text → kind; a leak only as a whole field, cell or value.
        numbers: Digits of telephone numbers and the like → kind.
        public_texts: Normalised texts that are public; a protected text inside one is no leak.
        vertices: (n, 2) protected positions, CGCS2000 degrees.
        reach_m: (n,) distance that counts as hitting the position, metres.
        public_vertices: (m, 2) published positions and basemap vertices, CGCS2000 degrees.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
    public_texts: frozenset[str] = frozenset()
    vertices: npt.NDArray[np.float64]
    reach_m: npt.NDArray[np.float64]
    public_vertices: npt.NDArray[np.float64]

    @cached_property
    def by_start(self) -> Mapping[str, tuple[str, ...]]:
        """Protected texts by their first three characters, for one pass over a file."""
        index: dict[str, list[str]] = {}
        for text in self.texts:
            index.setdefault(text[:ANYWHERE_LENGTH], []).append(text)
        return {start: tuple(sorted(found, key=len)) for start, found in index.items()}

    @cached_property
    def start_marks(self) -> npt.NDArray[np.uint8]:
        """Of every character, whether a protected text has it first (1), second (2) or third (4)."""
        marks = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
        for start in self.by_start:
            for place, character in enumerate(start):
                marks[ord(character)] |= 1 << place
        return marks

    @cached_property
    def number_lengths(self) -> tuple[int, ...]:
        """Lengths of the protected numbers."""
        return tuple(sorted({len(number) for number in self.numbers}))

    def public_around(self, text: str) -> tuple[str, ...]:
        """Public texts that contain a protected one."""
        cached = self._around.get(text)
        if cached is None:
            cached = tuple(public for public in self.public_texts if text in public)
            self._around[text] = cached
        return cached

    @cached_property
    def _around(self) -> dict[str, tuple[str, ...]]:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """All of remediation and inspection that the register keeps.

    Attributes:
        tasks: Every task, removed ones too.
        given: What was filled in on the way, and what corrections replaced, by field.
        inspections: Every inspection.
        rounds: Every planned round of inspections.
        others: Kind and text of what else it keeps: who surveyed, who decided on releases, file names.
    """

    tasks: Sequence[RemediationTask] = ()
    given: Sequence[Mapping[str, object]] = ()
    inspections: Sequence[Inspection] = ()
    rounds: Sequence[PlannedRound] = ()
    others: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, register: Register) -> Remedies:
        """All that a register keeps of them."""
        with register.unit_of_work() as work:
            return cls(
                tasks=work.tasks.every(), given=[*work.tasks.given(), *work.documents.given(), *work.notices.given()],
                inspections=work.inspections.every(), rounds=work.rounds.every(),
                others=tuple(_others(work)),
            )  # fmt: skip


NO_REMEDIES = Remedies()
_TELLING_STEM = 8  # characters: shorter names of files ("照片") are words of the language


def _others(work: UnitOfWork) -> Iterator[tuple[str, str]]:
    for entry in work.coverage.entries():
        yield from (("person", entry.surveyed_by), ("person", entry.recorded_by))
        yield ("coverage", entry.note)
    for decision in work.release_decisions.all():
        yield from (("person", decision.reviewer), ("person", decision.recorded_by))
        yield from (("decision", decision.reason), ("decision", decision.basis))
    for name in work.attachments.names():
        yield ("file", name)
        stem = PurePath(name).stem
        if len(stem) >= _TELLING_STEM:
            yield ("file", stem)


def secrets_of(
    hazards: Sequence[Hazard],
    public: PublicSet,
    *,
    printed: Iterable[str],
    vocabulary: str = "",
    remedies: Remedies = NO_REMEDIES,
    decided: Mapping[UUID, ReleaseDecision] = NO_DECISIONS,
) -> Secrets:
    """Gather what a release of ``public`` must keep.

    Args:
        hazards: Every record of the register, deleted ones too.
        public: What is being released.
        printed: Texts of the masthead.
        vocabulary: Text that every product of the program may carry (templates, libraries); a
            protected word that occurs in it counts as a whole field only.
        remedies: Tasks and their histories.
        decided: Records that a reviewer lets out closer than their type.
    """
    allowed = frozenset(filter(None, map(normalised, (*_public_texts(public), *printed))))
    common = normalised(vocabulary)
    texts: dict[str, str] = {}
    fields: dict[str, str] = {}
    numbers: dict[str, str] = {}
    own = (pair for hazard in hazards for pair in protected_texts(hazard))
    tasks = (pair for task in remedies.tasks for pair in protected_of_task(task))
    given = (pair for values in remedies.given for pair in protected_of_history(values))
    seen = (pair for each in remedies.inspections for pair in protected_of_inspection(each))
    rounds = (pair for each in remedies.rounds for pair in protected_of_round(each))
    for kind, value in chain(own, tasks, given, seen, rounds, remedies.others):
        text = normalised(value)
        if text in allowed or _says_nothing(kind, text, common):
            continue
        if kind == "phone":
            numbers.update((digits, kind) for digits in phone_numbers(value))
        elif _long_enough(text) and text not in common:
            texts.setdefault(text, kind)
        else:
            fields.setdefault(text, kind)
    vertices, reach = _protected_positions(hazards, decided)
    return Secrets(
        texts=texts, fields=fields, numbers=numbers, public_texts=allowed,
        vertices=vertices, reach_m=reach, public_vertices=_public_positions(public),
    )  # fmt: skip


# What tables and sheets print beside the data, whatever is on them.
_LABELS = [
    "合计",
    "上图",
    "只公布数量",
    "序",
    "名称",
    "隐患类型",
    "小类",
    "风险等级",
    "县区",
    "乡镇",
    "防范责任单位",
    "避险提示",
    "公布方式",
    "图名",
    "审图",
    "说明",
    "数量统计",
    "公开清单",
    "未评级",
    "图例",
    "比例尺",
    "编制单位",
    "发布单位",
    "数据来源",
    "资料截止",
    "资料截止日期",
    "审图号",
    "区域",
    "类型",
    "数量",
    "北",
]
_BARE_NUMBER = re.compile(r"[\d.,:%/+\-年月日时]*")
_TELLING_DIGITS = 7
_IDENTIFIERS = {"id", "code", "phone", "coordinates"}


def _says_nothing(kind: str, text: str, common: str) -> bool:
    """Whether finding the text in a product would prove nothing."""
    if len(text) <= 1 or text in _EMPTY_WORDS:
        return True
    if kind in _IDENTIFIERS:
        return False
    if _BARE_NUMBER.fullmatch(text):
        return sum(c.isdigit() for c in text) < _TELLING_DIGITS
    return (not _long_enough(text) and text in common) or bool(_shared_only().fullmatch(text))


@cache
def _shared_only() -> re.Pattern[str]:
    """A name made of nothing but words every product prints ("海港区食品安全")."""
    words = {normalised(word) for word in shared_words()} - {""}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})+")


def _long_enough(text: str) -> bool:
    return len(text) >= (_ASCII_ANYWHERE_LENGTH if text.isascii() else ANYWHERE_LENGTH)


def protected_texts(hazard: Hazard) -> Iterator[tuple[str, str]]:
    """Every text of a record that might identify it, with its kind."""
    yield from (
        ("id", str(hazard.id)), ("id", hazard.id.hex), ("code", hazard.code), ("name", hazard.name),
        ("address", hazard.address), ("unit", hazard.unit), ("regulator", hazard.regulator),
        ("contact", hazard.contact), ("phone", hazard.phone), ("notes", hazard.notes),
        ("coordinates", hazard.provenance.original_text), ("person", hazard.created_by),
        ("person", hazard.updated_by),
    )  # fmt: skip
    if hazard.batch_id is not None:
        yield ("id", str(hazard.batch_id))
    yield from (("code", code) for code in hazard.alias_codes)
    if not release_rules().is_township(hazard.township):
        yield ("township", hazard.township)
    yield from (("extra", text) for text in hazard.extras.values())
    hazard_type = taxonomy().get(hazard.type_key)
    for key, value in hazard.attributes.items():
        known = hazard_type.field(key)
        # A choice is one of a few public words and a bare number occurs everywhere.
        if isinstance(value, str) and (known is None or known.kind is FieldKind.TEXT):
            yield ("attribute", value)
    sub_kinds = hazard_type.sub_kinds
    if hazard.sub_kind and hazard.sub_kind not in sub_kinds:
        yield ("sub_kind", hazard.sub_kind)


# Fields of a task by kind. Clauses, opinions and reports of progress are words that any office uses.
_TASK_KINDS = {
    "number": "code", "phone": "phone", "owner_unit": "unit", "regulator": "regulator",
    "owner": "person", "deputy": "person", "acceptor": "person", "receiver": "unit",
    "supervision_no": "code", "created_by": "person", "updated_by": "person", "problem": "remedy",
    "measures": "remedy", "contingency": "remedy", "extension_reason": "remedy", "remark": "remedy",
}  # fmt: skip
# Histories know these, too: who approved, who signed for a notice or on a document, why, and what a correction replaced.
_GIVEN_KINDS = {
    **_TASK_KINDS, "approver": "person", "reason": "remedy", "signer": "person", "notice": "code",
    "officer": "person", "officer_no": "code", "officer2": "person", "officer2_no": "code",
    "contact": "person", "contact_phone": "phone", "note": "remedy",
}  # fmt: skip


def protected_of_task(task: RemediationTask) -> Iterator[tuple[str, str]]:
    """Every text of a remediation task that might identify what it is about, with its kind."""
    yield from (("id", str(task.id)), ("id", task.id.hex))
    yield from ((kind, getattr(task, key)) for key, kind in _TASK_KINDS.items())


def protected_of_history(given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The same of what was filled in on the way, and of what a correction replaced."""
    known = ((_GIVEN_KINDS.get(key), value) for key, value in given.items())
    yield from ((kind, value) for kind, value in known if kind and isinstance(value, str))


def protected_of_inspection(inspection: Inspection) -> Iterator[tuple[str, str]]:
    """Every text of an inspection that tells of people or of what was found, with its kind."""
    yield from (
        ("id", str(inspection.id)), ("id", inspection.id.hex), ("code", inspection.sheet),
        ("person", inspection.inspector), ("person", inspection.recorded_by),
        ("phone", inspection.phone), ("inspection", inspection.note),
    )  # fmt: skip
    # The questions themselves are the office's common words; that one was answered with no is not.
    yield from (("inspection", answer.note) for answer in inspection.answers)
    yield from (("inspection", answer.question) for answer in inspection.failed)


def protected_of_round(planned: PlannedRound) -> Iterator[tuple[str, str]]:
    """The same of a planned round."""
    yield from (
        ("code", planned.id), ("person", planned.inspector), ("person", planned.made_by),
        ("phone", planned.phone),
    )  # fmt: skip


_DIGIT_RUN = re.compile(r"\+?\d(?:[\s\-–—()（）]{0,2}\d){6,}")


def phone_numbers(text: str) -> set[str]:
    """Digits of the telephone numbers in a text."""
    plain = unicodedata.normalize("NFKC", text)
    found = {re.sub(r"\D", "", match.group()) for match in _DIGIT_RUN.finditer(plain)}
    return {digits for digits in found if len(digits) >= _PHONE_DIGITS}


def _public_texts(public: PublicSet) -> Iterator[str]:
    for hazard in public.hazards:
        yield from (hazard.name, hazard.unit, hazard.township, hazard.public_id)
    yield from (count.area_name for count in public.counts)
    for place in public.places:
        yield from (place.name, place.area, f"{place.area} {place.name}".strip())
    yield from (cell.area_name for cell in public.coverage)
    yield from coverage_notes(public.coverage)
    yield from shared_words()


def shared_words() -> Iterator[str]:
    """Words every product may print: divisions, types, sub-kinds, levels, advice."""
    known = regions()
    for region in (known.city, *known.divisions, *known.neighbours):
        yield from (region.name, region.short_name, region.code)
    for hazard_type in taxonomy().types:
        yield from (hazard_type.label, hazard_type.event_class.label, *hazard_type.sub_kinds)
    for level in RiskLevel:
        yield from (level.label, level.colour_name)
    yield from _LABELS
    yield from release_rules().advice.values()


def _protected_positions(
    hazards: Sequence[Hazard], decided: Mapping[UUID, ReleaseDecision]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    if not hazards:
        return np.empty((0, 2)), np.empty(0)
    geometries: Any = np.array([hazard.geometry for hazard in hazards], dtype=object)
    vertices, owner = shapely.get_coordinates(geometries, return_index=True)
    cells = np.array([CELL_M.get(release_class(h, decided), _SUPPRESSED_CELL_M) for h in hazards])
    anchors = np.array([hazard.anchor() for hazard in hazards])
    return np.vstack((vertices, anchors)), np.concatenate((cells[owner], cells)) * _TENTH


def _public_positions(public: PublicSet) -> npt.NDArray[np.float64]:
    known = boundaries()
    shapes: Any = [*known.counties.values(), *known.neighbours.values(), known.sea, known.coastline]
    published: Any = [hazard.geometry for hazard in public.hazards]
    anchors = np.array([hazard.anchor() for hazard in public.hazards]).reshape(-1, 2)
    corners = _box_corners(published)
    ground = shapely.get_coordinates(shapes)
    # Small products draw the ground to ten metres.
    return np.vstack(
        (ground, ground.round(4), _labels(), shapely.get_coordinates(published), anchors, corners)
    )


def _box_corners(published: Any) -> npt.NDArray[np.float64]:
    """Corners of the boxes that data files state: of every shape, of all, and of all of a kind."""
    if not len(published):
        return np.empty((0, 2))
    shapes = np.array(published, dtype=object)
    boxes, kinds = shapely.bounds(shapes), shapely.get_dimensions(shapes)
    groups = [boxes, *(boxes[kinds == kind] for kind in np.unique(kinds))]
    wholes = [np.concatenate((group[:, :2].min(0), group[:, 2:].max(0))) for group in groups]
    every = np.vstack((boxes, *wholes))
    return np.vstack([every[:, pair] for pair in ([0, 1], [2, 3], [0, 3], [2, 1])])


@cache
def _labels() -> npt.NDArray[np.float64]:
    """Where products write the names of divisions and neighbours, and corners of first views."""
    known = boundaries()
    areas = (*known.counties.values(), *known.neighbours.values())
    middles = [shapely.get_coordinates(shapely.maximum_inscribed_circle(a))[0] for a in areas]
    boxes = shapely.bounds(np.array([known.city, *known.counties.values()], dtype=object))
    places = np.vstack((middles, boxes[:, :2], boxes[:, 2:]))
    return np.vstack((places, places.round(3)))
