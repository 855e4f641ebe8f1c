"""The register: list, show, create, change, move, delete and restore hazards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.geo.geodesy import translate_to
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import QUIET_JOB, JobContext
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

CANONICAL = "cgcs2000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """How many live hazards each filter choice would show.

    Attributes:
        types: Type key → number.
        counties: Division code → number.
        levels: Level value, or "" for ungraded → number.
    """

    types: Mapping[str, int]
    counties: Mapping[str, int]
    levels: Mapping[str, int]


class RegisterService:
    """Use cases on single hazards, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def features(self, wanted: HazardFilter = EVERYTHING) -> FeatureTable:
        """All matching hazards as columns, for map and table."""
        self._actor.require(Permission.READ)
        with self._unit_of_work() as work:
            return work.hazards.features(wanted)

    def find(self, wanted: HazardFilter = EVERYTHING) -> list[Hazard]:
        """All matching hazards; no limit."""
        self._actor.require(Permission.READ)
        with self._unit_of_work() as work:
            return work.hazards.find(wanted)

    def get(self, id_or_code: str | UUID) -> Hazard:
        """One hazard by id, permanent code or an old code.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        with self._unit_of_work() as work:
            return work.hazards.require(str(id_or_code))

    def facets(self) -> Facets:
        """Counts behind the filter choices."""
        table = self.features()
        levels = [_LEVEL_VALUES[rank] for rank in table.levels.tolist()]
        return Facets(
            types=_counted(table.type_keys.tolist()),
            counties=_counted(table.counties.tolist()),
            levels=_counted(levels),
        )

    def create(self, hazard: Hazard) -> tuple[Hazard, Changes]:
        """Register a new hazard; the register gives it its code.

        Raises:
            InvalidInputError: It lies in no division of the city, or names an unknown type.
        """
        self._actor.require(Permission.EDIT)
        taxonomy().get(hazard.type_key)
        placed = replace(hazard, county=hazard.county or county_of(hazard))
        with self._unit_of_work() as work:
            stored = work.hazards.add(placed, self._actor)
            work.commit()
        return stored, Changes(hazards=True, hazard_ids=(stored.id,))

    def update(self, hazard: Hazard) -> tuple[Hazard, Changes]:
        """Store the changed hazard if nobody saved it since it was read.

        Raises:
            ConflictError: Someone did.
            InvalidInputError: Its level was changed: only an assessment does that.
        """
        self._actor.require(Permission.EDIT)
        taxonomy().get(hazard.type_key)
        with self._unit_of_work() as work:
            before = work.hazards.get(hazard.id)
            if before is not None and before.level is not hazard.level:
                raise InvalidInputError(
                    _("“{name}”的等级不能直接改。").format(name=hazard.name),
                    hint=_("请重新评估；等级只随评估变化。"),
                )
            stored = work.hazards.save(hazard, self._actor)
            work.commit()
        return stored, Changes(hazards=True, hazard_ids=(stored.id,))

    def move(
        self, id_or_code: str, *, lon: float, lat: float, revision: int | None = None
    ) -> tuple[Hazard, Changes]:
        """Shift the whole geometry so that its representative point lies at (lon, lat).

        Args:
            id_or_code: The hazard.
            lon: Longitude, CGCS2000 degrees.
            lat: Latitude, CGCS2000 degrees.
            revision: Refuse if the stored hazard has another one; None moves what is stored.

        Raises:
            InvalidInputError: The place is outside the city and its neighbours.
            ConflictError: The revision is outdated.
        """
        self._actor.require(Permission.EDIT)
        require_in_context(lon, lat)
        with self._unit_of_work() as work:
            found = work.hazards.require(id_or_code)
            if revision is not None:
                found = replace(found, revision=revision)
            moved = replace(
                found,
                geometry=translate_to(found.geometry, lon, lat),
                provenance=Provenance(
                    original_text=format_decimal(lon, lat),
                    declared_reference=CANONICAL,
                    method=LocationMethod.MOVED,
                    accuracy=AccuracyClass.DIGITISED,
                ),
            )
            moved = replace(moved, county=boundaries().county_at(lon, lat) or found.county)
            stored = work.hazards.save(moved, self._actor)
            work.commit()
        return stored, Changes(hazards=True, hazard_ids=(stored.id,))

    def delete(self, hazard_id: UUID, *, revision: int) -> Changes:
        """Delete softly: the record, its code and its history stay and can be restored."""
        self._actor.require(Permission.EDIT)
        with self._unit_of_work() as work:
            work.hazards.soft_delete(hazard_id, self._actor, revision)
            work.commit()
        return Changes(hazards=True, hazard_ids=(hazard_id,))

    def restore(self, hazard_id: UUID) -> Changes:
        """Undo a soft delete."""
        self._actor.require(Permission.EDIT)
        with self._unit_of_work() as work:
            work.hazards.restore(hazard_id, self._actor)
            work.commit()
        return Changes(hazards=True, hazard_ids=(hazard_id,))

    def delete_many(
        self, hazards: Sequence[tuple[UUID, int]], job: JobContext = QUIET_JOB
    ) -> tuple[list[Hazard], Changes]:
        """Delete several softly, by id and revision: all of them or, on any refusal, none.

        Raises:
            ConflictError: One was saved or deleted by someone else since it was read.
            JobCancelledError: The officer stopped it; nothing is deleted.
        """
        self._actor.require(Permission.EDIT)
        gone = []
        with self._unit_of_work() as work:
            for number, (hazard_id, revision) in enumerate(hazards):
                job.advance(number, len(hazards))
                gone.append(work.hazards.soft_delete(hazard_id, self._actor, revision))
            work.commit()
        return gone, Changes(hazards=True, hazard_ids=tuple(each.id for each in gone))

    def restore_many(
        self, ids: Sequence[UUID], job: JobContext = QUIET_JOB
    ) -> tuple[list[Hazard], Changes]:
        """Undo several soft deletes: all of them or none."""
        self._actor.require(Permission.EDIT)
        back = []
        with self._unit_of_work() as work:
            for number, hazard_id in enumerate(ids):
                job.advance(number, len(ids))
                back.append(work.hazards.restore(hazard_id, self._actor))
            work.commit()
        return back, Changes(hazards=True, hazard_ids=tuple(each.id for each in back))

    def office(self) -> Office:
        """The profile of the office that keeps the register."""
        self._actor.require(Permission.READ)
        with self._unit_of_work() as work:
            return work.office.load()

    def save_office(self, office: Office) -> Changes:
        """Change the office profile."""
        self._actor.require(Permission.ADMINISTER)
        with self._unit_of_work() as work:
            work.office.save(office, self._actor)
            work.commit()
        return Changes(office=True)

    def _unit_of_work(self) -> UnitOfWork:
        return self._register.unit_of_work()


_LEVEL_VALUES = ("", "red", "orange", "yellow", "blue")


def new_hazard_id() -> UUID:
    """A fresh identity for a hazard."""
    return uuid4()


def county_of(hazard: Hazard) -> str:
    """The division in force today that holds the hazard's anchor.

    Raises:
        InvalidInputError: It lies in none; the message names the nearest one.
    """
    lon, lat = hazard.anchor()
    found = boundaries().county_at(lon, lat)
    if found is not None:
        return found
    code, metres = boundaries().nearest_county(lon, lat)
    raise InvalidInputError(
        _("“{name}”不在本市任何县区之内，最近的是{county}，相距 {km:.1f} 公里。").format(
            name=hazard.name, county=regions().get(code).name, km=metres / 1000
        ),
        hint=_("请核对坐标及其坐标系。"),
    )


def require_in_context(lon: float, lat: float) -> None:
    """Refuse a place outside the city and its neighbours.

    Raises:
        InvalidInputError: It lies there.
    """
    if not boundaries().inside_context(lon, lat):
        raise InvalidInputError(
            _("位置 {place} 不在本市及相邻市范围内。").format(place=format_decimal(lon, lat)),
            hint=_("请核对经纬度是否写反。"),
        )


def _counted(values: list[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
