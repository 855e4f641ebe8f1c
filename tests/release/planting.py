"""Puts a text into a finished product where an office's mistake would leave it."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
import zlib

import pypdf
from openpyxl import load_workbook

from qhd_riskmap.services.release_order import ProductFormat


def planted(product, data, text):
    """The product with the text in it."""
    return PLANTERS[product](data, text)


def into_pdf(data, text):
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(io.BytesIO(data)))
    writer.add_metadata({"/Keywords": text})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def into_png(data, text):
    body = b"iTXtDescription\x00\x00\x00\x00\x00" + text.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:-12] + chunk + data[-12:]


def into_jpeg(data, text):
    """A comment segment, as a camera or an editor leaves it."""
    raw = text.encode()
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(raw) + 2) + raw + data[2:]


def into_geojson(data, text):
    document = json.loads(data)
    document["features"][0]["properties"]["x"] = text
    return json.dumps(document).encode()  # escapes every Chinese character


def into_workbook(data, text):
    book = load_workbook(io.BytesIO(data))
    book.worksheets[1]["K9"] = text
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def into_database(data, text):
    """A column nobody listed, as an edit in a GIS leaves it."""
    return changed_database(
        data, ("ALTER TABLE counts ADD COLUMN x TEXT", ()), ("UPDATE counts SET x = ?", (text,))
    )


def changed_database(data, *statements):
    base = sqlite3.connect(":memory:", isolation_level=None)
    base.deserialize(data)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        base.create_function(name, 1, lambda _shape: 0)
    for statement, values in statements:
        base.execute(statement, values)
    changed = base.serialize()
    base.close()
    return changed


def changed_archive(data, name, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            body = old.read(member)
            new.writestr(member, change(body) if member == name else body)
    return out.getvalue()


def in_table(table, raw):
    """The first record's advice replaced, as long as the field is."""
    count, head, _length = struct.unpack_from("<IHH", table, 4)
    assert count
    starts = range(32, head - 1, 32)
    names = [table[at : at + 11].split(b"\0")[0].decode() for at in starts]
    widths = [table[at + 16] for at in starts]
    at = head + 1 + sum(widths[: names.index("advice")])
    width = widths[names.index("advice")]
    return table[:at] + raw[:width].ljust(width) + table[at + width :]


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


PLANTERS = {
    ProductFormat.PDF: into_pdf,
    ProductFormat.ATLAS: into_pdf,
    ProductFormat.PNG: into_png,
    ProductFormat.JPG: into_jpeg,
    ProductFormat.SVG: lambda data, text: data.replace(
        b"</svg>", b"<desc>" + text.encode() + b"</desc></svg>"
    ),
    ProductFormat.HTML: lambda data, text: data.replace(
        b"</body>", b"<!-- " + text.encode() + b" --></body>"
    ),
    ProductFormat.STATISTICS: lambda data, text: data.replace(
        b"</tbody>", b"<tr><td>" + text.encode() + b"</td></tr></tbody>", 1
    ),
    ProductFormat.GEOJSON: into_geojson,
    ProductFormat.GPKG: into_database,
    ProductFormat.SHP: lambda data, text: changed_archive(
        data, "hazards_point.dbf", lambda table: in_table(table, text.encode())
    ),
    ProductFormat.KML: lambda data, text: data.replace(
        b"</Placemark>", b"<description>" + text.encode() + b"</description></Placemark>", 1
    ),
    ProductFormat.XLSX: into_workbook,
    ProductFormat.CSV: lambda data, text: changed_archive(
        data, "公开清单.csv", lambda rows: rows + b"," + text.encode() + b"\r\n"
    ),
}
