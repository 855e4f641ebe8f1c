"""What the checker found is told in words of the office, on the command line and where a release is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from release_county import ACTOR, invented_hazards

from qhd_riskmap.cli.application import run
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.services.leak_words import KINDS, kind_of, lines_of, value_of
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.services.release_secrets import Remedies, secrets_of
from qhd_riskmap.services.release_staging import refuse_leaks


def leak(kind="name", value="秘店", where="word/header1.xml"):
    return Leak(file="送来/通知.docx", kind=kind, value=value, where=where)


def test_every_kind_that_can_be_found_has_a_name(county):
    secrets = secrets_of(
        county.hazards, county.service.content(county.order())[1], printed=(), vocabulary="",
        remedies=Remedies.of(county.register), decided={},
    )  # fmt: skip
    kinds = {*secrets.texts.values(), *secrets.fields.values(), *secrets.numbers.values()}
    assert len(kinds) > 8
    assert kinds <= KINDS.keys()


def test_no_markup_of_the_file_stands_between_two_numbers():
    shown = leak("position", "119.62183</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:tcW w:type=")
    assert value_of(shown) == "119.62183"
    assert value_of(leak("position", "1.5</v></c><c r='B2'><v>40.1")) == "1.5 40.1"
    assert value_of(leak("hidden", "<sheet state='hidden'/>")) == "<sheet state='hidden'/>"
    assert value_of(leak("name", "a < b")) == "a < b"


def test_a_line_is_said_once_and_names_file_kind_and_place():
    lines = lines_of([Path("a"), Path("b")], [leak(), leak(), leak("hidden", "x")])
    assert lines[0] == "1 个文件里发现 3 处不应公开的内容"
    assert lines[1] == "送来/通知.docx：隐患名称“秘店”，位于 word/header1.xml"
    assert len(lines) == 5
    assert "看不见" in lines[3]
    assert lines_of([Path("a")], [])[0] == "1 个文件里没有发现泄密内容"
    assert kind_of(leak("unheard_of")) == "unheard_of"


def test_a_refused_release_says_the_kind_in_words():
    with pytest.raises(ReleaseBlockedError) as refused:
        refuse_leaks([leak("position", "119.1</v><v>39.2")])
    assert "（真实位置）：119.1 39.2" in refused.value.detail


def test_the_command_line_tells_an_officer_what_was_found(office, capsys):
    record = invented_hazards()[0]
    office.add([record])
    path = office.folder / "通知.docx"
    document = Document()
    document.add_paragraph(f"联系 {record.phone}")
    document.save(str(path))
    words = ["check-release", str(path), "--db", str(office.register.path), "--actor", ACTOR.name]
    assert run(words, lambda *_: 0) == 2
    said = capsys.readouterr().out
    assert f"电话“{record.phone}”" in said
    assert "请不要把这些文件交给公众" in said
    assert "phone" not in said
