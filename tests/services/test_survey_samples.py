"""The sample county's sheets give exactly what their maker wrote into them."""

import json

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.resources import samples_dir
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.sample_county import survey_files
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

SEVERITIES = {"rejected": "error", "warned": "warning", "duplicate": "info"}


@pytest.fixture(scope="module")
def expected():
    return json.loads((samples_dir() / "expected_issues.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    path = tmp_path_factory.mktemp("samples") / "r.qhd"
    with create_register(path, passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="a"))
        preview = survey.preview(survey_files(), datum=None, job=SilentJob())
        return survey.commit(preview, SilentJob())


def test_every_seeded_fault_is_reported_at_its_cell(outcome, expected):
    found = {(i.file, i.sheet, i.cell, i.code, i.severity.value) for i in outcome.issues}
    wanted = {
        (e["file"], e["sheet"], e["cell"], e["code"], SEVERITIES[e["outcome"]])
        for e in expected["issues"]
    }
    assert wanted <= found, wanted - found


def test_nothing_else_is_complained_of(outcome, expected):
    wanted = {(e["file"], e["sheet"], e["cell"]) for e in expected["issues"]}
    extra = [i for i in outcome.issues if (i.file, i.sheet, i.cell) not in wanted]
    assert not extra


def test_all_good_rows_and_warned_rows_are_in(outcome, expected):
    outcomes = [e["outcome"] for e in expected["issues"]]
    assert outcome.accepted == expected["good_hazards"] + outcomes.count("warned")
    assert outcome.rejected == outcomes.count("rejected")
    assert outcome.duplicates == outcomes.count("duplicate")
    assert outcome.undecided == 0


def test_every_sheet_has_its_datum(outcome):
    assert all(datum.decided for datum in outcome.datums)
    assert {d.decided for d in outcome.datums} >= {"cgcs2000", "gcj02", "wgs84", "EPSG:4549"}
