"""Fields described once: the form, the Excel template, the import and the command line read them here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.i18n import N_, _

# Sheets write these where they mean "nothing here".
EMPTY_WORDS = frozenset(
    {"", "/", "\\", "-", "--", "—", "——", "－", "无", "空", "未知", "null", "none", "n/a", "#n/a"}
)
# By thousands, or by 万 as some Chinese offices do.
_SEPARATED: Final = re.compile(r"[+-]?\d{1,4}(?:(?:,\d{3})+|(?:,\d{4})+)(?![\d,])")
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIALS = range(10_000, 80_000)  # 1927 … 2119
# Full-width letters, digits and the signs of numbers; wide and hard blanks; radicals and compatibility
# ideographs, which look like the characters people search for but are others.
_FOLDED = {
    code: unicodedata.normalize("NFKC", chr(code))
    for codes in (
        range(0xFF10, 0xFF1A), range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B),
        map(ord, "＋－．／％＠＿＃　\u00a0\u2002\u2003\u2009\u202f"),
        range(0x2E80, 0x2FE0), range(0xF900, 0xFB00),
    )
    for code in codes
}  # fmt: skip
_MAX_TEXT = 2000
GREATEST_NUMBER = 1e15  # a float still counts in ones there
_SHORTEST_PHONE = 7
_LONGEST_PHONE = 26  # two mobile numbers and a separator


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    PHONE = "phone"


class Severity(StrEnum):
    """What an issue does to its row."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        """Chinese word for it.

        >>> Severity.ERROR.label
        '错误'
        """
        return _(_SEVERITIES[self])


_SEVERITIES: Final = {
    Severity.ERROR: N_("错误"),
    Severity.WARNING: N_("提醒"),
    Severity.INFO: N_("说明"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A field is required when another field holds one of some values."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One fact that may be known about a hazard.

    Attributes:
        key: Stable English key, also the JSON and database key.
        label: Chinese label (gettext message id).
        unit: Unit of measure as written in headers (``m``, ``MPa``, ``t``, ``万元``), or "".
        minimum: Least allowed number, inclusive.
        maximum: Greatest allowed number, inclusive.
        choices: Allowed words of a `FieldKind.CHOICE`.
        required_if: Makes the field required for some values of another field. A missing optional
            or required-if value is a warning at import, never a rejection.
        aliases: Other headers found in sheets.
        help: One sentence for the form and the template's note.
        example: Value of the template's example row.
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    unit: str = ""
    required: bool = False
    required_if: Requirement | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    help: str = ""
    example: str = ""

    @property
    def header(self) -> str:
        """The template's column header: label and unit, in the language in force."""
        return f"{_(self.label)}（{self.unit}）" if self.unit else _(self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something wrong with one value.

    Attributes:
        field: Key of the field, or "" for the record as a whole.
        code: Stable language-neutral key, e.g. ``not-a-number``.
        severity: Whether the record can still be used.
        message: One sentence in the language in force: what, and what to do.
    """

    field: str
    code: str
    severity: Severity
    message: str


Parsed = tuple[AttributeValue | None, Issue | None]


def read_fields(
    fields: Sequence[Field], raw: Mapping[str, str | None]
) -> tuple[dict[str, AttributeValue], list[Issue]]:
    """Cast ``raw`` texts to typed values; every bad field yields an issue, none hides another.

    A value that cannot be cast is an *error* for a required field and a *warning* otherwise; it is
    never silently dropped, because the issue names it.

    Returns:
        The values that could be read, by field key, and the issues in field order.
    """
    values: dict[str, AttributeValue] = {}
    issues: list[Issue] = []
    for field in fields:
        text = clean_text(raw.get(field.key))
        if text is None:
            if field.required:
                issues.append(_missing(field, Severity.ERROR))
            continue
        value, issue = parse_value(field, text)
        if issue is not None:
            issues.append(issue)
        if value is not None:
            values[field.key] = value
    issues.extend(
        _missing(field, Severity.WARNING)
        for field in fields
        if field.required_if is not None
        and field.key not in values
        and str(values.get(field.required_if.field, "")) in field.required_if.values
        and not any(issue.field == field.key for issue in issues)
    )
    return values, issues


def clean_text(text: str | None) -> str | None:
    """Sheet text without padding and full-width letters; None where it means "nothing here".

    Chinese punctuation, superscripts and numbered signs stay: （北区）, m² and ①号 are what the sender
    wrote. `parse_value` folds them where a number or a choice is wanted.

    >>> clean_text(" １２．５　")
    '12.5'
    >>> clean_text("——") is None
    True
    """
    if text is None:
        return None
    tidy = text.translate(_FOLDED)
    tidy = "".join(c for c in tidy if c in "\n\t" or unicodedata.category(c)[0] != "C").strip()
    return None if tidy.casefold() in EMPTY_WORDS else tidy


def parse_value(field: Field, text: str) -> Parsed:
    """Cast one text cleaned by `clean_text`; the value may come with a warning.

    Returns:
        ``(value, None)``, ``(value, warning)`` or ``(None, issue)``.
    """
    if field.kind is not FieldKind.TEXT:
        text = unicodedata.normalize("NFKC", text).strip()
    return _PARSERS[field.kind](field, text)


def parse_date(text: str) -> date | None:
    """A day written as people write it, or an Excel serial; a month alone is its first day.

    >>> parse_date("2014.3.5"), parse_date("2014年3月"), parse_date("41703")
    (datetime.date(2014, 3, 5), datetime.date(2014, 3, 1), datetime.date(2014, 3, 5))
    """
    tidy = text.strip()
    serial = re.fullmatch(r"(\d{5})(?:\.\d+)?", tidy)
    if serial:
        days = int(serial[1])
        return _EXCEL_EPOCH + timedelta(days=days) if days in _EXCEL_SERIALS else None
    packed = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", tidy)
    spelt = re.match(r"(\d{4})\s*[-./年]\s*(\d{1,2})(?:\s*[-./月]\s*(\d{1,2})?)?\s*[日号]?", tidy)
    found = packed or spelt
    if not found or (spelt and not packed and not _only_a_clock(tidy[spelt.end() :])):
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _parse_text(field: Field, text: str) -> Parsed:
    if len(text) > _MAX_TEXT:
        return None, _bad(
            field, "too-long", _("文字超过 {limit} 字，请缩短。"), text, limit=_MAX_TEXT
        )
    return text, None


def _parse_day(field: Field, text: str) -> Parsed:
    day = parse_date(text)
    if day is None:
        return None, _bad(field, "not-a-date", _("“{text}”不是日期，请写成 2014-03-05。"), text)
    return day.isoformat(), None


def _only_a_clock(rest: str) -> bool:
    clock = r"[T\s]*([上下]午|早晨|中午|晚上)?\s*(\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?Z?"
    return re.fullmatch(clock, rest) is not None


def without_separators(number: str) -> str:
    """A number without the commas between its thousands; as it is where they stand elsewhere.

    3,5 may be three and a half, or a three and a five: nobody knows.

    >>> without_separators("-12,345.6"), without_separators("3,5")
    ('-12345.6', '3,5')
    """
    return number.replace(",", "") if _SEPARATED.match(number) else number


def _parse_number(field: Field, text: str) -> Parsed:
    tidy = without_separators(text.replace(" ", ""))
    unit = unicodedata.normalize("NFKC", field.unit)  # like the text: m² became m2
    if unit and tidy.endswith(unit):
        tidy = tidy.removesuffix(unit)
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", tidy):
        return None, _bad(field, "not-a-number", _("“{text}”不是数字，请只填数字。"), text)
    number = float(tidy)
    outside = _outside_range(field, number, text)
    if outside is not None:
        return None, outside
    if field.kind is FieldKind.INTEGER:
        if number != int(number):
            return None, _bad(field, "not-an-integer", _("“{text}”不是整数，请改为整数。"), text)
        return int(number), None
    return number, None


def _outside_range(field: Field, number: float, text: str) -> Issue | None:
    if abs(number) > GREATEST_NUMBER:  # 1e999 is infinite, and no integer
        return _bad(field, "out-of-range", _("{text} 超出可用的范围，请核对。"), text)
    if field.minimum is not None and number < field.minimum:
        message = _("{text} 小于允许的最小值 {limit}，请核对。")
        return _bad(field, "out-of-range", message, text, limit=f"{field.minimum:g}")
    if field.maximum is not None and number > field.maximum:
        message = _("{text} 大于允许的最大值 {limit}，请核对。")
        return _bad(field, "out-of-range", message, text, limit=f"{field.maximum:g}")
    return None


def _parse_choice(field: Field, text: str) -> Parsed:
    # `text` went through NFKC: Ⅰ级 became I级, （1） became (1).
    for choice in field.choices:
        if text in {choice, unicodedata.normalize("NFKC", choice)}:
            return choice, None
    message = _("“{text}”不在可选项之内，请从这些中选择：{choices}。")
    return None, _bad(field, "unknown-choice", message, text, choices="、".join(field.choices))


def _parse_boolean(field: Field, text: str) -> Parsed:
    word = text.casefold()
    if word in {"是", "有", "y", "yes", "true", "1", "√", "✓"}:
        return True, None
    if word in {"否", "没有", "n", "no", "false", "0", "×", "x"}:
        return False, None
    return None, _bad(field, "not-yes-no", _("“{text}”应为“是”或“否”。"), text)


def _parse_phone(field: Field, text: str) -> Parsed:
    # Excel turns a mobile number into 1.39e+10 or 13912345678.0.
    shown = re.fullmatch(r"(\d+(?:\.\d+)?)(?:[eE]\+?(\d+)|(?<=\.0))", text)
    if shown:
        whole = f"{float(text):.0f}"
        # 1.39E+10 keeps three digits of eleven: not a number to call.
        kept = len(shown[1].replace(".", "")) > int(shown[2] or 0)
        text = whole if kept else text
    digits = re.sub(r"\D", "", text)
    if not _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE or "E+" in text.upper():
        issue = _bad(field, "odd-phone", _("“{text}”不像电话号码，请核对。"), text)
        return text, Issue(
            field=issue.field, code=issue.code, severity=Severity.WARNING, message=issue.message
        )
    return text, None


def _missing(field: Field, severity: Severity) -> Issue:
    message = _("缺少“{label}”，请补填。").format(label=_(field.label))
    return Issue(field=field.key, code="missing", severity=severity, message=message)


def _bad(field: Field, code: str, message: str, text: str, **details: object) -> Issue:
    shown = text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004 - fits one table cell
    full = f"{_(field.label)}：" + message.format(text=shown, **details)
    severity = Severity.ERROR if field.required else Severity.WARNING
    return Issue(field=field.key, code=code, severity=severity, message=full)


_PARSERS: dict[FieldKind, Callable[[Field, str], Parsed]] = {
    FieldKind.TEXT: _parse_text,
    FieldKind.INTEGER: _parse_number,
    FieldKind.NUMBER: _parse_number,
    FieldKind.DATE: _parse_day,
    FieldKind.CHOICE: _parse_choice,
    FieldKind.BOOLEAN: _parse_boolean,
    FieldKind.PHONE: _parse_phone,
}
