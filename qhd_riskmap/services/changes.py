"""What a use case changed, so that each view decides for itself whether to redraw."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Result of a mutating service.

    Attributes:
        hazard_ids: The hazards touched; empty with `hazards` set means "many, reload".
        hazards: Some hazard, its level or its place changed.
        office: The office profile changed.
        releases: The release register changed.
        attachments: Photos or files of the hazards were added or taken off.
        bookmarks: The bookmarks of the map changed.
        layers: Layers of the map, their look or their order changed.
        coverage: What is recorded of surveys changed.
        look_alikes: Something was decided about pairs that may be one thing.
        tasks: Remediation tasks, their files or the working days changed.
        inspections: An inspection was recorded, or got a file or a task.
        rules: The office's own rules changed.
        receptors: Receptors, townships or resources changed.
    """

    hazard_ids: tuple[UUID, ...] = ()
    hazards: bool = False
    office: bool = False
    releases: bool = False
    rules: bool = False
    receptors: bool = False
    attachments: bool = False
    bookmarks: bool = False
    layers: bool = False
    coverage: bool = False
    tasks: bool = False
    inspections: bool = False
    look_alikes: bool = False
