"""Chinese is complete because sentences are the message ids; English must be complete too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from qhd_riskmap import i18n
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.resources import activate_language, resources_dir

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def catalogue():
    with (resources_dir() / "locale/en/LC_MESSAGES/qhd_riskmap.po").open("rb") as file:
        return read_po(file, locale="en")


def messages_in_code() -> set[str]:
    found = extract_from_dir(str(ROOT / "qhd_riskmap"), keywords={"_": None, "N_": None})
    return {entry[2] if isinstance(entry[2], str) else entry[2][0] for entry in found if entry[2]}


def messages_in_data() -> set[str]:
    texts = {t.label for t in taxonomy().types}
    texts |= {kind for t in taxonomy().types for kind in t.sub_kinds}
    texts |= {field.label for t in taxonomy().types for field in t.fields}
    texts |= {region.name for region in regions().divisions}
    return {text for text in texts if CHINESE.search(text)}


def test_every_chinese_message_has_an_english_text():
    english = {entry.id: entry.string for entry in catalogue() if entry.id}
    wanted = {m for m in messages_in_code() | messages_in_data() if CHINESE.search(m)}
    missing = sorted(message for message in wanted if not english.get(message))
    assert not missing, f"{len(missing)} untranslated, e.g. {missing[:10]}"


def test_translations_keep_their_placeholders():
    different = [
        entry.id
        for entry in catalogue()
        if entry.id
        and entry.string
        and {p.split(":")[0].rstrip("}") for p in PLACEHOLDER.findall(entry.id)}
        != {p.split(":")[0].rstrip("}") for p in PLACEHOLDER.findall(entry.string)}
    ]
    assert not different


def test_english_texts_hold_no_chinese():
    assert not [e.id for e in catalogue() if e.id and e.string and CHINESE.search(e.string)]


def test_the_compiled_catalogue_is_the_written_one():
    activate_language("en")
    try:
        stale = [e.id for e in catalogue() if e.id and e.string and i18n._(e.id) != e.string]
        assert not stale, "run python resources/build_catalogue.py"
    finally:
        activate_language("zh_CN")


@pytest.mark.parametrize("language", ["fr", "", "zh_TW"])
def test_an_unknown_language_is_chinese(language):
    activate_language(language)
    assert i18n.language() == "zh_CN"
    assert i18n._(RiskLevel.RED.label) == "重大风险"
