"""Deadlines as a calendar: read back by a reader that knows nothing of the writer."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.calendar_file import CalendarDay, write_calendar
from qhd_riskmap.services.deadline_calendar import INSPECTIONS_AHEAD, DeadlineCalendar
from qhd_riskmap.services.inspection import InspectionService
from qhd_riskmap.services.remediation import RemediationService
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
MOMENT = datetime(2026, 1, 1, 8, 30, tzinfo=UTC)


_UNESCAPED = {"\\n": "\n", "\\N": "\n", "\\\\": "\\", "\\;": ";", "\\,": ","}


def read_back(path):
    """Events of a calendar file by RFC 5545: unfolded, split at the first colon, unescaped."""
    raw = path.read_bytes()
    assert raw.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    lines = raw.split(b"\r\n")[:-1]
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")  # no letter is cut in two
    plain = raw.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
    assert (plain[0], plain[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events, open_parts = [], []
    for line in plain:
        name, _colon, value = line.partition(":")
        if name == "BEGIN":
            open_parts.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert open_parts.pop() == value
        elif open_parts[-1] == "VEVENT":
            events[-1][name] = re.sub(r"\\.", lambda m: _UNESCAPED[m.group()], value)
        elif open_parts[-1] == "VALARM":
            events[-1].setdefault("alarm", {})[name] = value
    assert open_parts == []
    return events


@settings(max_examples=60)
@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n;,\\：急")), max_size=4))  # fmt: skip
def test_any_text_comes_back_as_it_was(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("ics") / "a.ics"
    days = [
        CalendarDay(
            uid=f"{n}@x", day=date(2026, 1, 1), summary=text, description=text, changed_at=MOMENT
        )
        for n, text in enumerate(texts)
    ]
    assert write_calendar(path, "历", days) == len(texts)
    kept = [text.replace("\ufffe", "").replace("\uffff", "") for text in texts]
    assert [event["SUMMARY"] for event in read_back(path)] == kept


def test_nothing_in_a_text_can_add_a_line_of_its_own(tmp_path):
    path = tmp_path / "a.ics"
    hostile = "a\r\nEND:VEVENT\r\nATTACH:file:///etc/passwd\rX:\x00y"
    day = CalendarDay(uid="1@x", day=date(2026, 1, 1), summary=hostile, changed_at=MOMENT)
    write_calendar(path, hostile, [day])
    (event,) = read_back(path)
    assert event["SUMMARY"] == "a\nEND:VEVENT\nATTACH:file:///etc/passwd\nX:y"
    assert "ATTACH" not in event


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304"), clock=lambda: MOMENT
    ) as made:
        hazard = Hazard(
            id=uuid4(), name="联峰山滑坡", type_key="geological", county="130304",
            geometry=shapely.Point(119.47, 39.83), unit="海滨镇政府",
            provenance=Provenance(
                original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
                accuracy=AccuracyClass.SURVEYED_CGCS,
            ),
        )  # fmt: skip
        with made.unit_of_work() as work:
            stored = work.hazards.add(hazard, ACTOR)
            for state, deadline in (
                (TaskState.ASSIGNED, date(2026, 3, 20)), (TaskState.ASSIGNED, None),
                (TaskState.VOID, date(2026, 3, 21)), (TaskState.RECTIFYING, date(2026, 4, 2)),
            ):  # fmt: skip
                work.tasks.add(
                    RemediationTask(
                        id=uuid4(), hazard_id=stored.id, since=date(2026, 1, 1), state=state,
                        registered_on=date(2026, 1, 1), deadline=deadline, problem="挡墙开裂；渗水, 急",
                    ),
                    ACTOR,
                )  # fmt: skip
            work.commit()
        yield made


def calendar_of(register, today=date(2026, 12, 1)):
    inspections = InspectionService(register, ACTOR, today=lambda: today)
    return DeadlineCalendar(register, ACTOR, RemediationService(register, ACTOR), inspections)


def test_inspections_of_the_next_quarter_stand_beside_the_deadlines(register, tmp_path):
    due = date(2026, 5, 31)  # before the flood season begins
    far = calendar_of(register, due - INSPECTIONS_AHEAD - timedelta(days=1))
    assert far.export(tmp_path / "far.ics") == 2
    near = calendar_of(register, due - INSPECTIONS_AHEAD)
    assert near.export(tmp_path / "near.ics") == 3
    visit = read_back(tmp_path / "near.ics")[-1]
    assert visit["DTSTART;VALUE=DATE"] == "20260531"
    assert visit["SUMMARY"] == "隐患检查：联峰山滑坡（海滨镇政府）"
    assert "上次：2026-01-01" in visit["DESCRIPTION"]
    assert visit["alarm"]["TRIGGER"] == "-P7D"
    late = calendar_of(register, due + timedelta(days=30))
    assert late.export(tmp_path / "late.ics", wanted=None) == 1
    (later,) = read_back(tmp_path / "late.ics")
    assert (later["UID"], later["DTSTART;VALUE=DATE"]) == (visit["UID"], "20260531")
    assert int(later["SEQUENCE"]) > int(visit["SEQUENCE"])


def test_deadlines_that_run_stand_in_the_calendar_with_lasting_names(register, tmp_path):
    service = calendar_of(register)
    assert service.export(tmp_path / "a.ics", inspected=None) == 2
    assert service.export(tmp_path / "b.ics", inspected=None) == 2
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
    first, second = read_back(tmp_path / "a.ics")
    assert first["DTSTART;VALUE=DATE"] == "20260320"
    assert first["DTEND;VALUE=DATE"] == "20260321"
    assert first["SUMMARY"] == "整改到期：联峰山滑坡（海滨镇政府）"
    assert "挡墙开裂；渗水, 急" in first["DESCRIPTION"]
    assert first["alarm"]["TRIGGER"] == "-P7D"
    assert first["UID"] != second["UID"]
    assert first["DTSTAMP"] == "20260101T083000Z"


def test_another_name_or_a_folder_is_refused(register, tmp_path):
    service = calendar_of(register)
    (tmp_path / "d.ics").mkdir()
    for wrong in ("a.txt", "r.qhd", "d.ics"):
        with pytest.raises(OutputFileError):
            service.export(tmp_path / wrong)


def test_the_command(register, tmp_path, capsys):
    path = tmp_path / "a.ics"
    arguments = ["ics", str(register.path), str(path), "--unit", "海滨"]
    assert run(arguments, lambda *_given: None) == 0
    assert "2 项" in capsys.readouterr().out
    assert (
        len(read_back(path)) == 2
    )  # a unit has tasks; inspections are asked for by county and type
    for options, count in (
        ([], 3), (["--only", "tasks"], 2), (["--only", "inspections"], 1), (["--state", "void"], 0),
        (["--county", "130302"], 0), (["--county", "130304", "--type", "geological"], 3),
    ):  # fmt: skip
        assert run(["ics", str(register.path), str(path), *options], lambda *_given: None) == 0
        assert len(read_back(path)) == count, options
