"""Reports on what is public around a place: an extract of a release, never more than it told.

Only what the release told *and* is still public today goes out: a record that has become secret since
must not be told anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from qhd_riskmap.cartography.public_place import PlaceSheet, write_place_report
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.blocked_texts import kept_names
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.place_report import PlaceReport, place_report
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.redaction import PublicSet, frozen, redact, thawed
from qhd_riskmap.domain.release_decision import ReleaseDecision, decisions_in_force
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.domain.release_texts import NamesKept
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.release_checker import check_all
from qhd_riskmap.services.release_drawing import differs
from qhd_riskmap.services.release_folders import require_not_among_papers, usual_control_folder
from qhd_riskmap.services.release_making import secrets_for
from qhd_riskmap.services.release_products import edition_of_record
from qhd_riskmap.services.release_secrets import Remedies
from qhd_riskmap.services.release_staging import moved_into, refuse_leaks, staging_folder
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_repository import ReleaseRecord, ReleaseStatus

_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """A report as ordered.

    Attributes:
        lon: CGCS2000 degrees; printed and measured from as the middle of its 100 m cell.
        lat: The same.
        name: What the place is called on the page.
        radius_m: How far to look.
        path: Target, a PDF.
        release: Number of the release it is taken from; "" for the newest public one of the place.
    """

    lon: float
    lat: float
    name: str
    path: Path
    radius_m: float = 3000.0
    release: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOutcome:
    """A report that was written.

    Attributes:
        report: What it tells.
        release: Number of the release it is taken from.
    """

    path: Path
    report: PlaceReport
    release: str

    def to_json(self) -> dict[str, Any]:
        """The document ``place-report --json`` prints."""
        return {
            "file": str(self.path),
            "release": self.release,
            "place": list(self.report.lonlat),
            "radius_m": self.report.radius_m,
            "near": [
                {"public_id": each.hazard.public_id, "distance_m": each.distance_m}
                for each in self.report.near
            ],
        }


class PlaceReports:
    """Place reports, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def write(self, order: PlaceOrder) -> PlaceOutcome:
        """Write the report and put it on record.

        Raises:
            NotFoundError: There is no public release that covers the place.
            InvalidInputError: The place, its name or the radius make no sense, or control papers lie
                in the folder.
            ReleaseBlockedError: The checker found something protected; nothing is left behind.
            OutputFileError: The file cannot be written.
        """
        self._actor.require(Permission.RELEASE)
        database = self._register.path
        refuse_register(self._register, order.path)
        require_not_among_papers(order.path.parent, usual_control_folder(database), database)
        hazards, everything, decided = self._records()
        today = self._public(hazards, decided)
        name = _judged_name(order.name, kept_names(hazards, release_rules(), decided))
        record, told = self._told(order)
        public = _still_public(told, today)
        report = place_report(public, order.lon, order.lat, radius_m=order.radius_m, name=name)
        edition = edition_of_record(record)
        sheet = PlaceSheet(report=report, edition=edition, number=record.number)
        with staging_folder(order.path.parent) as staging:
            made = staging / order.path.with_suffix(".pdf").name
            write_place_report(sheet, made)
            secrets = secrets_for(everything, public, edition, Remedies.of(self._register), decided)
            refuse_leaks(check_all([made], secrets))
            self._drawn_again(sheet, order, public, made)
            (path,) = moved_into([made], order.path.parent)
        self._record(path, record, report)
        return PlaceOutcome(path=path, report=report, release=record.number)

    def _record(self, path: Path, record: ReleaseRecord, report: PlaceReport) -> None:
        with self._register.unit_of_work() as work:
            record_export(
                work, self._actor, [path], name=record.number, kind="place-report",
                count=len(report.near),
            )  # fmt: skip

    def _drawn_again(
        self, sheet: PlaceSheet, order: PlaceOrder, public: PublicSet, made: Path
    ) -> None:
        """The same page once more from what the release register keeps must be the same bytes."""
        again = place_report(
            thawed(frozen(public)), order.lon, order.lat, radius_m=order.radius_m,
            name=sheet.report.name,
        )  # fmt: skip
        second = made.with_name(f"{made.stem}-2.pdf")
        write_place_report(replace(sheet, report=again), second)
        same = second.read_bytes() == made.read_bytes()
        second.unlink()
        refuse_leaks([] if same else [differs(made)])

    def _records(self) -> tuple[list[Hazard], list[Hazard], Mapping[UUID, ReleaseDecision]]:
        """Live records, all records, and the decisions about them."""
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find(EVERYTHING)
            deleted = work.hazards.find(HazardFilter(deleted=True))
            decided = decisions_in_force(work.release_decisions.all(), hazards)
        return hazards, [*hazards, *deleted], decided

    def _public(self, hazards: list[Hazard], decided: Mapping[UUID, ReleaseDecision]) -> PublicSet:
        """What of the records would be public now."""
        with self._register.unit_of_work() as work:
            outlines = [
                TownshipOutline(name=township.name, geometry=township.geometry)
                for township in work.places.townships()
            ]
        areas = public_areas(outlines)
        return redact(hazards, rules=release_rules(), areas=areas, decided=decided)

    def _told(self, order: PlaceOrder) -> tuple[ReleaseRecord, PublicSet]:
        """The release the report is taken from, and what it told."""
        county = public_areas().county_at(order.lon, order.lat)
        with self._register.unit_of_work() as work:
            for record in work.releases.list():
                if order.release not in ("", record.number):
                    continue
                covers = record.definition.get("county") in ("", None, county)
                if record.status is not ReleaseStatus.PUBLISHED or not covers:
                    continue
                content = work.releases.content(record.number)
                if content:
                    return record, thawed(content)
        raise NotFoundError(
            _("没有包含这个地点的公开发布，告知单只能从已公开的内容里摘取。"),
            hint=_("请先发布分布图，或核对发布编号。"),
        )


def _judged_name(name: str, kept: NamesKept) -> str:
    text = clean_public_text(name)
    if not 0 < len(text) <= _LONGEST_NAME:
        raise InvalidInputError(_("地名应有 1 到 {n} 个字。").format(n=_LONGEST_NAME))
    hits = (*release_rules().hits(text), *kept.hits(text))
    if hits:
        raise InvalidInputError(
            _("{field}含有{what}“{found}”，请改写。").format(
                field=_("地名"), what=hits[0].what, found=hits[0].found
            )
        )
    return text


def _still_public(told: PublicSet, today: PublicSet) -> PublicSet:
    """What was told then and would be told now."""
    known = {hazard.public_id for hazard in today.hazards}
    counts = set(today.counts)
    return PublicSet(
        hazards=tuple(hazard for hazard in told.hazards if hazard.public_id in known),
        counts=tuple(count for count in told.counts if count in counts),
    )
