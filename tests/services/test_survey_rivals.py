"""The records an import is compared with: leaving out the others changes nothing it finds."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.geo import near_pairs
from qhd_riskmap.services import survey_import, survey_rivals
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
HEADERS = ["隐患名称", "类别", "县区", "位置坐标（2000坐标）", "编号", "统一社会信用代码"]
CREDITS = ("91350100M000100Y43", "91350100M000100Y44")
NAMES = ("东沟滑坡", "东沟滑坡点", "东沟1号滑坡", "东沟2号滑坡", "西沟老滑坡体", "甲乙管线")
KINDS = ("滑坡", "滑坡", "森林火灾", "油气管道")


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, date(2014, 7, 1))


def rows(rng, count):
    """Rows that crowd: places within two kilometres, rings and lines among them, few names and codes."""
    made = []
    for _row in range(count):
        kind = KINDS[rng.integers(len(KINDS))]
        x, y = 118.95 + rng.uniform(0, 0.02), 40.40 + rng.uniform(0, 0.02)
        size = 10 ** rng.uniform(-4, -2)
        if kind == "油气管道":
            x, y = 118.95 + 0.0005 * rng.integers(3), 40.40
            points = [(x, y), (x + 0.01, y + 0.01 + 0.0002 * rng.integers(4))]
        elif rng.random() < 0.3:
            # An L: the place on it is far from the middle of its box.
            thin = size / 10
            corners = [(0, 0), (size, 0), (size, thin), (thin, thin), (thin, size), (0, size)]
            points = [(x + dx, y + dy) for dx, dy in corners]
        else:
            points = [(x, y)]
        code = f"QL-2014-{rng.integers(40):04d}" if rng.random() < 0.4 else ""
        credit = CREDITS[rng.integers(2)] if rng.random() < 0.3 else ""
        text = ";".join(f"{a:.6f},{b:.6f}" for a, b in points)
        made.append([NAMES[rng.integers(len(NAMES))], kind, "青龙县", text, code, credit])
    return made


def workbook(path, lines):
    book = Workbook()
    for line in (HEADERS, *lines):
        book.active.append(line)
    book.save(path)
    return path


def found_in(survey, path):
    """All that a preview says of repeats and look-alikes."""
    preview = survey.preview([path], datum=None, job=SilentJob())
    suspects = {
        (
            pair.key,
            pair.suspicion.label,
            pair.suspicion.likeness,
            pair.suspicion.registered,
            pair.suspicion.metres,
        )
        for pair in preview.suspects
    }
    offered = {(offer.code, offer.row_hash) for offer in preview.updates}
    return preview.issues, suspects, offered, preview.accepted


def everything(work, _candidates, _holders):
    keys, _boxes = work.rivals.boxes()
    return work.hazards.fingerprints(keys.tolist())


@pytest.mark.parametrize("seed", range(12))
def test_all_records_and_those_picked_give_the_same(survey, register, tmp_path, monkeypatch, seed):
    rng = np.random.default_rng(seed)
    first = workbook(tmp_path / "a.xlsx", rows(rng, 60))
    survey.commit(survey.preview([first], datum=None, job=SilentJob()), SilentJob())
    with register.unit_of_work() as work:
        for hazard in work.hazards.find():
            if rng.random() < 0.15:
                work.hazards.soft_delete(hazard.id, ACTOR, hazard.revision)
            elif rng.random() < 0.3:
                codes = (*hazard.alias_codes, f"QL-2014-{rng.integers(40):04d}", 'a","b')
                work.hazards.save(replace(hazard, alias_codes=codes), ACTOR)
        work.commit()
    codes = [hazard.code for hazard in RegisterService(register, ACTOR).find()]
    new = rows(rng, 60)
    for line in new[:5]:
        line[4] = codes[rng.integers(len(codes))]
    second = workbook(tmp_path / "b.xlsx", new)
    picked = found_in(survey, second)
    monkeypatch.setattr(survey_import, "rivals", everything)
    assert picked == found_in(survey, second)
    issues, suspects, offered, _accepted = picked
    assert {issue.code for issue in issues} >= {"duplicate", "suspected-duplicate"}
    assert len({likeness for _row, _label, likeness, *_rest in suspects}) >= 2
    assert offered


def test_few_records_are_read(survey, register, tmp_path):
    far = [
        [f"北沟{n}号滑坡", "滑坡", "青龙县", f"{118.9 + n / 500},40.40", "", ""] for n in range(50)
    ]
    path = workbook(tmp_path / "a.xlsx", far)
    survey.commit(survey.preview([path], datum=None, job=SilentJob()), SilentJob())
    new = workbook(
        tmp_path / "b.xlsx", [["北沟7号滑坡点", "滑坡", "青龙县", "118.9145,40.40", "", ""]]
    )
    preview = survey.preview([new], datum=None, job=SilentJob())
    with register.unit_of_work() as work:
        found = survey_rivals.rivals(work, preview.candidates, ())
    assert [record.name for record in found] == ["北沟7号滑坡"]


def test_where_records_crowd_beyond_counting_all_are_read(survey, register, tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", rows(np.random.default_rng(1), 30))
    survey.commit(survey.preview([path], datum=None, job=SilentJob()), SilentJob())
    new = workbook(tmp_path / "b.xlsx", rows(np.random.default_rng(2), 30))
    preview = survey.preview([new], datum=None, job=SilentJob())
    crowded = survey_rivals.pairs_within
    monkeypatch.setattr(survey_rivals, "pairs_within", lambda *given: crowded(*given, most=0))
    with register.unit_of_work() as work:
        found = survey_rivals.rivals(work, preview.candidates, ())
        assert len(found) == work.hazards.count() > 0


def test_nothing_is_compared_with_nothing(register, survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [])
    preview = survey.preview([path], datum=None, job=SilentJob())
    with register.unit_of_work() as work:
        assert survey_rivals.rivals(work, preview.candidates, ()) == []
    assert near_pairs.pairs_within(np.empty((0, 2)), np.empty(0), np.ones((1, 2))) == []
