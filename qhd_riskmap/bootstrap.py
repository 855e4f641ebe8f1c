"""The composition root: opens a register and builds the services around it.

Everything here loads late. The desk shows the map from a first look at the file while the services,
and the libraries they stand on, are still to come.
"""

from __future__ import annotations

import getpass
import threading
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qhd_riskmap.domain.access import Actor, Permission

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable
    from qhd_riskmap.domain.office import Office
    from qhd_riskmap.services.assessment import AssessmentService
    from qhd_riskmap.services.attachments import AttachmentService
    from qhd_riskmap.services.bookmarks import BookmarkService
    from qhd_riskmap.services.bulk_edit import BulkEditService
    from qhd_riskmap.services.chart_files import ChartFiles
    from qhd_riskmap.services.coverage import CoverageService
    from qhd_riskmap.services.deadline_calendar import DeadlineCalendar
    from qhd_riskmap.services.deadline_notices import DeadlineNoticeService
    from qhd_riskmap.services.exporting import ExportService
    from qhd_riskmap.services.exposure import ExposureService
    from qhd_riskmap.services.factor_table import FactorTableService
    from qhd_riskmap.services.figures import FigureService
    from qhd_riskmap.services.first_look import FirstLook
    from qhd_riskmap.services.history import HistoryService
    from qhd_riskmap.services.inspection import InspectionService
    from qhd_riskmap.services.inspection_returns import InspectionReturns
    from qhd_riskmap.services.inspection_rounds import RoundService
    from qhd_riskmap.services.ledger import LedgerService
    from qhd_riskmap.services.look_alikes import LookAlikeService
    from qhd_riskmap.services.lookup import LookupService
    from qhd_riskmap.services.map_layers import MapLayerService
    from qhd_riskmap.services.monthly_report import MonthlyReport
    from qhd_riskmap.services.notice_receipts import ReceiptService
    from qhd_riskmap.services.office_documents import DocumentService
    from qhd_riskmap.services.photo_matching import PhotoMatchingService
    from qhd_riskmap.services.place_reports import PlaceReports
    from qhd_riskmap.services.public_figures import PublicFigureService
    from qhd_riskmap.services.receptors import ReceptorService
    from qhd_riskmap.services.record_merge import RecordMergeService
    from qhd_riskmap.services.register import RegisterService
    from qhd_riskmap.services.release import ReleaseService
    from qhd_riskmap.services.release_decisions import ReleaseDecisions
    from qhd_riskmap.services.release_definitions import ReleaseDefinitions
    from qhd_riskmap.services.remediation import RemediationService
    from qhd_riskmap.services.reshaping import ReshapingService
    from qhd_riskmap.services.risk_list import RiskListService
    from qhd_riskmap.services.rule_profiles import RuleProfileService
    from qhd_riskmap.services.summary_forms import SummaryForms
    from qhd_riskmap.services.survey_batches import BatchService
    from qhd_riskmap.services.survey_import import SurveyImport
    from qhd_riskmap.services.survey_reinterpret import ReinterpretService
    from qhd_riskmap.services.survey_templates import SurveyTemplates
    from qhd_riskmap.services.work_calendar import WorkCalendarService
    from qhd_riskmap.services.worksheet import WorksheetService
    from qhd_riskmap.storage.engine import Register

_NAMELESS = "unknown"


