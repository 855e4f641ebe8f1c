"""An invented county with something to hide in every field, and a gate ready to publish it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from shapely import LineString, Point, Polygon

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Inspection,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.storage.engine import Register, create_register

ACTOR = Actor(name="值班员赵六")
TODAY = date(2026, 11, 23)
TITLE = "秦皇岛市风险隐患分布图"
PLACES = {
    "130302": (119.54, 39.98), "130303": (119.73, 40.02), "130304": (119.42, 39.83),
    "130306": (119.20, 39.95), "130321": (118.95, 40.40), "130322": (119.05, 39.66),
    "130324": (118.90, 39.92),
}  # fmt: skip


def protected_fields(serial: int, kind) -> dict[str, object]:
    """A text of its own for every field that must stay in."""
    tag = f"{serial:03d}"
    return {
        "code": f"130302-{kind.code}-2026-9{tag}",
        "address": f"密址{tag}胡同甲号",
        "regulator": f"密管{tag}监督科",
        "contact": f"密人{tag}先生",
        "phone": f"1385550{serial:04d}",
        "notes": f"密记{tag}勿外传",
        "extras": {"备用栏": f"密栏{tag}内容"},
        "attributes": {f.key: f"密属{tag}{f.key}" for f in kind.fields if f.kind is FieldKind.TEXT},
        "alias_codes": (f"OLD-{tag}-QHD",),
    }


def invented_hazards() -> list[Hazard]:
    """Every type in every division, as point, line and polygon in turn; some not public."""
    hazards = []
    for row, kind in enumerate(taxonomy().types):
        for column, (county, (lon, lat)) in enumerate(PLACES.items()):
            for copy in range(3 if kind.release_class is ReleaseClass.COUNT else 1):
                serial = len(hazards)
                # Steps that are no multiples of a cell, so that no true place is a node.
                x, y = lon + 0.00737 * (row % 4) + 0.0013 * copy, lat + 0.00523 * (row // 4)
                shape = [
                    Point(x, y),
                    LineString([(x, y), (x + 0.0071, y + 0.0043), (x + 0.0127, y + 0.0019)]),
                    Polygon([(x, y), (x + 0.0061, y + 0.0007), (x + 0.0053, y + 0.0059)]),
                ][(row + column) % 3]
                natural = kind.event_class is EventClass.NATURAL_DISASTER
                hidden = natural and column == 6 and row % 2 == 0
                hazards.append(
                    Hazard(
                        id=UUID(int=0xC0FFEE00000000000000000000000000 + serial),
                        name=f"秘名{serial:03d}隐患"
                        if hidden or not natural
                        else f"公名{serial:03d}隐患",
                        type_key=kind.key,
                        sub_kind=kind.sub_kinds[0],
                        geometry=shape,
                        provenance=Provenance(
                            original_text=f"{x:.6f},{y:.6f}",
                            declared_reference="cgcs2000",
                            method=LocationMethod.IMPORTED,
                            accuracy=AccuracyClass.GNSS_WGS,
                        ),
                        county=county,
                        township="示范镇",
                        unit=f"秘位{serial:03d}单位" if hidden or not natural else "示范县林业站",
                        level=list(RiskLevel)[(row + column) % 4],
                        secrecy=Secrecy.SECRET if hidden else Secrecy.PUBLIC,
                        **protected_fields(serial, kind),
                    )
                )
    return hazards


def canaries(hazards) -> dict[str, str]:
    """Everything that must not come out, as plain text → what it is."""
    found = {}
    for hazard in hazards:
        for name in ("code", "address", "regulator", "contact", "phone", "notes"):
            found[getattr(hazard, name)] = name
        found[str(hazard.id)] = "id"
        found.update(dict.fromkeys(hazard.extras.values(), "extra"))
        found.update(dict.fromkeys(hazard.attributes.values(), "attribute"))
        found.update(dict.fromkeys(hazard.alias_codes, "code"))
        if hazard.name.startswith("秘"):
            found[hazard.name] = "name"
        if hazard.unit.startswith("秘"):
            found[hazard.unit] = "unit"
        found[hazard.provenance.original_text] = "coordinates"
    return found


def invented_tasks(hazards) -> list[RemediationTask]:
    """A remediation task of every hazard, with a text of its own in every field."""
    return [
        RemediationTask(
            id=UUID(int=0xBEEF0000000000000000000000000000 + serial),
            hazard_id=hazard.id,
            since=date(2026, 3, 2),
            registered_on=date(2026, 3, 2),
            state=TaskState.RECTIFYING,
            deadline=date(2026, 6, 30),
            funds=7_654_000.4321 + serial,
            phone=f"1396660{serial:04d}",
            **{key: f"{mark}{serial:03d}{key}" for key, mark in TASK_MARKS.items()},
        )
        for serial, hazard in enumerate(hazards)
    ]


# Every text of a task; a test compares with the fields that there are.
TASK_MARKS = {
    "problem": "密患", "basis": "密据", "measures": "密措", "fund_source": "密资", "owner_unit": "密责",
    "owner": "密主", "deputy": "密协", "regulator": "密督", "contingency": "密预", "supervision_no": "密号",
    "progress": "密展", "acceptor": "密验", "opinion": "密见", "extension_reason": "密延",
    "receiver": "密收", "remark": "密备",
}  # fmt: skip


def task_canaries(tasks) -> dict[str, str]:
    """Everything of tasks that must not come out, as plain text → field."""
    found = {}
    for task in tasks:
        found[task.phone] = "phone"
        found[f"{task.funds:.4f}"] = "funds"
        found[str(task.id)] = "id"
        found.update({getattr(task, key): key for key in TASK_MARKS})
    return found


def invented_inspections(hazards) -> list[Inspection]:
    """An inspection of every hazard, with a text of its own in every field."""
    return [
        Inspection(
            id=UUID(int=0xFEED0000000000000000000000000000 + serial),
            hazard_id=hazard.id,
            on=date(2026, 4, 9),
            inspector=f"密检{serial:03d}员",
            phone=f"1377770{serial:04d}",
            result=InspectionResult.PROBLEMS,
            note=f"密察{serial:03d}情况",
            answers=(
                Answer(
                    key="sign", question=f"密问{serial:03d}是否完好", verdict=Verdict.FAIL,
                    note=f"密答{serial:03d}不好",
                ),
                Answer(
                    key="duty", question="值守电话能接通", verdict=Verdict.PASS,
                    note=f"密注{serial:03d}尚可",
                ),
            ),
            checklist="2026.11",
            sheet=f"{ROUND}-{serial + 1}",
        )
        for serial, hazard in enumerate(hazards)
    ]  # fmt: skip


ROUND = "7K3Q9M2X"
PLANNER = "密划人十二"
PLANNER_PHONE = "13766660000"


RECEPTOR_CANARIES = (
    "密校九年一贯制", "密受址八巷七号", "密受人王某某", "13855577001", "密受栏勿传", "119.4123457", "39.8234567",
)  # fmt: skip


def invented_receptors() -> list[Receptor]:
    """A village, which pages may name, and a school, which they may not."""
    school, address, contact, phone, extra, lon, lat = RECEPTOR_CANARIES
    village = Receptor(
        id=UUID(int=7001), name="榆树庄村", kind="村庄", people=987, households=321, county="130304",
        township="牛头崖镇", address=address, contact=contact, phone=phone, extras={"备注": extra},
        geometry=Point(float(lon), float(lat)),
    )  # fmt: skip
    return [village, replace(village, id=UUID(int=7002), name=school, kind="学校")]


def inspection_canaries(inspections) -> dict[str, str]:
    """Everything of inspections that must not come out, as plain text → field."""
    found = {PLANNER: "round", PLANNER_PHONE: "round", ROUND: "round"}
    for each in inspections:
        for name in ("inspector", "phone", "note", "sheet"):
            found[getattr(each, name)] = name
        found[str(each.id)] = "id"
        found.update((answer.note, "answer") for answer in each.answers)
        found.update((answer.question, "question") for answer in each.failed)
    return found


@dataclass
class GateOffice:
    """A register with its gate and folders."""

    register: Register
    service: ReleaseService
    folder: Path
    hazards: list[Hazard] = field(default_factory=list)
    tasks: list[RemediationTask] = field(default_factory=list)
    inspections: list[Inspection] = field(default_factory=list)

    def order(self, **changes) -> ReleaseOrder:
        order = ReleaseOrder(
            title=TITLE,
            formats=(ProductFormat.GEOJSON,),
            out_dir=self.folder / "公开成果",
            data_date=date(2026, 10, 31),
            approval_no="冀S(2026)012号",
            approval_date=date(2026, 11, 2),
            prepared_by="编制甲",
            reviewed_by="审核乙",
            secrecy_reviewed_by="保密丙",
        )
        return replace(order, **changes)

    def remedy(self, tasks) -> None:
        """Register remediation tasks."""
        with self.register.unit_of_work() as work:
            self.tasks = [work.tasks.add(task, ACTOR) for task in tasks]
            work.commit()

    def receive(self, receptors) -> None:
        """Register receptors."""
        with self.register.unit_of_work() as work:
            work.places.add_receptors(receptors, ACTOR)
            work.commit()

    def inspect(self, inspections) -> None:
        """Record inspections, all on the sheets of one round."""
        self.inspections = list(inspections)
        planned = PlannedRound(
            id=ROUND, on=date(2026, 4, 9), start=(119.6, 39.9), route_m=1.0, inspector=PLANNER,
            phone=PLANNER_PHONE, stops=tuple(each.hazard_id for each in inspections),
        )  # fmt: skip
        with self.register.unit_of_work() as work:
            work.rounds.add(planned, ACTOR)
            for each in inspections:
                work.inspections.add(each, ACTOR)
            work.commit()

    def add(self, hazards) -> None:
        with self.register.unit_of_work() as work:
            work.hazards.add_many(hazards, ACTOR)
            work.commit()

    def edit(self, hazard_id, **changes) -> None:
        with self.register.unit_of_work() as work:
            stored = work.hazards.require(str(hazard_id))
            work.hazards.save(replace(stored, **changes), ACTOR)
            work.commit()


def make_office(folder: Path) -> GateOffice:
    register = create_register(
        folder / "test.qhd",
        passphrase=None,
        office=Office(
            unit="秦皇岛市应急管理局", publisher="秦皇岛市人民政府办公室", source="各部门排查成果"
        ),
    )
    return GateOffice(register, ReleaseService(register, ACTOR, today=lambda: TODAY), folder)
