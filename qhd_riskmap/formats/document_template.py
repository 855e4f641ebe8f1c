"""Fills Word templates that an office may edit: placeholders in, a document out, clear words on faults."""

from __future__ import annotations

from collections.abc import Mapping
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
        values: By placeholder; texts are made safe.
        out: Target, replaced as a whole or not at all.

    Raises:
        UnreadableFileError: The template is damaged, or a placeholder is unknown or misspelt.
        OutputFileError: The document cannot be written.
    """
    from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415 - slow to load, rarely needed
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415
    from jinja2.sandbox import SandboxedEnvironment  # noqa: PLC0415

    content = _read(template)
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)
    try:
        document = DocxTemplate(BytesIO(content))
        document.render(safe(values), jinja_env=environment, autoescape=True)
    except (TemplateError, OverflowError, TypeError) as error:
        raise UnreadableFileError(
            _("模板 {name} 有误：{why}").format(name=template.name, why=str(error)[:200]),
            hint=_("请核对占位符的写法；删去自己的模板即用回程序自带的。"),
            detail=repr(error),
        ) from error
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise UnreadableFileError(
            _("模板 {name} 不是 Word 文档（docx）。").format(name=template.name),
            hint=_("请用 Word 另存为 docx，或删去自己的模板。"),
            detail=repr(error),
        ) from error
    with replacing(out) as unfinished:
        document.save(str(unfinished))


def safe(value: Any) -> Any:
    """Texts without characters a document cannot hold, to the bottom of lists and mappings."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {key: safe(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [safe(each) for each in value]
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
