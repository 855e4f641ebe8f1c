"""Every ugly sheet of the corpus, as built and as LibreOffice saved it again, gives what its maker wrote down."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

SHEETS = Path(__file__).resolve().parents[1] / "data" / "sheets"
sys.path.insert(0, str(SHEETS))

from cases import CASES  # noqa: E402

VARIANTS = [
    pytest.param(case, folder, suffix, id=f"{case.name}-{folder}")
    for case in CASES
    for folder, suffix in (
        ("built", case.suffix), ("xlsx", ".xlsx"), ("xls", ".xls"), ("ods", ".ods"),
    )
    if folder == "built" or case.resaved
]  # fmt: skip


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    """Previews store nothing, so one empty register serves all."""
    path = tmp_path_factory.mktemp("corpus") / "r.qhd"
    with create_register(path, passphrase=None, office=Office()) as register:
        yield SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))


def test_the_corpus_is_large_and_complete():
    assert sum(case.resaved for case in CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("case", "folder", "suffix"), VARIANTS)
def test_a_sheet_gives_what_was_expected_of_it(survey, case, folder, suffix):
    path = SHEETS / folder / f"{case.name}{suffix}"
    preview = survey.preview([path], datum=None, job=SilentJob())
    told = {
        (issue.sheet, issue.cell, issue.code)
        for issue in preview.issues
        if issue.severity is not Severity.INFO
    }
    # LibreOffice names the sheet of every case as it was named; a text file has none.
    wanted = {issue for issue in case.issues if issue[2] not in case.not_in.get(folder, ())}
    assert told == wanted
    assert [c.hazard.name for c in preview.candidates] == [h.name for h in case.hazards]
    for candidate, expected in zip(preview.candidates, case.hazards, strict=True):
        _compare(candidate.hazard, expected)
    for reading in preview.readings:
        _accounted_for(reading)
    counts = (preview.rejected, preview.undecided, preview.duplicates)
    assert counts == (case.rejected, case.undecided, case.duplicates)


def _accounted_for(reading):
    """Every row of a table that holds something is a hazard or listed as something else, never both."""
    skipped = [row.index for row in reading.skipped]
    told = [*reading.numbers, *skipped]
    assert len(set(told)) == len(told)
    sheet = reading.sheet
    filled = {
        sheet.first_row + i for i, row in enumerate(sheet.rows) if any(t.strip() for t in row)
    }
    assert filled <= set(told)
    assert reading.accepted + len(reading.rejected) + len(reading.undecided) == reading.rows


def _compare(hazard, expected):
    assert hazard.type_key == expected.type
    assert hazard.county == expected.county
    assert hazard.geometry.geom_type == expected.shape
    assert hazard.provenance.declared_reference == expected.datum
    if expected.place is not None:
        assert hazard.anchor() == pytest.approx(expected.place, abs=2e-6)
    if expected.phone is not None:
        assert hazard.phone == expected.phone
    if expected.level:
        assert hazard.level.name.lower() == expected.level
    if expected.found:
        assert str(hazard.found_on) == expected.found
    for key, value in expected.attributes.items():
        assert (
            hazard.attributes.get(key) == pytest.approx(value)
            if isinstance(value, float)
            else value
        )
    assert expected.extras.items() <= dict(hazard.extras).items()
