"""Nothing of inspections reaches a public product, and the checker finds what an office puts into one."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from release_county import (
    PLANNER,
    PLANNER_PHONE,
    inspection_canaries,
    invented_hazards,
    invented_inspections,
)
from test_release_canaries import everything_in

from qhd_riskmap.domain.inspection.record import Inspection
from qhd_riskmap.services.release_order import ProductFormat

# Days, words of a fixed list and versions are no texts of people.
_NO_TEXTS = {
    "id", "hazard_id", "on", "result", "answers", "checklist", "recorded_at", "recorded_by",
}  # fmt: skip


def test_every_text_of_an_inspection_has_a_canary():
    texts = {each.name for each in fields(Inspection)} - _NO_TEXTS
    assert texts == {"inspector", "phone", "note", "sheet"}


@pytest.mark.parametrize("product", list(ProductFormat))
def test_no_canary_of_inspections_is_in_any_product(county, released, product):
    text = everything_in(released[product])
    squeezed = re.sub(r"\s", "", text)
    wanted = inspection_canaries(county.inspections)
    assert len(wanted) > 7 * len(county.hazards)
    assert {c: kind for c, kind in wanted.items() if c in text or c in squeezed} == {}


def test_the_checker_finds_what_was_put_into_a_product(office, tmp_path):
    hazard = invented_hazards()[0]
    office.add([hazard])
    (done,) = invented_inspections([hazard])
    office.inspect([done])
    wrong, fine = done.answers
    told = (
        done.inspector, done.phone, done.note, done.sheet, wrong.note, wrong.question, fine.note,
        PLANNER, PLANNER_PHONE, str(done.id),
    )  # fmt: skip
    path = tmp_path / "页面.html"
    for text in told:
        path.write_text(f"<html><body><p>{text}</p></body></html>", encoding="utf-8")
        found = {leak.value for leak in office.service.check_files([path])}
        assert text.casefold() in found, text
    path.write_text(f"<html><body><p>{fine.question}</p></body></html>", encoding="utf-8")
    assert office.service.check_files([path]) == []
