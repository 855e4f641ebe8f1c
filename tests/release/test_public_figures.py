"""Public figures come from the page's own statements and give nothing suppressed away."""

from __future__ import annotations

from datetime import date

import pytest
from release_county import ACTOR

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figures import Dimension, FigureScope
from qhd_riskmap.domain.public_remedies import PARTS
from qhd_riskmap.domain.redaction import exclusion
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy
from qhd_riskmap.errors import PermissionDeniedError
from qhd_riskmap.services.figures import FigureService
from qhd_riskmap.services.public_figures import PublicFigureService

FAR = date(2099, 12, 31)  # after everything the invented county holds


@pytest.fixture
def found(county):
    return PublicFigureService(county.register, ACTOR).table(FigureScope(on=FAR))


def test_no_suppressed_type_has_a_number_and_no_small_cell_is_printed(found):
    assert found.k == release_rules().small_cell_k
    counted = [count for count in found.hazards if count.level is None]
    for count in found.hazards:
        known = taxonomy().get(count.type_key)
        assert known.event_class is not EventClass.SOCIAL_SECURITY
        assert known.release_class is not ReleaseClass.NEVER
        if known.release_class is ReleaseClass.COUNT:
            assert count.n >= found.k
    assert counted
    assert found.excluded > 0
    assert all(count.n >= found.k for count in found.tasks)


def test_public_and_printed_numbers_add_up_to_what_the_page_counts(county, found):
    service, scope = FigureService(county.register, ACTOR), FigureScope(on=FAR)
    on_page = sum(part.n for part in service.measured("hazards", scope).values())
    printed = sum(count.n for count in found.hazards)
    tasks = sum(count.n for count in found.tasks)
    kept = {h.id for h in county.hazards if not exclusion(h, taxonomy().get(h.type_key))}
    with county.register.unit_of_work() as work:
        lines = {line.task.number: line.task.hazard_id for line in work.tasks.lines(FAR)}
    members = [n for key in PARTS for n in service.members(key, scope)]
    public = sum(lines[number] in kept for number in members)
    assert printed + found.excluded + tasks + found.withheld == on_page + public


def test_a_part_of_the_city_cannot_be_asked_for(county, found):
    """Its difference to the whole would tell what was merged."""
    service = PublicFigureService(county.register, ACTOR)
    narrowed = FigureScope(on=FAR, counties=frozenset({"130302"}), first=date(2026, 1, 1))
    assert service.table(narrowed) == found


def test_where_nothing_is_suppressed_public_table_and_page_say_the_same(office):
    from release_county import invented_hazards  # noqa: PLC0415 - only here

    flood = [h for h in invented_hazards() if h.type_key == "flood" and h.secrecy == "public"]
    office.add(flood)
    table = PublicFigureService(office.register, ACTOR).table(FigureScope(on=FAR))
    page = FigureService(office.register, ACTOR).measured(
        "hazards", FigureScope(on=FAR), (Dimension.TYPE,)
    )
    assert page[("flood",)].n == len(flood) == sum(count.n for count in table.hazards)
    assert table.excluded == table.withheld == 0


def test_public_figures_need_the_permission_to_publish(office):
    reader = Actor(name="访客", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        PublicFigureService(office.register, reader).table(FigureScope(on=FAR))
