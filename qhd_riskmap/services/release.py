"""The release gate: the only way out of the register for public products.

Redact, judge, write beside the target, let the checker re-open every finished file, and only then
move the products into place. What does not pass is deleted and named.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qhd_riskmap.cartography.public_sheet import preview_png, write_pdf, write_png, write_svg
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet, redact
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.errors import InvalidInputError, OutputFileError, ReleaseBlockedError
from qhd_riskmap.formats.public.count_table import write_count_table
from qhd_riskmap.formats.public.geojson_file import write_geojson
from qhd_riskmap.formats.public.web_map import page_vocabulary, write_web_map
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext, SilentJob
from qhd_riskmap.services.release_checker import Leak, check_all
from qhd_riskmap.services.release_control import Signed, record_of, write_control_papers
from qhd_riskmap.services.release_names import one_approval_form, product_name
from qhd_riskmap.services.release_order import Finding, ProductFormat, ReleaseOrder, ReleaseOutcome
from qhd_riskmap.services.release_preflight import Judged, judge
from qhd_riskmap.services.release_secrets import Secrets, secrets_of
from qhd_riskmap.services.release_sight import ReleaseSight, sight_of
from qhd_riskmap.storage.engine import Register

if TYPE_CHECKING:
    from collections.abc import Iterator

Writer = Callable[[PublicSet, Edition, Path], None]

WRITERS: Mapping[ProductFormat, Writer] = {
    ProductFormat.PDF: write_pdf,
    ProductFormat.PNG: write_png,
    ProductFormat.SVG: write_svg,
    ProductFormat.HTML: write_web_map,
    ProductFormat.GEOJSON: write_geojson,
    ProductFormat.XLSX: write_count_table,
}
_LEAK_RULE = "PM21"
_REPORT_EVERY: Final = 500  # hazards between two chances to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything one release looks at, read in one transaction."""

    order: ReleaseOrder
    public: PublicSet
    hazards: Sequence[Hazard]
    all_hazards: Sequence[Hazard]
    findings: tuple[Finding, ...]


