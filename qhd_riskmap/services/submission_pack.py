"""The 送审材料 of a draft: the samples, the 地图审核申请表 and a list of contents, ready to be handed in.

It is for the reviewing office: it lies beside the control papers and never among the products.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.document_template import FOLDER_NAME, check, filled, template_path
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.pack_list import PackEntry, write_pack_list
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import resource, rules
from qhd_riskmap.services.release_checker import HIDDEN, check_all
from qhd_riskmap.services.release_control import Signed, control_papers, sha256_of
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder, format_of
from qhd_riskmap.services.release_products import edition_of, printed_scale
from qhd_riskmap.services.release_secrets import Secrets
from qhd_riskmap.services.release_staging import refuse_leaks
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_repository import ReleaseRecord

TEMPLATE: Final = "map_submission.docx"
FORM_KEY: Final = "map_submission"
FORM_TITLE: Final = "地图审核申请表"
OWN_TEMPLATE: Final = f"{FORM_TITLE}.docx"
LIST_NAME: Final = "送审材料清单.xlsx"
SAMPLES: Final = "送审样图"
PLACEHOLDERS: Final = {
    "title": N_("标题"), "receiver": N_("受理机关"), "number": N_("样图编号"), "unit": N_("编制单位"),
    "publisher": N_("发布单位"), "urgency": N_("审核类别"), "name": N_("图名"), "form": N_("地图形式"),
    "area": N_("表现范围"), "scale": N_("比例尺"), "paper": N_("幅面"), "purpose": N_("用途"),
    "source": N_("数据来源"), "data_date": N_("资料截止日期"), "projection": N_("坐标系和投影"),
    "themes": N_("专题内容"), "boundaries": N_("底图和界线"), "positions": N_("公开表示处理"),
    "content_hash": N_("公开内容校验值"),
}  # fmt: skip
SAMPLE_PLACEHOLDERS: Final = {
    "at": N_("序号"), "name": N_("文件"), "what": N_("形式"), "pages": N_("页数"),
}  # fmt: skip
_WHAT: Final = {
    ProductFormat.PDF: N_("PDF 图"), ProductFormat.ATLAS: N_("PDF 图集"), ProductFormat.PNG: N_("PNG 图片"),
    ProductFormat.JPG: N_("JPG 图片"), ProductFormat.SVG: N_("SVG 矢量图"), ProductFormat.HTML: N_("网页地图"),
    ProductFormat.STATISTICS: N_("统计网页"),
}  # fmt: skip
_MEDIA: Final = (
    (N_("图件（印刷、张贴、登载）"), frozenset({"pdf", "png", "jpg", "svg"})),
    (N_("地图集"), frozenset({"atlas"})),
    (N_("互联网地图（网页）"), frozenset({"html"})),
)


class SubmissionForms:
    """The office's own 地图审核申请表, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    @property
    def template(self) -> Path:
        """Where the office's own template lies, if it has one."""
        return templates_beside(self._register) / OWN_TEMPLATE

    def copy_template(self) -> Path:
        """Lay a copy of the shipped template there, to be edited in Word; one that is there stays."""
        self._actor.require(Permission.ADMINISTER)
        if not self.template.exists():
            with replacing(self.template) as unfinished:
                shutil.copyfile(resource("templates", TEMPLATE), unfinished)
        return self.template

    def check_template(self) -> dict[str, list[str]]:
        """What is wrong in the office's own template, by file name; empty where it has none."""
        self._actor.require(Permission.READ)
        if not self.template.is_file():
            return {}
        shape = {**dict.fromkeys(PLACEHOLDERS), "samples": [dict.fromkeys(SAMPLE_PLACEHOLDERS)]}
        return {self.template.name: check(self.template, shape)}


def templates_beside(register: Register) -> Path:
    """Folder where an office keeps templates of its own."""
    return register.path.parent / FOLDER_NAME


def pack_folder(record: ReleaseRecord, control_dir: Path) -> Path:
    """Where the pack of a draft lies."""
    return control_dir / f"{record.number}_地图审核送审材料"


def write_pack(signed: Signed, record: ReleaseRecord, control_dir: Path, own: Path) -> Path:
    """Write the pack of a draft whose products were checked; an unrecorded one of the number goes.

    Args:
        signed: The draft; its products may still be in the staging folder.
        record: Its entry.
        control_dir: The folder of control papers.
        own: The office's folder of templates.

    Raises:
        UnreadableFileError: The office's own template is wrong.
        OutputFileError: The folder cannot be written.
    """
    folder = pack_folder(record, control_dir)
    samples = [_sample(path) for path in signed.products]
    content = filled(
        template_path(TEMPLATE, own, OWN_TEMPLATE),
        _values(signed.order, signed.public, record, samples),
    )
    try:
        control_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pack-", dir=control_dir) as made:
            _fill(Path(made), content, signed, samples)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(made, folder)
    except OSError as error:
        raise OutputFileError(
            _("无法写入送审材料文件夹：{path}。").format(path=folder),
            hint=_("请检查该位置是否可写、磁盘是否已满、文件是否正被打开。"),
            detail=str(error),
        ) from error
    return folder


