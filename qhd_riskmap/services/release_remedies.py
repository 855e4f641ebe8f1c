"""Numbers of remediation that a release tells: the page's own statements, merged and compared with the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from qhd_riskmap.domain.differencing import Difference, Disclosure, SafeCounts
from qhd_riskmap.domain.figures import FIGURES, FigureScope
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.public_areas import public_areas
from qhd_riskmap.domain.public_counts import CountArea, CountResult
from qhd_riskmap.domain.public_remedies import PARTS, remedies_of_scope
from qhd_riskmap.domain.redaction import PublicAreas, PublicSet, release_class
from qhd_riskmap.domain.release_decision import ReleaseDecision
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.services.figures import utc_offset
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.storage.unit_of_work import UnitOfWork


def tells_of_remediation(order: ReleaseOrder) -> bool:
    """Whether a product tells it: the statistics page, unless it is about some types or a township only."""
    design = order.sheet
    in_part = design is not None and (design.type_keys or design.township)
    return ProductFormat.STATISTICS in order.formats and not in_part


def with_remedies(
    public: PublicSet,
    work: UnitOfWork,
    hazards: Iterable[Hazard],
    decided: Mapping[UUID, ReleaseDecision],
    *,
    on: date,
    county: str | None,
    earlier: tuple[Disclosure, ...],
) -> PublicSet:
    """The public content with the state of remediation on a day.

    The city is merged first whatever the scope: a division's own number is printed where the city's table
    prints it apart, and nowhere else.

    Args:
        public: What is released besides.
        work: The transaction to read in.
        hazards: Live records.
        decided: Decisions in force about them.
        on: The day of the data.
        county: Only this division, or None.
        earlier: Such numbers of all earlier releases.
    """
    result, found = safe_remedies(work, hazards, decided, on=on, earlier=earlier)
    names = public_areas().county_names
    shown = {county, names.get(county, "")} if county else None
    return replace(
        public,
        remedies=remedies_of_scope(result.counts, county),
        small_cells=public.small_cells
        + tuple(cell for cell in result.small if shown is None or cell[0] in shown),
        differences=public.differences
        + tuple(each for each in found if county is None or county in each.areas),
    )


def safe_remedies(
    work: UnitOfWork,
    hazards: Iterable[Hazard],
    decided: Mapping[UUID, ReleaseDecision],
    *,
    on: date,
    earlier: tuple[Disclosure, ...],
) -> tuple[CountResult, tuple[Difference, ...]]:
    """Tasks of the whole city by part and division, as they may be printed; see `with_remedies`."""
    areas = public_areas()
    kept = {
        each.id: each.county
        for each in hazards
        if release_class(each, decided) is not ReleaseClass.NEVER
    }
    lines = {line.task.number: line.task.hazard_id for line in work.tasks.lines(on)}
    day = FigureScope(on=on)
    cells = [
        (part, _area(kept[lines[number]], areas))
        for part in PARTS
        for number in work.figures.members(FIGURES[part], day, {}, utc_offset())
        if lines[number] in kept
    ]
    past = SafeCounts(areas.city.code, areas.county_names, earlier, release_rules().small_cell_k)
    return past.count(cells, areas.city.code)


def _area(county: str, areas: PublicAreas) -> CountArea:
    name = areas.county_names.get(county)
    # A division of the past, or a text that is none, is counted with the city.
    return CountArea(code=county, name=name, parent=areas.city) if name else areas.city