class App:
    """Everything a window or a command needs to work on one register.

    Attributes:
        path: The register file.
        actor: Who works on it.
    """

    def __init__(
        self,
        path: Path,
        passphrase: str | None,
        actor: Actor,
        *,
        register: Register | None = None,
        look: FirstLook | None = None,
    ) -> None:
        self.path = path
        self.actor = actor
        self._passphrase = passphrase
        self._register = register
        self._look = look
        self._opening = threading.Lock()

    @property
    def encrypted(self) -> bool:
        """Whether the file needs a passphrase."""
        if self._register is not None:
            return self._register.encrypted
        return self._passphrase is not None

    @property
    def register(self) -> Register:
        """The open register; opened at the first question after a first look.

        Raises:
            DatabaseError: The file cannot be opened; each reason is a class of its own.
        """
        with self._opening:
            if self._register is None:
                from qhd_riskmap.storage.engine import open_register  # noqa: PLC0415

                self._register = open_register(self.path, passphrase=self._passphrase)
            return self._register

    def features(self) -> FeatureTable:
        """All live hazards as columns: once from the first look, from then on read anew."""
        self.actor.require(Permission.READ)
        first = self._look.table() if self._look is not None else None
        return first if first is not None else self.registry.features()

    @cached_property
    def registry(self) -> RegisterService:
        """Single hazards."""
        from qhd_riskmap.services.register import RegisterService  # noqa: PLC0415

        return RegisterService(self.register, self.actor)

    @cached_property
    def assessment(self) -> AssessmentService:
        """Grading."""
        from qhd_riskmap.services.assessment import AssessmentService  # noqa: PLC0415

        return AssessmentService(self.register, self.actor)

    @cached_property
    def factor_tables(self) -> FactorTableService:
        """Many assessments from one table, factor defaults of areas."""
        from qhd_riskmap.services.factor_table import FactorTableService  # noqa: PLC0415

        return FactorTableService(self.register, self.actor)

    @cached_property
    def notices(self) -> DeadlineNoticeService:
        """The deadline clock."""
        from qhd_riskmap.services.deadline_notices import DeadlineNoticeService  # noqa: PLC0415

        return DeadlineNoticeService(self.register, self.actor)

    @cached_property
    def deadline_calendar(self) -> DeadlineCalendar:
        """Deadlines and inspections as a calendar file."""
        from qhd_riskmap.services.deadline_calendar import DeadlineCalendar  # noqa: PLC0415

        return DeadlineCalendar(self.register, self.actor, self.remediation, self.inspections)

    @cached_property
    def documents(self) -> DocumentService:
        """The office's documents about tasks."""
        from qhd_riskmap.services.office_documents import DocumentService  # noqa: PLC0415

        return DocumentService(self.register, self.actor)

    @cached_property
    def receipts(self) -> ReceiptService:
        """Receipts of notices."""
        from qhd_riskmap.services.notice_receipts import ReceiptService  # noqa: PLC0415

        return ReceiptService(self.register, self.actor)

    @cached_property
    def worksheets(self) -> WorksheetService:
        """What stands behind assessments, on paper."""
        from qhd_riskmap.services.worksheet import WorksheetService  # noqa: PLC0415

        return WorksheetService(self.register, self.actor)

    @cached_property
    def receptors(self) -> ReceptorService:
        """People and things that hazards may hurt."""
        from qhd_riskmap.services.receptors import ReceptorService  # noqa: PLC0415

        return ReceptorService(self.register, self.actor)

    @cached_property
    def exposure(self) -> ExposureService:
        """What stands inside effect zones."""
        from qhd_riskmap.services.exposure import ExposureService  # noqa: PLC0415

        return ExposureService(self.register, self.actor)

    @cached_property
    def rule_profiles(self) -> RuleProfileService:
        """The office's own rules."""
        from qhd_riskmap.services.rule_profiles import RuleProfileService  # noqa: PLC0415

        return RuleProfileService(self.register, self.actor)

    @cached_property
    def survey_import(self) -> SurveyImport:
        """Survey sheets."""
        from qhd_riskmap.services.survey_import import SurveyImport  # noqa: PLC0415

        return SurveyImport(self.register, self.actor)

    @cached_property
    def survey_templates(self) -> SurveyTemplates:
        """Templates and forms for those who send sheets."""
        from qhd_riskmap.services.survey_templates import SurveyTemplates  # noqa: PLC0415

        return SurveyTemplates(self.register, self.actor)

    @cached_property
    def release(self) -> ReleaseService:
        """Public releases."""
        from qhd_riskmap.services.release import ReleaseService  # noqa: PLC0415

        return ReleaseService(self.register, self.actor)

    @cached_property
    def place_reports(self) -> PlaceReports:
        """Extracts of releases around a place."""
        from qhd_riskmap.services.place_reports import PlaceReports  # noqa: PLC0415

        return PlaceReports(self.register, self.actor)

    @cached_property
    def release_definitions(self) -> ReleaseDefinitions:
        """Saved release definitions."""
        from qhd_riskmap.services.release_definitions import ReleaseDefinitions  # noqa: PLC0415

        return ReleaseDefinitions(self.register, self.actor)

    @cached_property
    def release_decisions(self) -> ReleaseDecisions:
        """Decisions that publish single records closer than their type."""
        from qhd_riskmap.services.release_decisions import ReleaseDecisions  # noqa: PLC0415

        return ReleaseDecisions(self.register, self.actor)

    @cached_property
    def coverage(self) -> CoverageService:
        """Where has been surveyed for what."""
        from qhd_riskmap.services.coverage import CoverageService  # noqa: PLC0415

        return CoverageService(self.register, self.actor)

    @cached_property
    def inspections(self) -> InspectionService:
        """Inspections of hazards."""
        from qhd_riskmap.services.inspection import InspectionService  # noqa: PLC0415

        return InspectionService(self.register, self.actor)

    @cached_property
    def rounds(self) -> RoundService:
        """Rounds of inspections and their paper."""
        from qhd_riskmap.services.inspection_rounds import RoundService  # noqa: PLC0415

        return RoundService(self.register, self.actor)

    @cached_property
    def inspection_returns(self) -> InspectionReturns:
        """Workbooks and scanned sheets of rounds that come back."""
        from qhd_riskmap.services.inspection_returns import InspectionReturns  # noqa: PLC0415

        return InspectionReturns(self.register, self.actor)

    @cached_property
    def remediation(self) -> RemediationService:
        """Remediation tasks."""
        from qhd_riskmap.services.remediation import RemediationService  # noqa: PLC0415

        return RemediationService(self.register, self.actor)

    @cached_property
    def ledger(self) -> LedgerService:
        """The ledger of remediation."""
        from qhd_riskmap.services.ledger import LedgerService  # noqa: PLC0415

        return LedgerService(self.register, self.actor, self.remediation)

    @cached_property
    def figures(self) -> FigureService:
        """Statistics."""
        from qhd_riskmap.services.figures import FigureService  # noqa: PLC0415

        return FigureService(self.register, self.actor)

    @cached_property
    def chart_files(self) -> ChartFiles:
        """Charts as files."""
        from qhd_riskmap.services.chart_files import ChartFiles  # noqa: PLC0415

        return ChartFiles(self.register, self.actor)

    @cached_property
    def monthly_report(self) -> MonthlyReport:
        """The monthly report."""
        from qhd_riskmap.services.monthly_report import MonthlyReport  # noqa: PLC0415

        return MonthlyReport(self.register, self.actor)

    @cached_property
    def summary_forms(self) -> SummaryForms:
        """Figures in other offices' workbooks."""
        from qhd_riskmap.services.summary_forms import SummaryForms  # noqa: PLC0415

        return SummaryForms(self.register, self.actor)

    @cached_property
    def public_figures(self) -> PublicFigureService:
        """Statistics that may be given out."""
        from qhd_riskmap.services.public_figures import PublicFigureService  # noqa: PLC0415

        return PublicFigureService(self.register, self.actor)

    @cached_property
    def risk_list(self) -> RiskListService:
        """The list of risk points."""
        from qhd_riskmap.services.risk_list import RiskListService  # noqa: PLC0415

        return RiskListService(self.register, self.actor)

    @cached_property
    def work_calendar(self) -> WorkCalendarService:
        """Working days of the office."""
        from qhd_riskmap.services.work_calendar import WorkCalendarService  # noqa: PLC0415

        return WorkCalendarService(self.register, self.actor)

    @cached_property
    def exporting(self) -> ExportService:
        """Internal exports."""
        from qhd_riskmap.services.exporting import ExportService  # noqa: PLC0415

        return ExportService(self.register, self.actor)

    @cached_property
    def attachments(self) -> AttachmentService:
        """Photos and files."""
        from qhd_riskmap.services.attachments import AttachmentService  # noqa: PLC0415

        return AttachmentService(self.register, self.actor)

    @cached_property
    def bookmarks(self) -> BookmarkService:
        """Bookmarks."""
        from qhd_riskmap.services.bookmarks import BookmarkService  # noqa: PLC0415

        return BookmarkService(self.register, self.actor)

    @cached_property
    def reshaping(self) -> ReshapingService:
        """Shapes: redrawn, split, merged."""
        from qhd_riskmap.services.reshaping import ReshapingService  # noqa: PLC0415

        return ReshapingService(self.register, self.actor)

    @cached_property
    def lookup(self) -> LookupService:
        """Searching by words."""
        from qhd_riskmap.services.lookup import LookupService  # noqa: PLC0415

        return LookupService(self.register, self.actor)

    @cached_property
    def bulk_edit(self) -> BulkEditService:
        """One value for many hazards."""
        from qhd_riskmap.services.bulk_edit import BulkEditService  # noqa: PLC0415

        return BulkEditService(self.register, self.actor)

    @cached_property
    def history(self) -> HistoryService:
        """The past of hazards."""
        from qhd_riskmap.services.history import HistoryService  # noqa: PLC0415

        return HistoryService(self.register, self.actor)

    @cached_property
    def layers(self) -> MapLayerService:
        """Layers of the map beside the hazards."""
        from qhd_riskmap.services.map_layers import MapLayerService  # noqa: PLC0415

        return MapLayerService(self.register, self.actor)

    @cached_property
    def look_alikes(self) -> LookAlikeService:
        """Pairs that may be one thing."""
        from qhd_riskmap.services.look_alikes import LookAlikeService  # noqa: PLC0415

        return LookAlikeService(self.register, self.actor)

    @cached_property
    def merging(self) -> RecordMergeService:
        """Two records made one."""
        from qhd_riskmap.services.record_merge import RecordMergeService  # noqa: PLC0415

        return RecordMergeService(self.register, self.actor)

    @cached_property
    def batches(self) -> BatchService:
        """Whole imports, later."""
        from qhd_riskmap.services.survey_batches import BatchService  # noqa: PLC0415

        return BatchService(self.register, self.actor)

    @cached_property
    def reinterpreting(self) -> ReinterpretService:
        """Whole imports in another datum."""
        from qhd_riskmap.services.survey_reinterpret import ReinterpretService  # noqa: PLC0415

        return ReinterpretService(self.register, self.actor)

    @cached_property
    def photo_matching(self) -> PhotoMatchingService:
        """Folders of photos."""
        from qhd_riskmap.services.photo_matching import PhotoMatchingService  # noqa: PLC0415

        return PhotoMatchingService(self.register, self.actor)

    def close(self) -> None:
        """Release the file; the services are unusable afterwards."""
        if self._look is not None:
            self._look.close()
        if "layers" in vars(self):
            self.layers.tiles.close()
        with self._opening:
            if self._register is not None:
                self._register.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_app(
    path: Path,
    passphrase: str | None = None,
    actor_name: str | None = None,
    look: FirstLook | None = None,
) -> App:
    """Open an existing register.

    Args:
        path: The register file.
        passphrase: None for a plain file.
        actor_name: Recorded with every change; None takes the operating system's user.
        look: A look at the same file that has begun. If it finds the hazards, the rest of opening is
            put off until something else is asked of the register.

    Raises:
        DatabaseError: The file cannot be opened; each reason is a class of its own.
    """
    who = actor(actor_name)
    if look is not None and look.fits():
        return App(Path(path).absolute(), passphrase, who, look=look)
    app = App(Path(path).absolute(), passphrase, who)
    _ = app.register
    return app


def create_app(
    path: Path, passphrase: str | None, office: Office, actor_name: str | None = None
) -> App:
    """Create a new register and open it; an existing file is never touched."""
    from qhd_riskmap.storage.engine import create_register  # noqa: PLC0415

    register = create_register(path, passphrase=passphrase, office=office)
    return App(register.path, passphrase, actor(actor_name), register=register)


def actor(name: str | None) -> Actor:
    """The named actor, or the operating system's user."""
    return Actor(name=(name or _login()).strip() or _NAMELESS)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no such user in a container, no USERNAME on a kiosk
        return _NAMELESS
