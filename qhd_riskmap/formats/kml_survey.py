"""KML as a survey: every folder is a sheet, names and data of placemarks are columns.

Read by ourselves: the usual driver replaces every Chinese letter in the names of data by ``_``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.sheet_guard import (
    MAX_COLUMNS,
    MAX_ROWS,
    damaged,
    refuse_entities,
    refuse_filled,
    too_large,
)
from qhd_riskmap.formats.value_text import value_text
from qhd_riskmap.geo.references import WGS84

_FOLDERS: Final = frozenset({"Folder", "Document"})
_SHAPES: Final = frozenset({"Point", "LineString", "Polygon"})
_MOST_LAYERS: Final = 200
_DEEPEST: Final = 60
_FEWEST_NUMBERS: Final = 2


@dataclass(slots=True)
class _Layer:
    """The placemarks that stand directly in one folder."""

    name: str
    headers: dict[str, int] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)

    def add(self, values: dict[str, str]) -> None:
        row = [""] * len(self.headers)
        for header, text in values.items():
            index = self.headers.setdefault(header, len(self.headers))
            row += [""] * (index + 1 - len(row))
            row[index] = text
        self.rows.append(row)


def read_kml(path: Path, name: str, content: bytes) -> list[SurveySheet]:
    """Read the placemarks of a KML file.

    Args:
        path: The sender's file.
        name: What the outermost folder is called where it has no name.
        content: Its bytes, or those of ``doc.kml`` in it.

    Raises:
        UnreadableFileError: No XML, an entity declaration, or too large.
    """
    refuse_entities(content, path.name, first=True)
    try:
        layers = _layers(path.name, name, content)
    except (ParseError, DefusedXmlException, ValueError, UnicodeError, LookupError) as error:
        raise damaged(path.name, str(error)) from error
    return [_sheet(path, layer) for layer in layers if layer.rows]


def _layers(file: str, name: str, content: bytes) -> list[_Layer]:
    first = _Layer(name)
    layers, stack = [first], [first]
    cells = 0
    for event, element in _events(content):
        tag = _local(element)
        if event == "start":
            if tag in _FOLDERS:
                if len(stack) > _DEEPEST or len(layers) > _MOST_LAYERS:
                    raise too_large(file)
                stack.append(_Layer(stack[-1].name))
                layers.append(stack[-1])
            continue
        if tag in _FOLDERS:
            stack.pop()
            element.clear()
        elif tag == "name" and len(stack) > 1 and not stack[-1].rows:
            # Names of placemarks are consumed with them; what is left is the folder's own.
            stack[-1].name = (element.text or "").strip() or stack[-1].name
        elif tag == "Placemark":
            layer = stack[-1]
            layer.add(_values(element))
            cells += len(layer.headers)
            if len(layer.rows) > MAX_ROWS or len(layer.headers) > MAX_COLUMNS:
                raise too_large(file)
            refuse_filled(cells, file)
            element.clear()
    return layers


def _events(content: bytes) -> Iterator[tuple[str, Any]]:
    """Starts and ends, but nothing from within a placemark except its end."""
    inside = 0
    for event, element in ElementTree.iterparse(
        BytesIO(content), events=("start", "end"), forbid_dtd=True
    ):
        placemark = _local(element) == "Placemark"
        if event == "start":
            inside += placemark
        if not inside or (placemark and event == "end" and inside == 1):
            yield event, element
        if event == "end":
            inside -= placemark


def _values(placemark: Any) -> dict[str, str]:
    shapes = [item for item in placemark.iter() if _local(item) in _SHAPES]
    values = _place(shapes)
    for child in placemark:
        tag = _local(child)
        if tag == "name":
            values["名称"] = (child.text or "").strip()
        elif tag == "description":
            values["隐患描述"] = (child.text or "").strip()
        elif tag in {"address", "phoneNumber"} and child.text:
            values["详细位置" if tag == "address" else "联系电话"] = child.text.strip()
    for item in placemark.iter():
        tag, header = _local(item), (item.get("name") or "").strip()
        if header and tag == "SimpleData":
            values.setdefault(header, (item.text or "").strip())
        elif header and tag == "Data":
            value = next((child.text for child in item if _local(child) == "value"), "")
            values.setdefault(header, (value or "").strip())
    return values


def _place(shapes: list[Any]) -> dict[str, str]:
    if len(shapes) == 1 and _local(shapes[0]) == "Point":
        pairs = _pairs(shapes[0])
        return {"经度": pairs[0][0], "纬度": pairs[0][1]} if pairs else {}
    parts: dict[str, list[str]] = {}
    for shape in shapes:
        kind = _local(shape)
        if kind == "Polygon":
            rings = [item for item in shape.iter() if _local(item) == "LinearRing"]
            text = ", ".join(f"({_joined(ring)})" for ring in rings)
        else:
            text = _joined(shape)
        if text:
            parts.setdefault(kind.upper(), []).append(f"({text})")
    if not parts:
        return {}
    # A placemark of points and areas at once is the larger of them.
    kind = next(k for k in ("POLYGON", "LINESTRING", "POINT") if k in parts)
    texts = parts[kind]
    return {
        "拐点坐标": f"{kind} {texts[0]}" if len(texts) == 1 else f"MULTI{kind} ({', '.join(texts)})"
    }


def _joined(shape: Any) -> str:
    return ", ".join(f"{x} {y}" for x, y in _pairs(shape))


def _pairs(shape: Any) -> list[tuple[str, str]]:
    found = []
    for item in shape.iter():
        if _local(item) != "coordinates":
            continue
        for piece in (item.text or "").split():
            numbers = piece.split(",")
            if len(numbers) < _FEWEST_NUMBERS:
                raise ValueError(f"coordinates {piece[:40]}")
            x, y = float(numbers[0]), float(numbers[1])
            if not (math.isfinite(x) and math.isfinite(y)):
                raise ValueError(f"coordinates {piece[:40]}")
            found.append((value_text(x), value_text(y)))
    return found


def _sheet(path: Path, layer: _Layer) -> SurveySheet:
    headers = list(layer.headers)
    columns = [
        [header, *(row[index] or None if index < len(row) else None for row in layer.rows)]
        for index, header in enumerate(headers)
    ]
    return SurveySheet(
        file=path, name=layer.name, columns=tuple(columns), header_row=1, declared=WGS84.text
    )


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
