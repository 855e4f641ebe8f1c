"""Photos that a sheet lists before and after remediation are evidence of the task, where it is clear."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from PIL import Image

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import PhotoStage
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.photo_matching import PhotoMatchingService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
HEADERS = ["隐患名称", "类别", "县区", "经度", "纬度", "坐标系", "整改措施", "现场照片", "整改前照片", "整改后照片"]  # fmt: skip
ROWS = [
    ["东沟滑坡", 118.950, 40.407, "加固", "现场.jpg", "前.jpg", "照片\\后.JPG"],
    ["西沟滑坡", 118.970, 40.420, "", "", "西前.jpg", ""],
]


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        book = Workbook()
        book.active.append(HEADERS)
        for name, lon, lat, *rest in ROWS:
            book.active.append([name, "滑坡", "青龙县", lon, lat, "国家2000", *rest])
        book.save(tmp_path / "a.xlsx")
        survey = SurveyImport(opened, ACTOR, date(2014, 7, 1))
        survey.commit(survey.preview([tmp_path / "a.xlsx"], None, SilentJob()), SilentJob())
        yield opened


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "照片"
    made.mkdir()
    names = ("现场.jpg", "前.jpg", "后.JPG", "西前.jpg")
    for number, name in enumerate(names):
        Image.new("RGB", (8, 8), (number * 40, 0, 0)).save(made / name, "JPEG")
    return made


def hang(register, folder, actor=ACTOR):
    photos = PhotoMatchingService(register, actor)
    return photos.attach(photos.plan(folder))


def test_listed_photos_become_evidence_of_the_one_task(register, folder):
    remediation = RemediationService(register, ACTOR)
    attached, changes = hang(register, folder)
    assert (len(attached.added), changes.tasks) == (4, True)
    (line,) = remediation.tasks()
    files = remediation.dossier(line.task.number).files
    assert {(f.stage, f.name) for f in files} == {
        (PhotoStage.BEFORE, "前.jpg"), (PhotoStage.AFTER, "后.JPG"),
    }  # fmt: skip
    assert remediation.file_content(files[0].id) == (folder / files[0].name).read_bytes()
    _again, changes = hang(register, folder)
    assert not changes.tasks
    assert verify(register) == []


def test_with_several_tasks_nothing_is_guessed(register, folder):
    remediation = RemediationService(register, ACTOR)
    (line,) = remediation.tasks()
    remediation.create(str(line.task.hazard_id), {"problem": "另一处"})
    _attached, changes = hang(register, folder)
    assert not changes.tasks
    assert [each.files for each in remediation.tasks()] == [0, 0]


def test_who_may_not_remedy_hangs_photos_on_hazards_only(register, folder):
    actor = Actor(name="李四", permissions=frozenset(Permission) - {Permission.REMEDY})
    attached, changes = hang(register, folder, actor)
    assert (len(attached.added), changes.tasks) == (4, False)
