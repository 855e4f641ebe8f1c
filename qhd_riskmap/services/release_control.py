"""Control papers of a release: the register entry and the 脱敏核查单. Never among the products."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.figures import FIGURES
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.release_history import Position
from qhd_riskmap.services.release_order import Finding, ReleaseOrder, format_of
from qhd_riskmap.storage.release_repository import ReleasedProduct, ReleaseRecord, ReleaseStatus

_EXCLUDED_LABELS = {
    "social_security": N_("社会安全类"),
    "secrecy": N_("内部或涉密"),
    "closed": N_("已销号"),
    "deleted": N_("已删除"),
    "elsewhere": N_("不在所选范围"),
    "decided": N_("经决定不公开"),
    "too_few": N_("全域数量过少"),
}
_PAPERS = ("_发布登记.json", "_脱敏核查单.md", "_地图审核送审材料")
_SEVERITY_LABELS = {"block": N_("不得发布"), "warn": N_("请核对"), "info": N_("告知")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A release that passed the checker.

    Attributes:
        products: The finished files, still in the staging folder.
        positions: Record id → where it is shown; stays in the register.
        release: Identity of the entry.
    """

    release: UUID
    order: ReleaseOrder
    public: PublicSet
    findings: tuple[Finding, ...]
    products: tuple[Path, ...]
    actor: str
    positions: Mapping[str, Position]


def record_of(signed: Signed) -> ReleaseRecord:
    """The entry of the release register."""
    order = signed.order
    return ReleaseRecord(
        id=signed.release,
        title=order.title,
        data_date=order.data_date,
        approval_no=order.approval_no,
        content_hash=signed.public.content_hash,
        rules_version=release_rules().version,
        status=ReleaseStatus.DRAFT if order.draft else ReleaseStatus.PUBLISHED,
        definition={
            "formats": [product.value for product in order.formats],
            "county": order.county or "",
            "unit": order.unit,
            "publisher": order.publisher,
            "source": order.source,
            "small_cells": order.small_cells.value,
            "draft": order.draft,
            "approval_date": order.approval_date.isoformat() if order.approval_date else "",
            "emergency": order.emergency,
            "folder": str(order.out_dir.absolute()),
            "sheet": order.sheet.to_json() if order.sheet else None,
        },
        sign_offs={
            "prepared_by": order.prepared_by,
            "reviewed_by": order.reviewed_by,
            "secrecy_reviewed_by": order.secrecy_reviewed_by,
        },
        revealed={
            "hazards": [public.public_id for public in signed.public.hazards],
            "counts": [
                [count.area_code, count.type_key, count.n, count.merged]
                for count in signed.public.counts
            ],
            "remedies": [
                [count.area_code, count.type_key, count.n, count.merged]
                for count in signed.public.remedies
            ],
            "positions": {key: list(place) for key, place in signed.positions.items()},
        },
        purpose=order.purpose,
        supersedes=order.supersedes,
        products=tuple(_product(path) for path in signed.products),
    )


