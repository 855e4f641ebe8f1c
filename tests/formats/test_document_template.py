"""Templates of the office: filled as written, every fault named with its place, nothing run that is code."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from jinja2 import TemplateSyntaxError
from PIL import Image

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.document_template import Picture, check, fill
from qhd_riskmap.formats.template_check import shape_of
from qhd_riskmap.formats.template_sandbox import TemplateEnvironment

VALUES = {
    "unit": "海滨镇政府", "number": 3, "empty": [],
    "tasks": [{"at": 1, "problem": "挡墙开裂"}, {"at": 2, "problem": "<b>{{ 7*7 }}&\x01"}],
}  # fmt: skip


def template(tmp_path, *paragraphs, rows=(), header=""):
    document = Document()
    for text in paragraphs:
        paragraph = document.add_paragraph()
        # Word cuts a placeholder into runs wherever somebody went back to it.
        for at in range(0, len(text), 3):
            paragraph.add_run(text[at : at + 3])
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for texts in rows:
            for cell, text in zip(table.add_row().cells, texts, strict=True):
                cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    path = tmp_path / "我的模板.docx"
    document.save(str(path))
    return path


def texts_of(path):
    document = Document(str(path))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    headers = [p.text for s in document.sections for p in s.header.paragraphs]
    return [*(p.text for p in document.paragraphs), *cells, *headers]


def refusal(path, tmp_path):
    with pytest.raises(UnreadableFileError) as caught:
        fill(path, VALUES, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()
    assert "我的模板.docx" in caught.value.message
    return caught.value.message


def test_paragraphs_tables_and_headers_are_filled_and_texts_stay_texts(tmp_path):
    path = template(
        tmp_path,
        "{{ unit }}：共{{ tasks|length }}项{% if number > 2 %}，较多{% else %}，不多{% endif %}",
        "{% for t in tasks %}{{ t.at }}、{{ t.problem }}{% if not loop.last %}；{% endif %}{% endfor %}",
        rows=(("{%tr for t in tasks %}", ""), ("{{ t.at }}", "{{ t.problem }}"), ("{%tr endfor %}", "")),
        header="{{ unit }}〔{{ number }}〕",
    )  # fmt: skip
    assert check(path, shape_of(VALUES)) == []
    fill(path, VALUES, tmp_path / "out.docx")
    assert texts_of(tmp_path / "out.docx") == [
        "海滨镇政府：共2项，较多", "1、挡墙开裂；2、<b>{{ 7*7 }}&",
        "1", "挡墙开裂", "2", "<b>{{ 7*7 }}&", "海滨镇政府〔3〕",
    ]  # fmt: skip


def test_word_s_own_quotation_marks_are_understood(tmp_path):
    path = template(tmp_path, "{% if unit == “海滨镇政府” %}对{% endif %}")
    fill(path, VALUES, tmp_path / "out.docx")
    assert texts_of(tmp_path / "out.docx")[0] == "对"


def test_a_picture_stands_where_its_placeholder_stood(tmp_path):
    content = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(content, "PNG")
    path = template(tmp_path, "{{ chart }}")
    fill(path, {"chart": Picture(content=content.getvalue(), width_mm=50)}, tmp_path / "out.docx")
    (shape,) = Document(str(tmp_path / "out.docx")).inline_shapes
    assert (round(shape.width.mm), round(shape.height.mm)) == (50, 25)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ uint }}", "正文第 2 段的“{{ uint }}”：没有占位符“uint”，是不是“unit”"),
        ("{{ 单位 }}", "没有占位符“单位”"),
        ("{{ unit", "没有写完"),
        ("{{ unit + }}", "写法不对"),
        ("{% for t in tasks %}{{ t.problme }}{% endfor %}", "“problme”，是不是“problem”"),
        ("{% for t in tasks %}{{ t.at }}", "没有“{% endfor %}”结束它"),
        ("{%tr for t in tasks %}{% endfor %}", "应写成“{%tr endfor %}”"),
        ("{% endif %}", "前面没有对应的“if”"),
        ("{% for t in unit %}{% endfor %}", "只有列表才能用 for"),
        ("{% for %}{% endfor %}", "写法不对"),
        ("{% fro t in tasks %}", "只能用 for"),
        ("{% %}", "看不懂"),
        ("{{ unit.name }}", "它没有“name”这一部分"),
        ("{{ unit|uper }}", "没有“uper”这种处理"),
        ("{{r unit }}", "只能写成“{{ 名称 }}”"),
        ("{% if unit %}{% elif nobody %}{% endif %}", "没有占位符“nobody”"),
    ],
)
def test_a_fault_is_named_with_its_place_and_words(tmp_path, text, words):
    assert words in refusal(template(tmp_path, "好的", text), tmp_path)


def test_all_faults_are_told_at_once_wherever_they_stand(tmp_path):
    path = template(
        tmp_path, "{{ one }}", rows=(("好", "{{ two }}"), ("", "")), header="{{ three }}"
    )
    said = refusal(path, tmp_path)
    assert [word in said for word in ("正文第 1 段的“{{ one }}”", "第 1 张表第 1 行第 2 格的“{{ two }}”", "页眉的“{{ three }}”")] == [True] * 3  # fmt: skip
    assert len(check(path, shape_of(VALUES))) == 3


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ unit.__class__ }}",
        "{{ unit['__class__'] }}",
        "{{ unit.format(1) }}",
        "{{ self }}",
        "{{ range(9) }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler }}",
        "{{ 'a' * 999999999 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ '%99999999d' % 1 }}",
        "{{ unit|center(99999999) }}",
        "{{ unit|attr('__class__') }}",
        "{% set s = unit %}",
        "{% macro m() %}{% endmacro %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{% for c in unit %}{% endfor %}",
        "{% for c in [1, 2] %}{% endfor %}",
        "{% for a in tasks %}{% for b in tasks %}{% for c in tasks %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in tasks recursive %}{% endfor %}",
    ],
)
def test_a_hostile_template_is_refused_before_it_runs(tmp_path, text):
    refusal(template(tmp_path, text), tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"no archive", "not a document"], ids=["empty", "noise", "other archive"]
)
def test_what_is_no_word_document_is_said(tmp_path, content):
    path = tmp_path / "我的模板.docx"
    if isinstance(content, str):
        with zipfile.ZipFile(path, "w") as made:
            made.writestr("a.txt", content)
    else:
        path.write_bytes(content)
    refusal(path, tmp_path)
    with pytest.raises(UnreadableFileError):
        check(path, {})


def test_a_template_that_is_not_there_is_said(tmp_path):
    refusal(tmp_path / "我的模板.docx", tmp_path)


@pytest.mark.parametrize("text", ["{{ range(9) }}", "{% for a in 'xyz' %}{% endfor %}"])
def test_the_engine_refuses_by_itself_what_the_check_refuses(text):
    with pytest.raises(TemplateSyntaxError):
        TemplateEnvironment().from_string(text)
