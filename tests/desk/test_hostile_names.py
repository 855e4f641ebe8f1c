"""Names from sheets may carry mark-up: every tip and label shows it as it was written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from qhd_riskmap.storage.look_alike_repository import FoundPair
from qhd_riskmap.ui.map.look_alikes_dialog import LookAlikesDialog
from qhd_riskmap.ui.map.record_merge_dialog import RecordMergeDialog
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from tests.desk.conftest import SAMPLES

MARKUP = '<img src="http://example.invalid/x.png"><b>粗</b>&amp;'
TIP = Qt.ItemDataRole.ToolTipRole


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        ("", ""),
        ("东沟 & 西沟", "东沟 & 西沟"),
        ("a&lt;b", "a&lt;b"),
        ("1 < 2\n<b>", "<qt>1 &lt; 2<br>&lt;b&gt;</qt>"),
    ],
)
def test_a_tip_shows_text_literally(text, tip):
    assert plain_tip(text) == tip


def rich(tip):
    """Whether a tip has a tag that is not ours."""
    return "<" in tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")


def all_tips(model):
    return [
        str(model.index(row, column).data(TIP) or "")
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]


def test_no_tip_of_the_import_page_renders_what_a_sheet_says(
    qtbot, import_page, done, make_sheet, settled
):
    rows = [
        (MARKUP + str(n), "滑坡", "青龙县", "118.95", f"40.40{n}", "国家2000", MARKUP, MARKUP)
        for n in range(3)
    ]
    import_page.take_files([make_sheet("表.xlsx", *rows)])
    done()
    review = import_page.review
    models = [review.rows.model, review.issue_model]
    models += [shown.list_model for shown in review.matching.lists]
    tips = [tip for model in models for tip in all_tips(model)]
    assert any("&lt;img" in tip for tip in tips)
    assert not any(map(rich, tips))
    import_page.commit()
    done()
    settled()


def test_no_tip_of_ledger_and_merging_renders_a_name(qtbot, desk, app, register_page, settled):
    one, two = (replace(app.registry.get(str(s.id)), name=MARKUP, unit=MARKUP) for s in SAMPLES[:2])
    two = replace(two, type_key=one.type_key)
    for each in (one, two):
        app.registry.update(each)
    with app.register.unit_of_work() as work:
        pair = FoundPair(first=one.id, second=two.id, likeness="name", metres=1.0)
        work.look_alikes.add_many([pair], app.actor, "x")
        work.commit()
    desk.features.reload()
    settled()
    tips = all_tips(register_page.model)
    assert any("&lt;img" in tip for tip in tips)
    listed, merging = LookAlikesDialog(desk), RecordMergeDialog(desk, one.id, two.id)
    for dialog in (listed, merging):
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        dialog.show()
    settled()
    tips += all_tips(listed.model)
    tips += all_tips(merging.fields.model())
    assert not any(map(rich, tips))
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in merging.titles)
    merging.close()
