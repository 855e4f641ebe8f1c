"""Builds the sample register from the shipped sheets, through the same code as a county's.

The sheets, the people behind them and every hazard are invented (``data/samples/README.md``).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.grading.method import method
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.office import Office
from qhd_riskmap.resources import samples_dir
from qhd_riskmap.services.assessment import AssessmentService
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.survey_import import ImportOutcome, ImportPreview, SurveyImport
from qhd_riskmap.storage.engine import Register, create_register

# Published in data/samples/README.md: it protects invented data and shows how encryption feels.
SAMPLE_PASSPHRASE: Final = "qhd-sample-2014"  # noqa: S105
SAMPLE_DATE: Final = date(2014, 6, 30)
SAMPLE_OFFICE: Final = Office(
    division="1303",
    unit="示例市应急管理办公室",
    publisher="示例市人民政府办公室",
    source="各县区及有关部门排查上报（虚构示例）",
)
_SURVEY_SUFFIXES = {".xlsx", ".xls", ".ods", ".csv"}
_PLACES = ("townships.geojson", "receptors.xlsx", "resources.xlsx")
_GRADING = "assessments.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleCounty:
    """What building the sample register did.

    Attributes:
        preview: The import preview (issues by cell, datum votes).
        outcome: What was committed.
        graded: Hazards graded afterwards from the assessors' list.
    """

    preview: ImportPreview
    outcome: ImportOutcome
    graded: int


def survey_files() -> list[Path]:
    """The departments' sheets, in a fixed order."""
    others = {*_PLACES, _GRADING}
    return sorted(
        path
        for path in samples_dir().iterdir()
        if path.suffix in _SURVEY_SUFFIXES and path.name not in others
    )


def ensure_sample_register(path: Path, actor: Actor, job: JobContext) -> bool:
    """Build the sample register unless it is there; True when it was built.

    It is built under another name, so an interrupted run leaves no half-made register behind.
    """
    if path.exists():
        return False
    unfinished = path.with_suffix(f".partial{path.suffix}")
    for suffix in ("", "-wal", "-shm", "-journal"):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    build_sample_register(unfinished, actor, job)
    unfinished.replace(path)
    return True


def build_sample_register(path: Path, actor: Actor, job: JobContext) -> SampleCounty:
    """Create ``path`` (encrypted with `SAMPLE_PASSPHRASE`), import, grade.

    Raises:
        DatabaseError: The file exists or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with create_register(path, passphrase=SAMPLE_PASSPHRASE, office=SAMPLE_OFFICE) as register:
        return fill_sample_register(register, actor, job)


def fill_sample_register(register: Register, actor: Actor, job: JobContext) -> SampleCounty:
    """Import the sample sheets and places into ``register`` and grade from the assessors' list."""
    survey = SurveyImport(register, actor)
    for name in _PLACES:
        survey.import_places(samples_dir() / name)
    preview = survey.preview(survey_files(), datum=None, job=job)
    outcome = survey.commit(preview, job=job)
    return SampleCounty(preview=preview, outcome=outcome, graded=_grade(register, actor))


def _grade(register: Register, actor: Actor) -> int:
    """Apply the assessors' list: name, method and factors of hazards that came without a level."""
    assessment = AssessmentService(register, actor)
    graded = 0
    with (samples_dir() / _GRADING).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            with register.unit_of_work() as work:
                found = work.hazards.find(HazardFilter(text=row["name"]))
            factors = {f.key: float(row[f.key]) for f in method(row["method"]).factors}
            for hazard in found:
                if hazard.name == row["name"] and hazard.level is None:
                    assessment.assess(str(hazard.id), row["method"], factors, on=SAMPLE_DATE)
                    graded += 1
    return graded
