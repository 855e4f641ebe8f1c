"""Fills Word templates that an office may edit: placeholders in, a document out, clear words on faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.sheet_guard import GuardedArchive
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import resource

FOLDER_NAME: Final = "文书模板"
_LARGEST: Final = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A value that is a picture: chart, map, photo.

    Attributes:
        content: PNG or JPEG.
        width_mm: As wide as it is to stand on the paper.
    """

    content: bytes = field(repr=False)
    width_mm: float


def template_path(name: str, own: Path | None, file_name: str) -> Path:
    """The office's own template where it has one, else the shipped one.

    Args:
        name: Name of the shipped file under ``resources/templates``.
        own: The office's folder of templates, or None.
        file_name: What the office's file is called.
    """
    if own is not None and (own / file_name).is_file():
        return own / file_name
    return resource("templates", name)


def fill(template: Path, values: Mapping[str, Any], out: Path) -> None:
    """Write a document from a template.

    Args:
        template: A docx with placeholders ``{{ … }}``.
        values: By placeholder: texts (made safe), numbers, `Picture`s, lists and mappings of these.
        out: Target, replaced as a whole or not at all.

    Raises:
        UnreadableFileError: The template is damaged, or wrong; says where and what.
        OutputFileError: The document cannot be written.
    """
    content = filled(template, values)
    with replacing(out) as unfinished:
        unfinished.write_bytes(content)


def filled(template: Path, values: Mapping[str, Any]) -> bytes:
    """The document made from a template.

    Raises:
        UnreadableFileError: The template is damaged, or wrong; says where and what.
    """
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415 - slow to load, rarely needed
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import TemplateError  # noqa: PLC0415

    from qhd_riskmap.formats.template_check import shape_of  # noqa: PLC0415
    from qhd_riskmap.formats.template_sandbox import TemplateEnvironment  # noqa: PLC0415

    content = _read(template)
    try:
        document = DocxTemplate(BytesIO(content))
        document.init_docx()
        _refuse_faults(template, document.docx, shape_of(values))
        context = _with_pictures(safe(values), document)
        document.render(context, jinja_env=TemplateEnvironment(), autoescape=True)
        made = BytesIO()
        document.save(made)
    except (TemplateError, OverflowError, TypeError, SyntaxError) as error:
        raise UnreadableFileError(
            _("模板 {name} 有误：{why}").format(name=template.name, why=str(error)[:200]),
            hint=_hint(),
            detail=repr(error),
        ) from error
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFileError(
            _("模板 {name} 不是 Word 文档（docx）。").format(name=template.name),
            hint=_("请用 Word 另存为 docx，或删去自己的模板。"),
            detail=repr(error),
        ) from error
    return made.getvalue()


def check(template: Path, shape: Mapping[str, Any]) -> list[str]:
    """Every fault of a template, one sentence each, without filling it.

    Args:
        template: A docx.
        shape: The placeholders there are, see `template_check.shape_of`.

    Raises:
        UnreadableFileError: It is no Word document.
    """
    from docx import Document  # noqa: PLC0415 - slow to load, rarely needed
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415

    from qhd_riskmap.formats.template_check import template_faults  # noqa: PLC0415

    try:
        document = Document(BytesIO(_read(template)))
        return [str(fault) for fault in template_faults(document, shape)]
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError) as error:
        raise UnreadableFileError(
            _("模板 {name} 不是 Word 文档（docx）。").format(name=template.name), detail=repr(error)
        ) from error


def safe(value: Any) -> Any:
    """Texts without characters a document cannot hold, to the bottom of lists and mappings."""
    if isinstance(value, str):
        return storable(value).replace("\r", "")
    if isinstance(value, Mapping):
        return {key: safe(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [safe(each) for each in value]
    return value


def _hint() -> str:
    return _("请核对占位符的写法；删去自己的模板即用回程序自带的。")


def _refuse_faults(template: Path, document: Any, shape: Mapping[str, Any]) -> None:
    from qhd_riskmap.formats.template_check import template_faults  # noqa: PLC0415

    faults = template_faults(document, shape)
    if faults:
        said = "；".join(map(str, faults))
        raise UnreadableFileError(
            _("模板 {name} 有误：{why}").format(name=template.name, why=said), hint=_hint()
        )


def _with_pictures(value: Any, document: Any) -> Any:
    """Pictures as the template engine wants them."""
    from docx.shared import Mm  # noqa: PLC0415
    from docxtpl import InlineImage  # noqa: PLC0415

    if isinstance(value, Picture):
        return InlineImage(document, BytesIO(value.content), width=Mm(value.width_mm))
    if isinstance(value, dict):
        return {key: _with_pictures(each, document) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_pictures(each, document) for each in value]
    return value


def _read(template: Path) -> bytes:
    try:
        if template.stat().st_size > _LARGEST:
            raise UnreadableFileError(_("模板 {name} 太大。").format(name=template.name))
        content = template.read_bytes()
    except OSError as error:
        raise UnreadableFileError(
            _("读不到模板 {name}。").format(name=template.name), detail=str(error)
        ) from error
    GuardedArchive(content, template.name)  # refuses bombs before anything is inflated
    return content
