"""Everything one use case does to the register: all of it, or nothing."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from qhd_riskmap.storage.assessment_repository import AssessmentRepository
from qhd_riskmap.storage.attachment_repository import AttachmentRepository
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.batch_change_repository import BatchChangeRepository
from qhd_riskmap.storage.batch_hazards import BatchHazards
from qhd_riskmap.storage.batch_repository import BatchRepository
from qhd_riskmap.storage.bookmark_repository import BookmarkRepository
from qhd_riskmap.storage.cell_mapping_repository import CellMappingRepository
from qhd_riskmap.storage.coverage_repository import CoverageRepository
from qhd_riskmap.storage.datum_parameter_repository import DatumParameterRepository
from qhd_riskmap.storage.document_repository import DocumentRepository
from qhd_riskmap.storage.factor_default_repository import FactorDefaultRepository
from qhd_riskmap.storage.figure_repository import FigureRepository
from qhd_riskmap.storage.hazard_repository import HazardRepository
from qhd_riskmap.storage.inspection_files import InspectionFiles
from qhd_riskmap.storage.inspection_repository import InspectionRepository
from qhd_riskmap.storage.known_places import KnownPlaces
from qhd_riskmap.storage.layer_repository import LayerRepository
from qhd_riskmap.storage.look_alike_repository import LookAlikeRepository
from qhd_riskmap.storage.notice_repository import NoticeRepository
from qhd_riskmap.storage.office_profile import OfficeProfile
from qhd_riskmap.storage.place_repository import PlaceRepository
from qhd_riskmap.storage.release_decision_repository import ReleaseDecisionRepository
from qhd_riskmap.storage.release_definition_repository import ReleaseDefinitionRepository
from qhd_riskmap.storage.release_repository import ReleaseRepository
from qhd_riskmap.storage.remediation_files import RemediationFiles
from qhd_riskmap.storage.remediation_repository import RemediationRepository
from qhd_riskmap.storage.rivals import Rivals
from qhd_riskmap.storage.round_repository import RoundRepository
from qhd_riskmap.storage.rule_profile_repository import RuleProfileRepository
from qhd_riskmap.storage.sender_repository import SenderRepository
from qhd_riskmap.storage.sign_off_repository import SignOffRepository
from qhd_riskmap.storage.survey_mapping_repository import SurveyMappingRepository
from qhd_riskmap.storage.transaction import Clock, Transaction
from qhd_riskmap.storage.work_days import WorkDays

if TYPE_CHECKING:
    from sqlalchemy import Engine


_CACHE_OF_A_LOAD_KIB = 49_152
_CACHE_IN_PASSING_KIB = 16_384


class UnitOfWork:
    """Open on entry, rolled back on exit unless `commit` was called.

    One instance serves one thread and one ``with`` block. Reading does not lock anybody out; the
    first write takes the write lock, or `lock` does.

    Attributes:
        hazards: The hazards.
        assessments: Their assessments.
        sign_offs: Who answers for these.
        rule_profiles: The office's own rules.
        factor_defaults: Factor values of areas.
        batches: The imports that brought them.
        survey_mappings: How senders' sheets are to be read.
        batch_hazards: Changes of many hazards of a batch at once.
        batch_changes: What was done to whole batches later.
        senders: What senders said of their coordinates.
        datum_parameters: The office's own datum shifts.
        known_places: Things of known names and lines.
        rivals: Records that rows of a sheet may repeat.
        look_alikes: Pairs of records that may be one thing.
        places: Receptors, townships and emergency resources.
        releases: The register of public releases.
        release_definitions: Saved release definitions.
        release_decisions: Records that are published closer than their type, and who said so.
        layers: Layers added to the map.
        attachments: Photos and files of hazards.
        bookmarks: Bookmarks of the map.
        coverage: Where has been surveyed for what.
        tasks: Remediation tasks.
        task_files: Their photos and files.
        notices: What the deadline clock told.
        documents: The office's documents about tasks.
        inspections: Inspections of hazards.
        inspection_files: Their photos and scanned sheets.
        rounds: Rounds of inspections that were planned.
        work_days: The office's own working days.
        figures: Hazards and tasks counted.
        cell_mappings: Figures in other offices' workbooks.
        audit: The audit trail.
        office: The office profile.
    """

    hazards: HazardRepository
    assessments: AssessmentRepository
    sign_offs: SignOffRepository
    rule_profiles: RuleProfileRepository
    factor_defaults: FactorDefaultRepository
    batches: BatchRepository
    survey_mappings: SurveyMappingRepository
    batch_hazards: BatchHazards
    batch_changes: BatchChangeRepository
    senders: SenderRepository
    datum_parameters: DatumParameterRepository
    known_places: KnownPlaces
    rivals: Rivals
    look_alikes: LookAlikeRepository
    places: PlaceRepository
    releases: ReleaseRepository
    release_definitions: ReleaseDefinitionRepository
    release_decisions: ReleaseDecisionRepository
    layers: LayerRepository
    attachments: AttachmentRepository
    bookmarks: BookmarkRepository
    coverage: CoverageRepository
    tasks: RemediationRepository
    task_files: RemediationFiles
    notices: NoticeRepository
    documents: DocumentRepository
    inspections: InspectionRepository
    inspection_files: InspectionFiles
    rounds: RoundRepository
    work_days: WorkDays
    figures: FigureRepository
    cell_mappings: CellMappingRepository
    audit: AuditLog
    office: OfficeProfile

    def __init__(self, engine: Engine, clock: Clock, *, encrypted: bool = False) -> None:
        self._engine = engine
        self._clock = clock
        self._encrypted = encrypted
        self._open: Transaction | None = None

    def __enter__(self) -> Self:
        transaction = Transaction(self._engine, self._clock)
        self._open = transaction
        self.audit = AuditLog(transaction)
        self.hazards = HazardRepository(transaction, self.audit)
        self.assessments = AssessmentRepository(transaction, self.audit, self.hazards)
        self.sign_offs = SignOffRepository(transaction, self.audit)
        self.rule_profiles = RuleProfileRepository(transaction, self.audit)
        self.factor_defaults = FactorDefaultRepository(transaction, self.audit)
        self.batches = BatchRepository(transaction, self.audit)
        self.survey_mappings = SurveyMappingRepository(transaction, self.audit)
        self.batch_hazards = BatchHazards(transaction, self.audit)
        self.batch_changes = BatchChangeRepository(transaction, self.audit)
        self.senders = SenderRepository(transaction, self.audit)
        self.datum_parameters = DatumParameterRepository(
            transaction, self.audit, encrypted=self._encrypted
        )
        self.known_places = KnownPlaces(transaction)
        self.rivals = Rivals(transaction)
        self.look_alikes = LookAlikeRepository(transaction, self.audit)
        self.places = PlaceRepository(transaction, self.audit)
        self.releases = ReleaseRepository(transaction, self.audit)
        self.release_definitions = ReleaseDefinitionRepository(transaction, self.audit)
        self.release_decisions = ReleaseDecisionRepository(transaction, self.audit)
        self.layers = LayerRepository(transaction, self.audit)
        self.attachments = AttachmentRepository(transaction, self.audit)
        self.bookmarks = BookmarkRepository(transaction, self.audit)
        self.coverage = CoverageRepository(transaction, self.audit)
        self.tasks = RemediationRepository(transaction, self.audit)
        self.task_files = RemediationFiles(transaction, self.audit)
        self.notices = NoticeRepository(transaction, self.audit)
        self.documents = DocumentRepository(transaction, self.audit)
        self.inspections = InspectionRepository(transaction, self.audit)
        self.inspection_files = InspectionFiles(transaction, self.audit)
        self.rounds = RoundRepository(transaction, self.audit)
        self.work_days = WorkDays(transaction, self.audit)
        self.figures = FigureRepository(transaction)
        self.cell_mappings = CellMappingRepository(transaction, self.audit)
        self.office = OfficeProfile(transaction, self.audit)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        transaction, self._open = self._transaction(), None
        transaction.close()

    def lock(self) -> None:
        """Take the write lock now, so that nothing read from here on can be overtaken."""
        self._transaction().writing()

    def lock_for_much(self) -> None:
        """`lock`, and let pages go to the disk as they come instead of keeping 128 MB of them."""
        self.lock()
        self._transaction().limit_cache(_CACHE_OF_A_LOAD_KIB)

    def read_in_passing(self) -> None:
        """Read a whole table once that nobody has asked for, without keeping 128 MB of it."""
        self._transaction().limit_cache(_CACHE_IN_PASSING_KIB)

    def commit(self) -> None:
        """Make everything so far permanent."""
        self._transaction().commit()

    def rollback(self) -> None:
        """Forget everything since the last commit."""
        self._transaction().rollback()

    def _transaction(self) -> Transaction:
        if self._open is None:
            raise RuntimeError("the unit of work is not open")
        return self._open
