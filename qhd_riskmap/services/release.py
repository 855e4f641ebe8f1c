"""The release gate: the only way out of the register for public products.

Redact, judge, write beside the target, let the checker re-open every finished file, and only then
move the products into place. What does not pass is deleted and named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.map_layer import MapLayer
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_coverage import public_coverage
from qhd_riskmap.domain.public_places import PublicPlace, public_places
from qhd_riskmap.domain.redaction import PublicSet, frozen, redact, redact_and_place, thawed
from qhd_riskmap.domain.release_decision import (
    ReleaseDecision,
    decisions_in_force,
)
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.coverage import matrix_on
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.services.release_checker import Leak, check_all
from qhd_riskmap.services.release_control import (
    Signed,
    record_of,
    sha256_of,
    write_control_papers,
)
from qhd_riskmap.services.release_designing import (
    cleaned_design,
    designed,
    division_today,
    kept_positions,
)
from qhd_riskmap.services.release_drawing import DRAWN_ENDINGS
from qhd_riskmap.services.release_folders import (
    control_folder,
    require_apart,
    require_formats,
    usual_control_folder,
)
from qhd_riskmap.services.release_history import Past, Position, past_of
from qhd_riskmap.services.release_making import (
    made_products,
    order_digest,
    product_key,
    secrets_for,
)
from qhd_riskmap.services.release_names import one_approval_form, product_names
from qhd_riskmap.services.release_order import Finding, ReleaseOrder, ReleaseOutcome
from qhd_riskmap.services.release_preflight import Judged, judge
from qhd_riskmap.services.release_products import (
    drawn_otherwise,
    edition_of,
    edition_of_record,
    heading_words,
    program_words,
    small_picture,
    written_again,
)
from qhd_riskmap.services.release_recovery import ReleaseRecovery
from qhd_riskmap.services.release_remedies import tells_of_remediation, with_remedies
from qhd_riskmap.services.release_secrets import Remedies, Secrets, secrets_of
from qhd_riskmap.services.release_sight import ReleaseSight, sight_of
from qhd_riskmap.services.release_staging import refuse
from qhd_riskmap.services.release_workshop import Workshop, workshop
from qhd_riskmap.services.submission_pack import (
    refuse_pack,
    remove_papers,
    templates_beside,
    write_pack,
)
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_repository import ReleaseRecord, ReleaseStatus
from qhd_riskmap.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPORT_EVERY: Final = 500  # hazards between two chances to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything one release looks at, read in one transaction."""

    order: ReleaseOrder
    public: PublicSet
    hazards: Sequence[Hazard]
    all_hazards: Sequence[Hazard]
    findings: tuple[Finding, ...]
    positions: Mapping[str, Position]
    decided: Mapping[UUID, ReleaseDecision]


