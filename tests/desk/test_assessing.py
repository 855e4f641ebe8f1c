"""Assessing at the desk: every method in the dialog, receptors counted, zones on the map."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit

from qhd_riskmap.domain.grading.defaults import FactorDefault, Known
from qhd_riskmap.domain.grading.method import methods
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.geo.geodesy import destination
from qhd_riskmap.ui.map.assess_dialog import AssessDialog
from tests.desk.conftest import SAMPLES, hazard_id

AMMONIA = SAMPLES[1]


def put(app, *receptors):
    with app.register.unit_of_work() as work:
        work.places.add_receptors(
            [
                Receptor(id=uuid4(), name=name, kind=kind, people=people, geometry=shape)
                for name, kind, people, shape in receptors
            ],
            app.actor,
        )
        work.commit()


def near(metres):
    return shapely.Point(destination(*AMMONIA.anchor(), 90, metres))


@pytest.fixture
def dialog(qtbot, dressed):
    made = AssessDialog(AMMONIA, methods(), (), [FactorDefault(
        area="", type_key="", method="ls", factor="L", value="4", reason="普查")])  # fmt: skip
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def fill(dialog, **values):
    for key, value in values.items():
        editor = dialog.form.editors[key]
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(value))
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(str(value))


def test_methods_made_for_the_type_come_first_and_every_one_can_be_filled(dialog):
    keys = [dialog.picker.itemData(row) for row in range(dialog.picker.count())]
    assert set(keys) == set(methods())
    assert keys[0] == "gb18218"
    for key in keys:
        dialog.take_method(key)
        assert list(dialog.form.editors) == [factor.key for factor in methods()[key].factors]
        assert methods()[key].citation.source in dialog.source.text()


def test_a_major_hazard_shows_grade_arithmetic_and_what_would_lower_it(dialog):
    dialog.take_method("gb18218")
    save = dialog.findChild(QAbstractButton, "assess-save")
    fill(dialog, substances="液氨:40")
    assert "缺少“厂区边界外 500 m 内常住人口”" in dialog.reasons.text()
    assert not save.isEnabled()
    fill(dialog, persons=60)
    assert dialog.chip.rank == 3
    assert "R = α·Σβ·q/Q = 1.5 × (2×4) = 12" in dialog.reasons.text()
    assert "降到 33.3 t 以下 → 四级（蓝色）" in dialog.lowering.text()
    assert save.isEnabled()
    fill(dialog, substances="天然气:45")
    assert "不构成重大危险源" in dialog.reasons.text()
    assert not save.isEnabled()


def test_sources_stand_on_hover_and_doubt_is_marked(dialog):
    dialog.take_method("pipeline")
    tip = dialog.form.editors["fuel_200"].toolTip()
    assert "GB 32167-2015 表2 f)" in tip
    assert "可信度低" in tip


def test_defaults_of_the_area_are_filled_in_with_their_reason(dialog):
    dialog.take_method("ls")
    assert dialog.box("L").currentData() == 4.0
    assert dialog.answer().worksheet.evidence == {"L": "取自本单位的默认值：普查"}


def test_counted_values_fill_gaps_and_another_value_needs_a_reason(qtbot, dialog):
    dialog.take_method("gb18218")
    fill(dialog, substances="液氨:40")
    with qtbot.waitSignal(dialog.count_wanted) as asked:
        dialog.count_button.click()
    assert asked.args == ["gb18218"]
    dialog.take_counted("gb18218", {"persons": Known(value=60, evidence="统计：60 人")})
    assert dialog.form.values()["persons"] == "60"
    assert dialog.chip.rank == 3
    fill(dialog, persons=20)
    save = dialog.findChild(QAbstractButton, "assess-save")
    assert not save.isEnabled()
    assert "统计为 60 人" in dialog.reasons.text()
    dialog.why_other.setText("四十人已搬迁")
    assert save.isEnabled()
    sheet = dialog.answer().worksheet
    assert (sheet.counted, sheet.overrides) == ({"persons": "60"}, {"persons": "四十人已搬迁"})
    dialog.take_counted("gb18218", {})
    assert "不能统计" in dialog.counted_note.text()
    dialog.take_method("expert")
    assert not dialog.count_button.isEnabled()


def test_the_worksheet_is_part_of_the_answer(dialog):
    dialog.take_method("ls")
    dialog.opinion.setPlainText(" 属实 ")
    dialog.measures.setPlainText("削坡")
    dialog.experts.setText("张工，李工、")
    sheet = dialog.answer().worksheet
    assert (sheet.opinion, sheet.measures, sheet.experts) == ("属实", "削坡", ("张工", "李工"))


def test_receptors_are_counted_into_the_dialog_and_stored(qtbot, map_page, desk, app, settled):
    put(app, ("邻村", "村庄", 60, near(300)))
    desk.selection.set([str(AMMONIA.id)])
    settled()
    detail = map_page.detail
    detail.assess_button.click()
    dialog = detail.grading.dialog
    dialog.take_method("gb18218")
    fill(dialog, substances="液氨:40")
    dialog.count_button.click()
    qtbot.waitUntil(lambda: dialog.form.values().get("persons") == "60", timeout=5000)
    dialog.findChild(QAbstractButton, "assess-save").click()
    qtbot.waitUntil(lambda: len(app.assessment.of(AMMONIA.id)) == 1, timeout=5000)
    assert app.assessment.of(AMMONIA.id)[0].worksheet.counted == {"persons": "60"}


def test_a_zone_is_counted_listed_and_drawn(qtbot, map_page, desk, app, settled):
    put(app, ("邻村", "村庄", 60, near(300)), ("远村", "村庄", 900, near(900)))
    desk.selection.set([str(AMMONIA.id)])
    settled()
    facts = map_page.detail.exposure
    facts.count_button.click()
    qtbot.waitUntil(lambda: map_page.zones.exposure is not None, timeout=5000)
    assert "1 处受体、60 人" in facts.summary.text()
    assert facts.list.topLevelItem(0).text(0) == "邻村"
    before = map_page.canvas.grab().toImage()
    facts.kind.setCurrentIndex(facts.kind.findData("erg:1005:truck"))
    facts.night.setChecked(True)
    facts.blows.setChecked(True)
    facts.from_deg.setValue(270)
    facts.count_button.click()
    qtbot.waitUntil(lambda: len(map_page.zones.exposure.inside) == 2, timeout=5000)
    assert map_page.zones.exposure.zone.downwind.distance_m == 1800
    assert map_page.canvas.grab().toImage() != before
    desk.selection.set([hazard_id(1)])
    settled()
    assert map_page.zones.exposure is None


def test_a_zone_that_cannot_be_is_told_in_place(map_page, desk, app, settled):
    desk.selection.set([str(AMMONIA.id)])
    settled()
    facts = map_page.detail.exposure
    facts.kind.setCurrentIndex(facts.kind.findData("radius"))
    facts.extent.setText("很远")
    facts.count_button.click()
    settled()
    assert "看不懂影响范围" in facts.summary.text()
    facts.kind.setCurrentIndex(facts.kind.findData("pir"))
    facts.count_button.click()
    settled()
    assert "管径" in facts.summary.text()


def test_without_receptors_it_says_where_to_get_some(qtbot, map_page, desk, app, settled):
    desk.selection.set([str(AMMONIA.id)])
    settled()
    facts = map_page.detail.exposure
    facts.count_button.click()
    qtbot.waitUntil(lambda: "还没有录入受体" in facts.summary.text(), timeout=5000)
    assert UUID(hazard_id(2)) == AMMONIA.id


def test_the_newest_assessment_is_signed_and_written(qtbot, map_page, app, settled, tmp_path):
    app.assessment.assess(hazard_id(2), "ls", {"L": 1, "S": 1}, on=date(2026, 3, 1))
    map_page.desk.selection.set([hazard_id(2)])
    settled()
    grading = map_page.detail.grading
    assert map_page.detail.findChild(QAbstractButton, "detail-worksheet").isEnabled()
    grading.sign("同意")
    (assessment,) = app.assessment.of(UUID(hazard_id(2)))

    def signed():
        with app.register.unit_of_work() as work:
            return len(work.sign_offs.of([assessment.id])) == 1

    qtbot.waitUntil(signed, timeout=5000)
    out = tmp_path / "底稿.docx"
    grading.write(out)
    qtbot.waitUntil(out.exists, timeout=10_000)
    settled()


def test_every_editor_can_be_named(dialog, map_page, desk, settled):
    desk.selection.set([str(AMMONIA.id)])
    settled()
    for key in methods():
        dialog.take_method(key)
    editors = [*dialog.findChildren(QLineEdit), *map_page.detail.exposure.findChildren(QLineEdit)]
    assert all(
        each.accessibleName() or each.objectName().startswith("qt_")
        for each in editors
        if not isinstance(each.parent(), QComboBox)
    )
