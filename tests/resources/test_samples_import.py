"""The samples go through the program's own importer as their list of wrong rows promises."""

import json
import re
from collections import Counter

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard_filter import EVERYTHING
from qhd_riskmap.resources import samples_dir
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.sample_county import SAMPLE_OFFICE, SAMPLE_PASSPHRASE, survey_files
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

EXPECTED = json.loads((samples_dir() / "expected_issues.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def imported(tmp_path_factory):
    """Issues, outcome and hazards of importing every sheet into an empty register."""
    path = tmp_path_factory.mktemp("samples") / "samples.qhd"
    with create_register(path, passphrase=None, office=SAMPLE_OFFICE) as register:
        survey = SurveyImport(register, Actor(name="测试"))
        preview = survey.preview(survey_files(), datum=None, job=SilentJob())
        outcome = survey.commit(preview, job=SilentJob())
        with register.unit_of_work() as work:
            hazards = work.hazards.find(EVERYTHING)
    return preview, outcome, hazards


def row_of(cell):
    return int(re.sub(r"\D", "", cell) or 0)


def test_good_rows_come_in_and_wrong_ones_as_promised(imported):
    _preview, outcome, hazards = imported
    outcomes = Counter(issue["outcome"] for issue in EXPECTED["issues"])
    assert outcome.accepted == len(hazards) == EXPECTED["good_hazards"] + outcomes["warned"]
    assert outcome.rejected == outcomes["rejected"]
    assert outcome.duplicates == outcomes["duplicate"]
    assert outcome.undecided == 0


@pytest.mark.parametrize(
    "wrong", EXPECTED["issues"], ids=lambda i: f"{i['sheet']}-{i['cell']}-{i['code']}"
)
def test_every_wrong_cell_is_named(imported, wrong):
    preview = imported[0]
    cell = (wrong["file"], wrong["sheet"], wrong["cell"])
    found = {(i.path.name, i.sheet, i.cell, i.code) for i in preview.issues}
    assert (*cell, wrong["code"]) in found


def test_no_good_row_is_blamed(imported):
    preview = imported[0]
    wrong = {(i["file"], i["sheet"], row_of(i["cell"])) for i in EXPECTED["issues"]}
    blamed = [i for i in preview.issues if (i.path.name, i.sheet, row_of(i.cell)) not in wrong]
    assert blamed == []


def test_every_type_arrives_in_every_division(imported):
    hazards = imported[2]
    seen = {(h.type_key, h.county) for h in hazards}
    assert seen == {(t, c) for t in EXPECTED["by_type"] for c in EXPECTED["by_county"]}


def test_every_hazard_lies_in_its_division(imported):
    astray = [h for h in imported[2] if boundaries().county_at(*h.anchor()) != h.county]
    # The row that stands 160 m over a border on purpose.
    near_boundary = [i for i in EXPECTED["issues"] if i["code"] == "near-boundary"]
    assert len(astray) == len(near_boundary) == 1
    assert boundaries().nearest_county(*astray[0].anchor())[1] < 1.0


def test_the_readme_publishes_the_passphrase_the_program_uses():
    assert SAMPLE_PASSPHRASE in (samples_dir() / "README.md").read_text(encoding="utf-8")