class ReleaseService:
    """Use cases of publishing, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today
        self.recovery = ReleaseRecovery(register, actor)

    def preflight(self, order: ReleaseOrder) -> tuple[Finding, ...]:
        """Everything that speaks for or against the release, worst first; writes nothing."""
        self._actor.require(Permission.RELEASE)
        return self._read(order).findings

    def sight(
        self, order: ReleaseOrder, job: JobContext | None = None, *, dpi: int = 96
    ) -> ReleaseSight:
        """As `preflight`, with numbers and a small picture of the sheet; writes nothing."""
        self._actor.require(Permission.RELEASE)
        case = self._read(order, job)
        return sight_of(
            case.public, case.findings, small_picture(case.public, edition_of(case.order), dpi)
        )

    def content(
        self, order: ReleaseOrder, job: JobContext | None = None
    ) -> tuple[ReleaseOrder, PublicSet, Sequence[TownshipOutline]]:
        """The completed order, everything of its area that may be published, and the townships."""
        self._actor.require(Permission.RELEASE)
        case = self._read(replace(order, sheet=None), job)
        return case.order, case.public, self._records()[1]

    def release(self, order: ReleaseOrder, job: JobContext | None = None) -> ReleaseOutcome:
        """Make the ordered products and record the release.

        Raises:
            ReleaseBlockedError: The preflight or the checker found a reason; nothing is left behind.
            InvalidInputError: No format, or control papers or the register would lie among the products.
            OutputFileError: A folder cannot be written.
        """
        self._actor.require(Permission.RELEASE)
        require_formats(order)
        control_dir = control_folder(order, self._register.path)
        require_apart(order.out_dir, control_dir, self._register.path)
        case = self._read(order)
        refuse(case.findings)
        edition = edition_of(case.order)
        secrets = secrets_for(
            case.all_hazards, case.public, edition, Remedies.of(self._register), case.decided
        )
        key, said = product_key(case.public, edition, secrets), order_digest(case.order)
        with workshop(order.out_dir) as shop:
            shop.settle(self.recovery.is_recorded)
            done = self.recovery.outcome(shop.finished(key, said), case.order, control_dir)
            if done is not None:
                return done
            shop.begin(key, said, product_names(case.order))
            staged = made_products(
                case.public, edition, case.order.formats,
                secrets=secrets, shop=shop, job=job or SilentJob(),
            )  # fmt: skip
            signed = Signed(
                release=shop.release,
                order=case.order,
                public=case.public,
                findings=case.findings,
                products=tuple(staged),
                actor=self._actor.name,
                positions=case.positions,
            )
            try:
                return self._handed_over(signed, shop, control_dir, secrets)
            except BaseException:
                shop.settle(self.recovery.is_recorded)
                raise

    def _handed_over(
        self, signed: Signed, shop: Workshop, control_dir: Path, secrets: Secrets
    ) -> ReleaseOutcome:
        """Record the release and move its products into place; both or neither."""
        record, pack = record_of(signed), None
        try:
            with self._register.unit_of_work() as work:
                record = work.releases.add(record, self._actor, frozen(signed.public))
                if signed.order.supersedes:
                    _supersede(work, signed.order.supersedes, record, self._actor)
                papers = write_control_papers(signed, record, control_dir)
                if signed.order.draft:
                    own = templates_beside(self._register)
                    pack = write_pack(signed, record, control_dir, own)
                    refuse_pack(pack, secrets, own)
                files = shop.hand_over([path.name for path in signed.products])
                work.commit()
        except BaseException:
            if not self.recovery.is_recorded(record.id):
                remove_papers(record, control_dir)
            raise
        return ReleaseOutcome(
            files=files,
            findings=signed.findings,
            register_entry={"id": str(record.id), "number": record.number},
            control_files=papers,
            pack=pack,
        )

    def check_files(self, paths: Sequence[Path], job: JobContext | None = None) -> list[Leak]:
        """Look for anything protected in any files, made here or elsewhere."""
        self._actor.require(Permission.READ)
        hazards, townships = self._records()
        deleted = self._deleted()
        with self._register.unit_of_work() as work:
            decided = decisions_in_force(work.release_decisions.all(), hazards)
        public = redact(
            hazards, rules=release_rules(), areas=public_areas(townships), decided=decided
        )
        with self._register.unit_of_work() as work:
            office = work.office.load()
            rows = matrix_on(work, self._today())
        public = replace(public, coverage=public_coverage(rows, None, release_rules()))
        printed = (office.unit, office.publisher, office.source, *heading_words())
        secrets = secrets_of(
            [*hazards, *deleted], public, printed=printed, vocabulary=program_words(),
            remedies=Remedies.of(self._register), decided=decided,
        )  # fmt: skip
        return [*check_all(paths, secrets, job), *self._drawn_otherwise(paths, job or SilentJob())]

    def _drawn_otherwise(self, paths: Sequence[Path], job: JobContext) -> list[Leak]:
        """Marks beyond the public content, of files that bear the name of a released product."""
        leaks: list[Leak] = []
        records = self.past() if any(p.suffix.lower() in DRAWN_ENDINGS for p in paths) else ()
        for path in paths:
            released = [r for r in records if path.name in {p.name for p in r.products}]
            known = {sha256 for record in released for sha256 in _hashes(record)}
            if path.suffix.lower() not in DRAWN_ENDINGS or sha256_of(path) in known:
                continue
            leaks += self._beyond_the_nearest(path, released, job)
        return leaks

    def _beyond_the_nearest(
        self, path: Path, records: Sequence[ReleaseRecord], job: JobContext
    ) -> list[Leak]:
        """Marks beyond that release of the name, newest first, which explains most of the file.

        A draft or a renewed sheet bears the same name: what it moved is no foreign mark on the file before it.
        """
        fewest: list[Leak] | None = None
        for record in records:
            with self._register.unit_of_work() as work:
                content = work.releases.content(record.number)
            if not content:
                continue
            edition = edition_of_record(record)
            found = drawn_otherwise([path], thawed(content), edition, job, exact=False)
            if fewest is None or len(found) < len(fewest):
                fewest = found
            if not fewest:
                break
        return fewest or []

    def past(self) -> Sequence[ReleaseRecord]:
        """The release register, newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.releases.list()

    def withdraw(self, number: str, why: str) -> ReleaseRecord:
        """Mark a public release as withdrawn. What it told stays known and is reckoned with.

        Raises:
            NotFoundError: There is no release of that number.
            InvalidInputError: It is not public, or no reason is given.
        """
        self._actor.require(Permission.RELEASE)
        if not why.strip():
            raise InvalidInputError(_("请写明撤回的理由。"))
        with self._register.unit_of_work() as work:
            _require_public(work, number)
            work.releases.end(number, ReleaseStatus.WITHDRAWN, why.strip(), self._actor)
            record = work.releases.numbered(number)
            work.commit()
        return record

    def remake(self, number: str, out_dir: Path, job: JobContext | None = None) -> tuple[Path, ...]:
        """Make the products of a past release again, bit for bit, from its frozen content.

        Raises:
            NotFoundError: There is no release of that number.
            InvalidInputError: Its content was not kept, a product comes out differently, or control
                papers or the register would lie among the products.
            OutputFileError: The folder cannot be written.
        """
        self._actor.require(Permission.RELEASE)
        database = self._register.path
        require_apart(out_dir, usual_control_folder(database), database)
        watch = job or SilentJob()
        with self._register.unit_of_work() as work:
            record = work.releases.numbered(number)
            content = work.releases.content(number)
        with workshop(out_dir) as shop:
            shop.settle(self.recovery.is_recorded)
            shop.begin(b"", number, ())
            staged = written_again(record, content, shop.made, watch)
            wrong = [p.name for p in staged if sha256_of(p) not in _hashes(record)]
            if wrong:
                raise InvalidInputError(
                    _("{number} 号发布的 {names} 重制后与原件不同。").format(
                        number=number, names="、".join(wrong)
                    ),
                    hint=_("制图程序或图件字体的版本与当时不同；请用当时的版本重制。"),
                )
            return shop.hand_over([path.name for path in staged])

    # -- reading ---------------------------------------------------------------------------------

    def _read(self, order: ReleaseOrder, job: JobContext | None = None) -> _Case:
        rules = release_rules()
        completed = self._completed(order)
        hazards, townships = self._records()
        past = self._past(completed.county)
        with self._register.unit_of_work() as work:
            decided = decisions_in_force(work.release_decisions.all(), hazards)
        public, positions = redact_and_place(
            _watched(hazards, job),
            rules=rules,
            areas=public_areas(townships),
            county=completed.county,
            earlier=past.disclosures,
            decided=decided,
        )
        public = replace(public, places=self._places(townships, completed.county))
        with self._register.unit_of_work() as work:
            coverage = matrix_on(work, completed.data_date or self._today())
        public = replace(public, coverage=public_coverage(coverage, completed.county, rules))
        if tells_of_remediation(completed):
            public = self._with_remedies(public, completed, hazards, decided, past)
        completed, public = designed(completed, public, townships)
        positions = kept_positions(positions, public)
        case = Judged(
            order=completed,
            rules=rules,
            hazards=hazards,
            public=public,
            bound_hash=self._bound_hash(completed.approval_no),
            today=self._today(),
            past=past,
            positions=positions,
            layers=self._layers(),
            coverage=coverage,
            decided=decided,
        )
        return _Case(
            order=completed,
            public=public,
            hazards=hazards,
            all_hazards=[*hazards, *self._deleted()],
            findings=judge(case),
            positions=positions,
            decided=decided,
        )

    def _with_remedies(
        self,
        public: PublicSet,
        order: ReleaseOrder,
        hazards: Sequence[Hazard],
        decided: Mapping[UUID, ReleaseDecision],
        past: Past,
    ) -> PublicSet:
        day = order.data_date or self._today()
        with self._register.unit_of_work() as work:
            return with_remedies(
                public, work, hazards, decided, on=day, county=order.county, earlier=past.remedies
            )

    def _past(self, county: str | None) -> Past:
        with self._register.unit_of_work() as work:
            return past_of(work.releases.list(), county)

    def _records(self) -> tuple[list[Hazard], list[TownshipOutline]]:
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find(EVERYTHING)
            townships = [
                TownshipOutline(name=township.name, geometry=township.geometry)
                for township in work.places.townships()
            ]
        return hazards, townships

    def _places(
        self, townships: list[TownshipOutline], county: str | None
    ) -> tuple[PublicPlace, ...]:
        with self._register.unit_of_work() as work:
            receptors = work.places.receptors()
        outlines = [(outline.name, outline.geometry) for outline in townships]
        return public_places(outlines, receptors, release_rules(), county)

    def _layers(self) -> list[MapLayer]:
        with self._register.unit_of_work() as work:
            return work.layers.all()

    def _deleted(self) -> list[Hazard]:
        with self._register.unit_of_work() as work:
            return work.hazards.find(HazardFilter(deleted=True))

    def _completed(self, order: ReleaseOrder) -> ReleaseOrder:
        """The order with its texts cleaned and the office profile filled in."""
        county = division_today(order.county)
        with self._register.unit_of_work() as work:
            office = work.office.load()
        return replace(
            order,
            county=county,
            sheet=cleaned_design(replace(order, county=county)),
            title=clean_public_text(order.title),
            unit=clean_public_text(order.unit or office.unit),
            publisher=clean_public_text(order.publisher or office.publisher),
            source=clean_public_text(order.source or office.source),
            approval_no="" if order.draft else one_approval_form(order.approval_no),
            prepared_by=clean_public_text(order.prepared_by),
            reviewed_by=clean_public_text(order.reviewed_by),
            secrecy_reviewed_by=clean_public_text(order.secrecy_reviewed_by),
        )

    def _bound_hash(self, approval_no: str) -> str:
        """Content the approval number was first used for, empty where it is new."""
        if not approval_no:
            return ""
        with self._register.unit_of_work() as work:
            earlier = work.releases.by_approval(approval_no)
        return earlier[-1].content_hash if earlier else ""


def _hashes(record: ReleaseRecord) -> frozenset[str]:
    return frozenset(product.sha256 for product in record.products)


def _require_public(work: UnitOfWork, number: str) -> None:
    if work.releases.numbered(number).status is not ReleaseStatus.PUBLISHED:
        raise InvalidInputError(
            _("{number} 号发布不在公开状态。").format(number=number),
            hint=_("请核对发布编号。"),
        )


def _supersede(work: UnitOfWork, number: str, by: ReleaseRecord, actor: Actor) -> None:
    _require_public(work, number)
    why = _("由 {number} 号发布替代").format(number=by.number)
    work.releases.end(number, ReleaseStatus.SUPERSEDED, why, actor)


def _watched(hazards: Sequence[Hazard], job: JobContext | None) -> Iterator[Hazard]:
    """The same hazards; lets the job stop between them."""
    watch = job or SilentJob()
    for done, hazard in enumerate(hazards):
        if done % _REPORT_EVERY == 0:
            watch.advance(done, len(hazards))
        yield hazard