def refuse_pack(folder: Path, secrets: Secrets, own: Path) -> None:
    """Let the checker read the papers too; the samples were read before.

    What an office wrote into its own template is its own, its telephone number for one; so what the
    unfilled template holds is no leak of the filled one, nor are the hidden parts Word keeps in it.

    Raises:
        ReleaseBlockedError: A paper holds something protected; the pack is removed.
    """
    leaks = check_all([folder / LIST_NAME, folder / OWN_TEMPLATE], secrets)
    template = own / OWN_TEMPLATE
    if template.is_file():
        said = {(leak.kind, leak.value) for leak in check_all([template], secrets)}
        form = str(folder / OWN_TEMPLATE)
        leaks = [
            leak
            for leak in leaks
            if leak.file != form or (leak.kind != HIDDEN and (leak.kind, leak.value) not in said)
        ]
    refuse_leaks(leaks)


def remove_papers(record: ReleaseRecord, control_dir: Path) -> None:
    """Take away the papers of a release that was not recorded after all; its number goes to another."""
    if record.number:
        shutil.rmtree(pack_folder(record, control_dir), ignore_errors=True)
        for path in control_papers(record, control_dir):
            with suppress(OSError):
                path.unlink()


def _fill(made: Path, content: bytes, signed: Signed, samples: Sequence[PackEntry]) -> None:
    form = made / OWN_TEMPLATE
    form.write_bytes(content)
    (made / SAMPLES).mkdir()
    for path in signed.products:
        shutil.copyfile(path, made / SAMPLES / path.name)
    written = PackEntry(
        title=FORM_TITLE, file=form.name, what=_("Word 文档"),
        size=form.stat().st_size, sha256=sha256_of(form),
    )  # fmt: skip
    about = _("图名：{title}　编制单位：{unit}").format(
        title=signed.order.title, unit=signed.order.unit or "＿＿＿＿＿＿"
    )
    entries = list(_listed({"form": [written], "sample": samples}))
    write_pack_list(made / LIST_NAME, _("地图审核送审材料清单"), about, entries)


def _listed(made: Mapping[str, Sequence[PackEntry]]) -> Iterator[PackEntry]:
    for material in _rules()["materials"]:
        for each in made.get(material["key"]) or [PackEntry(title=material["title"])]:
            folder = f"{SAMPLES}/" if material["key"] == "sample" else ""
            yield PackEntry(
                title=material["title"], file=f"{folder}{each.file}" if each.file else "",
                what=each.what, pages=each.pages, size=each.size, sha256=each.sha256,
                basis=material["basis"], todo=material["todo"],
            )  # fmt: skip


def _sample(path: Path) -> PackEntry:
    product = format_of(path.name)
    return PackEntry(
        title=SAMPLES,
        file=path.name,
        what=_(_WHAT[product]) if product else "",
        pages=_pages(path),
        size=path.stat().st_size,
        sha256=sha256_of(path),
    )


def _pages(path: Path) -> int | None:
    if path.suffix == ".pdf":
        return len(PdfReader(path).pages)
    return None if path.suffix == ".html" else 1  # a page of the web has none


def _values(
    order: ReleaseOrder, public: PublicSet, record: ReleaseRecord, samples: Sequence[PackEntry]
) -> dict[str, Any]:
    raw, edition = _rules(), edition_of(order)
    place = regions().get(order.county) if order.county else regions().city
    return {
        "title": FORM_TITLE, "receiver": raw["receiver"], "number": record.number,
        "unit": order.unit, "publisher": order.publisher, "source": order.source,
        "urgency": _("应急保障（即送即审）") if order.emergency else _("一般"),
        "name": order.title, "form": "；".join(_forms(order)),
        "area": _(place.name) + edition.sheet.township,
        "scale": _scale(order, public, edition), "paper": _paper(edition),
        "purpose": order.purpose or _("向社会公布突发事件风险隐患分布"),
        "data_date": edition.date_text, "projection": raw["projection"],
        "themes": _themes(public), "boundaries": raw["boundaries"], "positions": raw["positions"],
        "content_hash": record.content_hash,
        "samples": [
            {"at": at, "name": each.file, "what": each.what, "pages": each.pages or ""}
            for at, each in enumerate(samples, start=1)
        ],
    }  # fmt: skip


def _forms(order: ReleaseOrder) -> Iterator[str]:
    wanted = {product.value for product in order.formats}
    for label, products in _MEDIA:
        if wanted & products:
            yield _(label)


def _scale(order: ReleaseOrder, public: PublicSet, edition: Edition) -> str:
    if ProductFormat.ATLAS in order.formats:
        return _("总图 {scale}，分幅图见各幅").format(scale=printed_scale(public, edition))
    return printed_scale(public, edition)


def _paper(edition: Edition) -> str:
    design = edition.sheet
    return f"{design.paper} {_('横向') if design.landscape else _('竖向')}"


def _themes(public: PublicSet) -> str:
    drawn = sorted({hazard.type_key for hazard in public.hazards})
    counted = sorted({count.type_key for count in public.counts})
    told = []
    if drawn:
        told.append(
            _("图上标注 {n} 处：{types}").format(n=len(public.hazards), types=_labels(drawn))
        )
    if counted:
        told.append(_("只公布数量：{types}").format(types=_labels(counted)))
    return "；".join(told)


def _labels(keys: Sequence[str]) -> str:
    return "、".join(_(taxonomy().get(key).label) for key in keys)


@cache
def _rules() -> Any:
    return rules("submission")