def sha256_of(path: Path) -> str:
    """Hash of a file's content, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _product(path: Path) -> ReleasedProduct:
    product = format_of(path.name)
    return ReleasedProduct(
        name=path.name,
        format=product.value if product else "",
        sha256=sha256_of(path),
        size=path.stat().st_size,
    )


def write_control_papers(signed: Signed, record: ReleaseRecord, folder: Path) -> tuple[Path, ...]:
    """Write the register entry (JSON) and the 脱敏核查单 (Markdown) of one release."""
    entry, sheet = control_papers(record, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(_entry(signed, record), ensure_ascii=False, indent=1)
        entry.write_text(text + "\n", encoding="utf-8")
        sheet.write_text(_sheet(signed, record), encoding="utf-8")
    except OSError as error:
        raise OutputFileError(
            _("无法写入审批材料文件夹：{path}。").format(path=folder), detail=str(error)
        ) from error
    return (entry, sheet)


def control_papers(record: ReleaseRecord, folder: Path) -> tuple[Path, Path]:
    """Where the papers of a release lie."""
    return folder / f"{record.number}_发布登记.json", folder / f"{record.number}_脱敏核查单.md"


def is_control_paper(name: str) -> bool:
    """Whether a file or folder of that name holds papers of a release, those of a draft included."""
    return name.endswith(_PAPERS)


def record_document(record: ReleaseRecord) -> dict[str, Any]:
    """A release as JSON values: for the command line and the control papers."""
    return {
        "number": record.number,
        "id": str(record.id),
        "title": record.title,
        "status": record.status.value,
        "released_at": record.released_at.isoformat() if record.released_at else "",
        "released_by": record.released_by,
        "data_date": record.data_date.isoformat() if record.data_date else "",
        "approval_no": record.approval_no,
        "purpose": record.purpose,
        "supersedes": record.supersedes,
        "ended_at": record.ended_at.isoformat() if record.ended_at else "",
        "ended_why": record.ended_why,
        "content_hash": record.content_hash,
        "rules_version": record.rules_version,
        "definition": _without_picture(record.definition),
        "sign_offs": dict(record.sign_offs),
        "products": [
            {"name": p.name, "format": p.format, "sha256": p.sha256, "size": p.size}
            for p in record.products
        ],
    }


def _without_picture(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for; the logo as its hash, nobody reads a picture in letters."""
    sheet = definition.get("sheet")
    if not sheet or not sheet.get("logo"):
        return dict(definition)
    digest = hashlib.sha256(str(sheet["logo"]).encode("ascii")).hexdigest()
    return {**definition, "sheet": {**sheet, "logo": f"sha256:{digest}"}}


def _entry(signed: Signed, record: ReleaseRecord) -> dict[str, Any]:
    return {
        **record_document(record),
        "excluded": dict(signed.public.excluded),
        "findings": [
            {"rule": f.rule, "severity": f.severity.value, "message": f.message, "basis": f.basis}
            for f in signed.findings
        ],
    }


def _sheet(signed: Signed, record: ReleaseRecord) -> str:
    order, public = signed.order, signed.public
    lines = [
        _("# 脱敏核查单 {number}").format(number=record.number),
        "",
        _("- 图名：{title}").format(title=record.title),
        _("- 审图号：{number}").format(number=record.approval_no or _("送审样图，无")),
        _("- 资料截止日期：{day}").format(day=record.data_date or _("未填")),
        _("- 用途：{purpose}").format(purpose=record.purpose or _("未填")),
        _("- 替代的发布：{number}").format(number=record.supersedes or _("无")),
        _("- 编制：{name}").format(name=order.prepared_by or _("未填")),
        _("- 审核：{name}").format(name=order.reviewed_by or _("未填")),
        _("- 保密审查：{name}").format(name=order.secrecy_reviewed_by or _("未填")),
        _("- 经办：{name}").format(name=signed.actor),
        _("- 规则版本：{version}").format(version=record.rules_version),
        _("- 公开内容校验值：{hash}").format(hash=record.content_hash),
        "",
        _("## 公开内容"),
        "",
        _("- 上图 {n} 处").format(n=len(public.hazards)),
    ]
    lines += [
        _("- 只公开数量：{area}{merged} {type} {n} 处").format(
            area=count.area_name,
            merged=_("（合并）") if count.merged else "",
            type=_(taxonomy().get(count.type_key).label),
            n=count.n,
        )
        for count in public.counts
    ]
    lines += [
        _("- 整改情况：{area}{merged} {type} {n} 项").format(
            area=count.area_name,
            merged=_("（合并）") if count.merged else "",
            type=_(FIGURES[count.type_key].label),
            n=count.n,
        )
        for count in public.remedies
    ]
    lines += ["", _("## 未公开的记录（只计数）"), ""]
    lines += [
        _("- {reason}：{n} 条").format(reason=_(_EXCLUDED_LABELS[reason]), n=n)
        for reason, n in public.excluded.items()
    ]
    lines += ["", _("## 预检"), ""]
    lines += [
        f"- {f.rule} {_(_SEVERITY_LABELS[f.severity.value])}：{f.message}（{f.basis}）"
        for f in signed.findings
    ]
    lines += ["", _("## 成果文件（逐个重新打开核查，未发现受保护内容）"), ""]
    lines += [f"- {p.name}　{p.size}　SHA-256 {p.sha256}" for p in record.products]
    return "\n".join(lines) + "\n"
