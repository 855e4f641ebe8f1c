"""Templates and forms for paper from the desk: types, office, townships, kind of file."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely
from docx import Document
from docx.oxml.ns import qn
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QRadioButton

from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.place_repository import Township
from qhd_riskmap.ui.pages.survey_import.template_dialog import TemplateDialog


def press(qtbot, parent, name, kind=QPushButton):
    button = parent.findChild(kind, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def asked(qtbot, import_page, done):
    """The dialog, as the button opens it."""
    press(qtbot, import_page, "import-template")
    qtbot.waitUntil(lambda: import_page.findChild(TemplateDialog) is not None, timeout=10000)
    done()
    return import_page.findChild(TemplateDialog)


@pytest.fixture
def saved_as(monkeypatch, tmp_path):
    """Where the officer saves; the names that were proposed."""
    proposed = []

    def choose(name):
        def answer(_parent, _title, path, _kinds):
            proposed.append(Path(path).name)
            return str(tmp_path / name), ""

        monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
        return tmp_path / name, proposed

    return choose


@pytest.fixture
def with_townships(app):
    towns = [
        Township(
            code=f"13032410{n}", name=name, county="130324", geometry=shapely.box(119, 39, 120, 40)
        )
        for n, name in enumerate(("石门镇", "双望镇"))
    ]
    with app.register.unit_of_work() as work:
        work.places.add_townships(towns, app.actor)
        work.commit()


def only(qtbot, dialog, *keys):
    """Leave only these types ticked, as by keyboard."""
    press(qtbot, dialog, "template-none")
    for row in range(dialog.types.count()):
        if dialog.types.item(row).data(Qt.ItemDataRole.UserRole) in keys:
            dialog.types.setCurrentRow(row)
            qtbot.keyClick(dialog.types, Qt.Key.Key_Space)


@pytest.mark.usefixtures("with_townships")
def test_a_workbook_for_one_office_offers_its_county_and_townships(
    qtbot, import_page, done, asked, saved_as
):
    path, proposed = saved_as("水务局.xlsx")
    only(qtbot, asked, "flood")
    asked.unit.setText("卢龙县水务局")
    while asked.county.currentData() != "130324":
        qtbot.keyClick(asked.county, Qt.Key.Key_Down)
    assert asked.townships.toPlainText() == "双望镇、石门镇"
    press(qtbot, asked, "template-ok")
    done()
    (name,) = proposed
    assert name.endswith("隐患排查表卢龙县水务局.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["填写说明"]["A2"].value == "填报单位：卢龙县水务局"
    assert len(book.sheetnames) == 3, "the guide, one type, our own hidden sheet"
    lists = [[c.value for c in column if c.value] for column in book["_qhd_template"].columns]
    assert ["卢龙县"] in [column[-1:] for column in lists]
    assert any({"双望镇", "石门镇"} <= set(column) for column in lists)
    book.close()
    assert "模板已生成" in import_page.notices[-1][0]


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_forms_for_paper_are_made_from_the_same_dialog(qtbot, done, asked, saved_as, suffix):
    path, proposed = saved_as(f"纸质表{suffix}")
    only(qtbot, asked, "geological", "flood")
    asked.townships.setPlainText("甲镇，乙镇 甲镇")
    press(qtbot, asked, f"template-kind{suffix.replace('.', '-')}", QRadioButton)
    qtbot.keyClick(asked, Qt.Key.Key_Return)
    done()
    assert proposed == [f"隐患排查表{suffix}"]
    assert path.read_bytes().startswith({".docx": b"PK", ".pdf": b"%PDF-"}[suffix])
    if suffix == ".docx":
        body = Document(path).element.body
        tags = [item.get(qn("w:val")) for item in body.iter(qn("w:tag"))]
        assert (tags.count("township:甲镇"), tags.count("township:乙镇")) == (2, 2)


def test_an_ending_left_out_is_added(qtbot, done, asked, saved_as):
    path, _proposed = saved_as("表")
    only(qtbot, asked, "flood")
    press(qtbot, asked, "template-ok")
    done()
    assert path.with_suffix(".xlsx").exists()
    assert not path.exists()


def test_without_a_type_there_is_nothing_to_make(qtbot, asked):
    assert asked.ok.isEnabled()
    assert "共 16 类" in asked.verdict.text()
    press(qtbot, asked, "template-none")
    assert not asked.ok.isEnabled()
    assert "至少选择一类" in asked.verdict.text()
    press(qtbot, asked, "template-all")
    assert asked.ok.isEnabled()


def test_another_file_is_not_overwritten_and_the_reason_is_told(qtbot, done, desk, asked, saved_as):
    path, _proposed = saved_as("库.xlsx")
    path.write_bytes(b"SQLite format 3\x00")
    press(qtbot, asked, "template-ok")
    done()
    assert [error.code for error in desk.errors] == ["output-file"]
    assert path.read_bytes() == b"SQLite format 3\x00"


def test_an_office_of_one_county_is_offered_that_county_only(qtbot, app, import_page, done):
    with app.register.unit_of_work() as work:
        work.office.save(Office(division="130324", unit="卢龙县应急管理局"), app.actor)
        work.commit()
    import_page.ask_template()
    qtbot.waitUntil(lambda: import_page.findChild(TemplateDialog) is not None, timeout=10000)
    done()
    county = import_page.findChild(TemplateDialog).county
    assert [county.itemText(n) for n in range(county.count())] == ["卢龙县"]
