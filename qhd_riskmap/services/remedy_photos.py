"""Photos that a sheet lists as taken before or after remediation, hung on the task, too."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.remediation.task import PhotoStage, TaskState
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

# Other columns of photos do not say what they are evidence of.
_STAGES: Final[Mapping[str, PhotoStage]] = {
    "整改前": PhotoStage.BEFORE,
    "治理前": PhotoStage.BEFORE,
    "整改后": PhotoStage.AFTER,
    "治理后": PhotoStage.AFTER,
}
_OVER: Final = frozenset({TaskState.VOID, TaskState.TRANSFERRED})
NamesIn = Callable[[str], Iterable[str]]


def adopt_listed(
    register: Register, actor: Actor, hazards: Iterable[UUID], names_in: NamesIn
) -> int:
    """Hang the listed photos of hazards on their task; how many were hung.

    A hazard with several tasks is passed over: the sheet does not say which one is meant.

    Args:
        register: The register.
        actor: Who hung the photos on the hazards.
        hazards: Hazards that got photos.
        names_in: File names in a cell.
    """
    wanted = list(hazards)
    if not wanted or Permission.REMEDY not in actor.permissions:
        return 0
    with register.unit_of_work() as work:
        work.lock()
        hung = sum(
            _adopt(work, hazard, actor, names_in) for hazard in work.batch_hazards.load(wanted)
        )
        if hung:
            work.commit()
    return hung


def _adopt(work: UnitOfWork, hazard: Hazard, actor: Actor, names_in: NamesIn) -> int:
    listed = _listed(hazard, names_in)
    tasks = [task for task in work.tasks.of_hazard(hazard.id) if task.state not in _OVER]
    if not listed or len(tasks) != 1:
        return 0
    there = {(file.stage, file.sha256) for file in work.task_files.of(tasks[0].id)}
    hung = 0
    for entry in work.attachments.of(hazard.id):
        stage = listed.get(_folded(entry.name))
        if stage is not None and (stage, entry.sha256) not in there:
            work.task_files.adopt(tasks[0].id, stage, entry, actor)
            hung += 1
    return hung


def _listed(hazard: Hazard, names_in: NamesIn) -> dict[str, PhotoStage]:
    """Stage by file name, of the columns that say a stage."""
    found: dict[str, PhotoStage] = {}
    for header, text in hazard.extras.items():
        stage = next((stage for word, stage in _STAGES.items() if word in header), None)
        if stage is not None:
            found.update((_folded(name), stage) for name in names_in(text))
    return found


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
