"""The composition root: opens a register and builds the services around it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.services.assessment import AssessmentService
from qhd_riskmap.services.attachments import AttachmentService
from qhd_riskmap.services.bookmarks import BookmarkService
from qhd_riskmap.services.exporting import ExportService
from qhd_riskmap.services.lookup import LookupService
from qhd_riskmap.services.map_layers import MapLayerService
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.reshaping import ReshapingService
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import Register, create_register, open_register

_NAMELESS = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything a window or a command needs to work on one register."""

    register: Register
    actor: Actor
    registry: RegisterService
    reshaping: ReshapingService
    assessment: AssessmentService
    survey_import: SurveyImport
    release: ReleaseService
    exporting: ExportService
    attachments: AttachmentService
    bookmarks: BookmarkService
    lookup: LookupService
    layers: MapLayerService

    @property
    def path(self) -> Path:
        """The register file."""
        return self.register.path

    @property
    def encrypted(self) -> bool:
        """Whether the file needs a passphrase."""
        return self.register.encrypted

    def close(self) -> None:
        """Release the file; the services are unusable afterwards."""
        self.layers.tiles.close()
        self.register.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_app(path: Path, passphrase: str | None = None, actor_name: str | None = None) -> App:
    """Open an existing register.

    Args:
        path: The register file.
        passphrase: None for a plain file.
        actor_name: Recorded with every change; None takes the operating system's user.

    Raises:
        DatabaseError: The file cannot be opened; each reason is a class of its own.
    """
    return _app(open_register(path, passphrase=passphrase), actor_name)


def create_app(
    path: Path, passphrase: str | None, office: Office, actor_name: str | None = None
) -> App:
    """Create a new register and open it; an existing file is never touched."""
    return _app(create_register(path, passphrase=passphrase, office=office), actor_name)


def actor(name: str | None) -> Actor:
    """The named actor, or the operating system's user."""
    return Actor(name=(name or _login()).strip() or _NAMELESS)


def _app(register: Register, actor_name: str | None) -> App:
    who = actor(actor_name)
    return App(
        register=register,
        actor=who,
        registry=RegisterService(register, who),
        reshaping=ReshapingService(register, who),
        assessment=AssessmentService(register, who),
        survey_import=SurveyImport(register, who),
        release=ReleaseService(register, who),
        exporting=ExportService(register, who),
        attachments=AttachmentService(register, who),
        bookmarks=BookmarkService(register, who),
        layers=MapLayerService(register, who),
        lookup=LookupService(register, who),
    )


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in a container, no USERNAME on a kiosk
        return _NAMELESS