class ReleaseService:
    """Use cases of publishing, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

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
        return sight_of(case.public, case.findings, _picture(case, dpi))

    def release(self, order: ReleaseOrder, job: JobContext | None = None) -> ReleaseOutcome:
        """Make the ordered products and record the release.

        Raises:
            ReleaseBlockedError: The preflight or the checker found a reason; nothing is left behind.
            InvalidInputError: No format, or the control papers would lie among the products.
            OutputFileError: A folder cannot be written.
        """
        self._actor.require(Permission.RELEASE)
        watch = job or SilentJob()
        control_dir = self._folders(order)
        case = self._read(order)
        _refuse(case.findings)
        with _staging(order.out_dir) as staging:
            staged = _write_all(case, staging, watch)
            secrets = secrets_for(case.all_hazards, case.public, edition_of(case.order))
            _refuse_leaks(check_all(staged, secrets, watch))
            signed = Signed(
                order=case.order,
                public=case.public,
                findings=case.findings,
                products=tuple(staged),
                actor=self._actor.name,
            )
            # Recorded before the files appear: a product without an entry must not exist.
            with self._register.unit_of_work() as work:
                record = work.releases.add(record_of(signed), self._actor)
                papers = write_control_papers(signed, record, control_dir)
                files = _move(staged, order.out_dir)
                work.commit()
        return ReleaseOutcome(
            files=files,
            findings=case.findings,
            register_entry={"id": str(record.id), "number": record.number},
            control_files=papers,
        )

    def check_files(self, paths: Sequence[Path], job: JobContext | None = None) -> list[Leak]:
        """Look for anything protected in any files, made here or elsewhere."""
        self._actor.require(Permission.READ)
        hazards, townships = self._records()
        deleted = self._deleted()
        public = redact(hazards, rules=release_rules(), areas=public_areas(townships))
        with self._register.unit_of_work() as work:
            office = work.office.load()
        printed = (office.unit, office.publisher, office.source)
        secrets = secrets_of(
            [*hazards, *deleted], public, printed=printed, vocabulary=page_vocabulary()
        )
        return check_all(paths, secrets, job)

    # -- reading ---------------------------------------------------------------------------------

    def _read(self, order: ReleaseOrder, job: JobContext | None = None) -> _Case:
        rules = release_rules()
        completed = self._completed(order)
        hazards, townships = self._records()
        public = redact(
            _watched(hazards, job),
            rules=rules,
            areas=public_areas(townships),
            county=completed.county,
        )
        case = Judged(
            order=completed,
            rules=rules,
            hazards=hazards,
            public=public,
            bound_hash=self._bound_hash(completed.approval_no),
            today=self._today(),
        )
        return _Case(
            order=completed,
            public=public,
            hazards=hazards,
            all_hazards=[*hazards, *self._deleted()],
            findings=judge(case),
        )

    def _records(self) -> tuple[list[Hazard], list[TownshipOutline]]:
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find(EVERYTHING)
            townships = [
                TownshipOutline(name=township.name, geometry=township.geometry)
                for township in work.places.townships()
            ]
        return hazards, townships

    def _deleted(self) -> list[Hazard]:
        with self._register.unit_of_work() as work:
            return work.hazards.find(HazardFilter(deleted=True))

    def _completed(self, order: ReleaseOrder) -> ReleaseOrder:
        """The order with its texts cleaned and the office profile filled in."""
        county = _division_today(order.county)
        with self._register.unit_of_work() as work:
            office = work.office.load()
        return replace(
            order,
            county=county,
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

    def _folders(self, order: ReleaseOrder) -> Path:
        if not order.formats:
            raise InvalidInputError(_("没有选择要制作的格式。"))
        database = Path(self._register.path)
        control = order.control_dir or database.with_name(f"{database.stem}_发布审批材料")
        target = order.out_dir.resolve()
        if target in (control.resolve(), *control.resolve().parents):
            raise InvalidInputError(
                _("审批材料不能放在公开成果文件夹之内。"),
                hint=_("请另选成果文件夹，或用 --control-dir 指定审批材料的位置。"),
            )
        if target in database.resolve().parents:
            raise InvalidInputError(
                _("隐患数据库就在成果文件夹里，公开时会一并流出。"),
                hint=_("请另选成果文件夹。"),
            )
        if target == target.parent:
            raise InvalidInputError(
                _("成果不能直接放在磁盘根目录。"), hint=_("请在磁盘里新建一个文件夹。")
            )
        return control


def _division_today(code: str | None) -> str | None:
    """The division a sheet is for; None for the whole city."""
    if code is None or regions().get(code) == regions().city:
        return None
    if code not in {region.code for region in regions().current()}:
        raise InvalidInputError(
            _("{name}不是现行县区，没有单独的分布图。").format(name=regions().get(code).name),
            hint=_("可用：{codes}。").format(
                codes="、".join(f"{r.code} {r.name}" for r in regions().current())
            ),
        )
    return code


def edition_of(order: ReleaseOrder) -> Edition:
    """The masthead of a completed order."""
    return Edition(
        title=order.title,
        unit=order.unit,
        publisher=order.publisher,
        source=order.source,
        data_date=order.data_date,
        approval_no=order.approval_no,
        draft=order.draft,
        county=order.county,
    )


def secrets_for(hazards: Sequence[Hazard], public: PublicSet, edition: Edition) -> Secrets:
    """What a product of this release must not hold."""
    printed = (
        edition.title, edition.unit, edition.publisher, edition.source, edition.date_text,
        edition.approval_line, *edition.notes(),
        edition.data_date.isoformat() if edition.data_date else "",
    )  # fmt: skip
    return secrets_of(hazards, public, printed=printed, vocabulary=page_vocabulary())


def _picture(case: _Case, dpi: int) -> bytes:
    try:
        return preview_png(case.public, edition_of(case.order), dpi)
    except InvalidInputError:
        return b""  # the texts do not fit the page; the preflight says so in words


def _watched(hazards: Sequence[Hazard], job: JobContext | None) -> Iterator[Hazard]:
    """The same hazards; lets the job stop between them."""
    watch = job or SilentJob()
    for done, hazard in enumerate(hazards):
        if done % _REPORT_EVERY == 0:
            watch.advance(done, len(hazards))
        yield hazard


def _refuse(findings: Sequence[Finding]) -> None:
    blocking = [finding for finding in findings if finding.blocks]
    if blocking:
        raise ReleaseBlockedError(
            _("有 {n} 个问题须先解决，未发布：{first}").format(
                n=len(blocking), first=blocking[0].message
            ),
            findings=[(finding.rule, finding.message) for finding in blocking],
            hint=_("处理后请重新预检。"),
        )


def _refuse_leaks(leaks: Sequence[Leak]) -> None:
    if leaks:
        findings = [
            (
                _LEAK_RULE,
                _("成果 {file} 中发现受保护内容（{kind}）：{value}，位于 {where}。").format(
                    file=Path(leak.file).name, kind=leak.kind, value=leak.value, where=leak.where
                ),
            )
            for leak in leaks
        ]
        raise ReleaseBlockedError(
            _("核查发现成果中有不应公开的内容，已全部删除。"),
            findings=findings,
            hint=_("请把本提示的详细内容报告给管理员。"),
        )


def _write_all(case: _Case, folder: Path, job: JobContext) -> list[Path]:
    edition = edition_of(case.order)
    formats = tuple(dict.fromkeys(case.order.formats))
    written = []
    for done, product in enumerate(formats):
        job.advance(done, 2 * len(formats), _("正在制作 {format}").format(format=product.value))
        path = folder / product_name(edition.title, product)
        WRITERS[product](case.public, edition, path)
        written.append(path)
    return written


@contextmanager
def _staging(out_dir: Path) -> Iterator[Path]:
    """A folder on the volume of ``out_dir`` that vanishes whatever happens."""
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".release-", dir=out_dir.resolve().parent))
    except OSError as error:
        raise OutputFileError(
            _("无法写入成果文件夹：{path}。").format(path=out_dir),
            hint=_("请检查磁盘空间和写入权限。"),
            detail=str(error),
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(staged: Sequence[Path], out_dir: Path) -> tuple[Path, ...]:
    moved: list[Path] = []
    try:
        for path in staged:
            target = out_dir / path.name
            path.replace(target)
            moved.append(target)
    except OSError as error:
        for path in moved:
            path.unlink(missing_ok=True)
        raise OutputFileError(
            _("无法写入 {name}，文件可能正被其他程序打开。").format(name=path.name),
            hint=_("请关闭该文件后重试。"),
            detail=str(error),
        ) from error
    return tuple(moved)
