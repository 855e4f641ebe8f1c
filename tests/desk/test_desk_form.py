"""Schema form, assessment, place and new-hazard dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit

from qhd_riskmap.domain.grading.method import methods
from qhd_riskmap.domain.record_fields import (
    choice_words,
    record_fields,
    record_values,
    with_values,
)
from qhd_riskmap.domain.schema import Field, FieldKind, Requirement
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.ui.map.assess_dialog import AssessDialog
from qhd_riskmap.ui.map.new_hazard_dialog import NewHazardDialog
from qhd_riskmap.ui.map.place_dialog import PlaceDialog, locate
from qhd_riskmap.ui.toolkit.passphrase_dialog import PassphraseDialog
from qhd_riskmap.ui.toolkit.schema_form import SchemaForm
from tests.desk.conftest import SAMPLES, type_text

FIELDS = (
    Field(key="name", label="名称", required=True),
    Field(key="depth", label="水深", kind=FieldKind.NUMBER, unit="m", minimum=0, maximum=50),
    Field(key="people", label="人数", kind=FieldKind.INTEGER),
    Field(key="day", label="日期", kind=FieldKind.DATE),
    Field(key="toxic", label="剧毒", kind=FieldKind.BOOLEAN),
    Field(
        key="size",
        label="规模",
        kind=FieldKind.CHOICE,
        choices=("大", "小"),
        required_if=Requirement(field="toxic", values=("True",)),
    ),
    Field(key="phone", label="电话", kind=FieldKind.PHONE),
    Field(key="notes", label="备注"),
)
VALUES = {
    "name": "沟",
    "depth": 1.5,
    "people": 12,
    "day": "2014-03-05",
    "toxic": True,
    "size": "大",
    "phone": "0335-3221111",
    "notes": "一行\n两行",
}


@pytest.fixture
def form(qtbot, dressed):
    made = SchemaForm(FIELDS)
    qtbot.addWidget(made)
    made.show()
    return made


def test_values_come_back_as_they_went_in(form):
    form.set_values(VALUES)
    assert form.read() == (VALUES, [])


def test_an_empty_form_complains_only_about_what_is_required(form):
    form.set_values({})
    values, issues = form.read()
    assert values == {}
    assert [issue.field for issue in issues] == ["name"]


def test_all_bad_fields_are_marked_at_once(form):
    form.set_values(VALUES)
    for key, text in {"name": "", "depth": "很深", "people": "1.5", "day": "昨天"}.items():
        form.editor(key).setText(text)
    values, issues = form.read()
    assert {issue.field for issue in issues} == {"name", "depth", "people", "day"}
    for key in ("name", "depth", "people", "day"):
        assert form.error_text(key)
        assert form.editor(key).property("bad")
    assert form.error_text("phone") == ""
    assert values["size"] == "大"
    form.focus_first_bad()
    assert form.editor("name").hasFocus() or not form.isActiveWindow()
    form.set_values(VALUES)
    assert form.error_text("name") == ""
    assert not form.editor("name").property("bad")


def test_the_star_of_a_required_field_never_stands_on_a_line_of_its_own(form):
    starred = [each.text() for each in form.findChildren(QLabel) if "*" in each.text()]
    assert starred
    assert all(text.endswith("\N{NO-BREAK SPACE}*") for text in starred)


def test_typing_is_told_and_loading_is_not(qtbot, form):
    with qtbot.assertNotEmitted(form.edited):
        form.set_values(VALUES)
    with qtbot.waitSignal(form.edited):
        type_text(form.editor("name"), "北")
    with qtbot.waitSignal(form.edited):
        form.editor("size").setCurrentIndex(0)
    with qtbot.waitSignal(form.edited):
        form.editor("notes").setPlainText("三")


def test_a_stored_word_outside_the_choices_is_kept(form):
    form.set_values({**VALUES, "size": "巨大"})
    assert form.texts()["size"] == "巨大"


def test_every_editor_can_be_named_by_a_screen_reader(form):
    for field in FIELDS:
        assert form.editor(field.key).accessibleName() == field.header
        assert form.editor(field.key).objectName() == f"field-{field.key}"


def test_a_form_can_be_read_only(form):
    form.set_read_only(read_only=True)
    assert form.editor("name").isReadOnly()
    assert not form.editor("size").isEnabled()


@pytest.mark.parametrize("hazard", SAMPLES, ids=lambda h: h.type_key)
def test_a_hazard_survives_the_form_unchanged(qtbot, dressed, hazard):
    hazard_type = taxonomy().get(hazard.type_key)
    record = SchemaForm(record_fields(hazard_type), words=choice_words())
    own = SchemaForm(hazard_type.fields)
    qtbot.addWidget(record)
    qtbot.addWidget(own)
    record.set_values(record_values(hazard))
    own.set_values(hazard.attributes)
    values, issues = record.read()
    attributes, more = own.read()
    assert not [i for i in (*issues, *more) if i.severity == "error"]
    assert with_values(hazard, values, attributes, hazard_type) == hazard


@pytest.mark.parametrize("key", [t.key for t in taxonomy().types])
def test_every_type_has_a_form_that_can_be_filled_with_its_examples(qtbot, dressed, key):
    hazard_type = taxonomy().get(key)
    own = SchemaForm(hazard_type.fields)
    qtbot.addWidget(own)
    for field in hazard_type.fields:
        editor = own.editor(field.key)
        if isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.count() - 1)
        elif isinstance(editor, QLineEdit):
            editor.setText(field.example)
    _values, issues = own.read()
    assert [i.message for i in issues if i.severity == "error"] == []


# -- assessment ---------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot, dressed):
    made = AssessDialog(SAMPLES[4], methods(), ())
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    return made


def choose(dialog, factor, value):
    box = dialog.box(factor)
    box.setCurrentIndex(box.findData(float(value)))


@pytest.mark.parametrize(
    ("likelihood", "severity", "rank"), [(5, 5, 1), (3, 5, 2), (3, 3, 3), (1, 2, 4)]
)
def test_the_level_shows_at_once_with_its_reasons(dialog, likelihood, severity, rank):
    dialog.take_method("ls")
    assert dialog.chip.rank == 0
    choose(dialog, "L", likelihood)
    choose(dialog, "S", severity)
    assert dialog.chip.rank == rank
    assert f"{likelihood} × {severity} = {likelihood * severity}" in dialog.reasons.text()


def test_nothing_can_be_stored_before_all_factors_are_chosen(qtbot, dialog):
    dialog.take_method("lec")
    save = dialog.findChild(object, "assess-save")
    choose(dialog, "L", 3)
    choose(dialog, "E", 6)
    assert not save.isEnabled()
    choose(dialog, "C", 15)
    with qtbot.waitSignal(dialog.assessed) as stored:
        save.click()
    (form,) = stored.args
    assert (form.method, form.inputs) == ("lec", {"L": 3.0, "E": 6.0, "C": 15.0})


# -- places -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reference", "lon", "lat", "metres"),
    [
        ("119.6, 39.93", "cgcs2000", 119.6, 39.93, 0.1),
        ("39.93 119.6", "cgcs2000", 119.6, 39.93, 0.1),
        ("119°36′00″E 39°55′48″N", "wgs84", 119.6, 39.93, 1),
    ],
)
def test_a_coordinate_in_any_form_is_found(text, reference, lon, lat, metres):
    x, y = locate(text, reference)
    assert abs(x - lon) * 85_000 < metres
    assert abs(y - lat) * 111_000 < metres


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("4422388, 465810", "EPSG:4549"),
        ("40465810.5 4422388.2", "EPSG:4528"),
        ("X=4422388 Y=722000", "EPSG:4509"),
        ("119.6, 39.93", "cgcs2000"),
    ],
)
def test_metres_choose_their_plane_by_themselves(qtbot, dressed, text, chosen):
    dialog = PlaceDialog(text)
    qtbot.addWidget(dialog)
    assert dialog.datum.currentData() == chosen
    assert dialog.go.isEnabled(), dialog.reading.text()
    assert "注意" not in dialog.reading.text()


def test_a_plane_that_was_chosen_stays(qtbot, dressed):
    dialog = PlaceDialog()
    qtbot.addWidget(dialog)
    dialog.datum.setCurrentIndex(dialog.datum.findData("EPSG:4509"))
    dialog.edit.setText("4422388, 465810")
    assert dialog.datum.currentData() == "EPSG:4509"


def test_the_datum_moves_the_place(dressed):
    plain, amap = locate("119.6, 39.93", "cgcs2000"), locate("119.6, 39.93", "gcj02")
    assert 300 < abs(plain[0] - amap[0]) * 85_000 < 700


def test_the_place_dialog_says_what_it_read_and_marks_nonsense(qtbot, dressed):
    made = PlaceDialog()
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    assert not made.go.isEnabled()
    made.edit.setText("这里")
    assert made.reading.property("role") == "error"
    assert not made.go.isEnabled()
    made.edit.setText("10.0, 20.0")
    assert made.reading.property("role") == "warning"
    made.edit.setText("119.6, 39.93")
    assert "119°36′" in made.reading.text()
    with qtbot.waitSignal(made.place_found) as found:
        made.go.click()
    assert found.args == pytest.approx([119.6, 39.93])


def test_a_new_hazard_needs_a_name(qtbot, dressed):
    made = NewHazardDialog(shapely.Point(119.6, 39.93), SAMPLES[0].provenance)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.show()
    save = made.findChild(object, "new-save")
    made.name.setText("  ")
    assert not save.isEnabled()
    type_text(made.name, "新沟")
    made.kind.setCurrentIndex(made.kind.findData("geological"))
    made.sub_kind.setCurrentText("泥石流")
    with qtbot.waitSignal(made.confirmed) as confirmed:
        save.click()
    (hazard,) = confirmed.args
    assert (hazard.name, hazard.type_key, hazard.sub_kind) == ("新沟", "geological", "泥石流")
    assert hazard.anchor() == (119.6, 39.93)


# -- passphrase ---------------------------------------------------------------------------------


def test_three_wrong_passphrases_end_the_asking(qtbot, dressed):
    made = PassphraseDialog(Path("县.sqlite"))
    qtbot.addWidget(made)
    made.show()
    tried = []
    made.submitted.connect(tried.append)
    for number in range(3):
        assert made.isVisible()
        made.edit.setText(f"错{number}")
        made.open_button.click()
        assert not made.edit.isEnabled()
        made.refuse()
    assert tried == ["错0", "错1", "错2"]
    assert not made.isVisible()


def test_the_passphrase_is_hidden_until_asked_for(qtbot, dressed):
    made = PassphraseDialog(Path("县.sqlite"))
    qtbot.addWidget(made)
    assert made.edit.echoMode() is QLineEdit.EchoMode.Password
    made.findChild(object, "passphrase-show").setChecked(True)
    assert made.edit.echoMode() is QLineEdit.EchoMode.Normal
    assert "县.sqlite" in made.findChildren(QLabel)[0].text()
