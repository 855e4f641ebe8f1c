"""Renews and compiles the English catalogue: ``python resources/build_catalogue.py``.

Extracts every marked Chinese text of the program and of the rule files, keeps the translations there are,
drops what is no longer used, and compiles the .mo beside the .po. Lists what is still untranslated.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from qhd_riskmap.domain.grading.method import SHIPPED  # noqa: E402 - after the path is set
from qhd_riskmap.domain.region import regions  # noqa: E402
from qhd_riskmap.domain.remediation.flow import flow  # noqa: E402
from qhd_riskmap.domain.sheet_design import templates  # noqa: E402
from qhd_riskmap.domain.taxonomy import taxonomy  # noqa: E402
from qhd_riskmap.resources import rules  # noqa: E402

PO = ROOT / "resources/locale/en/LC_MESSAGES/qhd_riskmap.po"
# No clock in the file: the same sources give the same bytes.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    """Renew, compile, report; returns the number of untranslated texts, at most 1."""
    known = {}
    if PO.exists():
        with PO.open("rb") as file:
            known = {entry.id: entry.string for entry in read_po(file, locale="en") if entry.id}
    catalogue = Catalog(
        locale="en", project="qhd-riskmap", creation_date=EPOCH, revision_date=EPOCH
    )
    for text, places in sorted(_messages().items()):
        catalogue.add(text, known.get(text, ""), locations=places)
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, no_location=True)
    with PO.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    missing = [entry.id for entry in catalogue if entry.id and not entry.string]
    print(f"{len(catalogue)} texts, {len(missing)} untranslated")
    for text in missing:
        print(repr(text))
    return 1 if missing else 0


def _messages() -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    package = ROOT / "qhd_riskmap"
    for name, line, message, *_rest in extract_from_dir(
        str(package), keywords={"_": None, "N_": None}
    ):
        text = message if isinstance(message, str) else message[0]
        if text:
            found.setdefault(text, []).append((name, line))
    for text in _data_texts():
        if any("\u4e00" <= char <= "\u9fff" for char in text):
            found.setdefault(text, [("resources/rules", 0)])
    return found


def _data_texts() -> list[str]:
    texts = []
    for hazard_type in taxonomy().types:
        texts += [hazard_type.label, *hazard_type.sub_kinds]
        for field in hazard_type.fields:
            texts += [field.label, field.help, *field.choices]
    for region in (regions().city, *regions().divisions, *regions().neighbours):
        texts += [region.name, region.short_name]
    for key in SHIPPED:
        texts += _profile_texts(rules(f"grading_{key}"))
    for name in ("assessment", "receptors", "effect_zones", "inspection"):
        texts += _profile_texts(rules(name))
    texts += [move.label for move in flow().moves.values()]
    texts += [text for each in templates().values() for text in (each.label, each.help, each.title)]
    texts += rules("preflight")["advice"].values()
    return texts


def _profile_texts(node: object) -> list[str]:
    """What a profile shows; names and clauses of single substances stay as the standard has them."""
    if isinstance(node, list):
        return [text for each in node for text in _profile_texts(each)]
    if not isinstance(node, dict):
        return []
    shown = [node[key] for key in ("label", "text", "group", "help", "source") if key in node]
    rest = [value for key, value in node.items() if key not in ("substances", "classes")]
    return shown + [text for each in rest for text in _profile_texts(each)]


if __name__ == "__main__":
    sys.exit(main())
