"""Rows of an import against the register: updated, added or passed over, as the officer says."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from qhd_riskmap.errors import ConflictError
from qhd_riskmap.ui.pages.survey_import.session import OfferChoice, SuspectChoice

HEADERS = (
    "隐患名称", "类别", "县区", "经度", "纬度", "坐标系", "编号", "地址", "联系电话",
)  # fmt: skip
FIRST = (
    "东沟滑坡",
    "滑坡",
    "青龙县",
    "118.95",
    "40.407",
    "国家2000",
    "QL-2014-0001",
    "东沟村",
    "13900000000",
)
SECOND = ("西沟滑坡", "滑坡", "青龙县", "118.97", "40.41", "国家2000", "QL-2014-0002", "西沟村", "")


def changed(row, **cells):
    told = list(row)
    for letter, value in cells.items():
        told["ABCDEFGHI".index(letter)] = value
    return tuple(told)


@pytest.fixture
def page(import_page, done, make_sheet, qtbot):
    """The page after an import of two rows."""
    import_page.take_files([make_sheet("旧.xlsx", FIRST, SECOND, headers=HEADERS)])
    done()
    import_page.commit()
    done()
    return import_page


@pytest.fixture
def look(page, done, make_sheet, settled):
    """Preview rows; the tab with what they are held against is in front."""

    def preview(*rows, name="新.xlsx"):
        page.take_files([make_sheet(name, *rows, headers=HEADERS)])
        done()
        page.review.tabs.setCurrentWidget(page.review.matching)
        settled()
        return page.review.matching

    return preview


def press(qtbot, owner, name, kind=QPushButton):
    button = owner.findChild(kind, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(qtbot, table, row, modifier=Qt.KeyboardModifier.NoModifier):
    place = table.visualRect(table.model().index(row, 2)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)


def named(app, prefix):
    return sorted(h.name for h in app.registry.find() if h.name.startswith(prefix))


def column(table, number):
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def differences(matching):
    table = matching.detail.table
    return {
        table.item(row, 0).text(): (table.item(row, 1).text(), table.item(row, 2).text())
        for row in range(table.rowCount())
    }


def test_known_codes_are_listed_with_every_difference_and_the_move_in_metres(look, page):
    matching = look(changed(FIRST, H="东沟村二组", E="40.408"), changed(SECOND, I="13911111111"))
    assert [button.text() for button in matching.buttons] == [
        "可更新 2",
        "疑似重复 0",
        "完全重复 0",
    ]
    assert column(matching.offers, 0) == ["跳过", "跳过"]
    assert column(matching.offers, 3) == ["详细位置、位置", "联系电话"]
    moved = column(matching.offers, 4)[0]
    assert 100 < float(moved.removesuffix(" m")) < 120
    shown = differences(matching)
    assert shown["详细位置"] == ("东沟村", "东沟村二组")
    assert shown["位置"][0].endswith("118.950000, 40.407000") or "40.407" in shown["位置"][0]
    assert matching.detail.map._ghost.anchor() == pytest.approx((118.95, 40.407))
    assert "相差" in matching.detail.caption.text()
    assert page.commit_button.text() == "提交入库 0 条"
    assert not page.commit_button.isEnabled()


def test_each_row_is_updated_added_or_passed_over_as_chosen(qtbot, look, page, done, app):
    third = changed(SECOND, A="北沟滑坡", G="QL-2014-0003", D="118.99")
    page.take_files([])
    matching = look(
        changed(FIRST, H="东沟村二组"),
        changed(SECOND, A="西沟新滑坡", D="118.98"),
        third,
    )
    click_row(qtbot, matching.offers, 0)
    press(qtbot, matching, "offer-update")
    click_row(qtbot, matching.offers, 1)
    press(qtbot, matching, "offer-add")
    assert column(matching.offers, 0) == ["更新已有", "作为新增"]
    assert page.commit_button.text() == "提交入库 3 条"
    press(qtbot, page, "import-commit")
    done()
    assert page.result.accepted == 2
    assert page.result.updated == 1
    assert [h.address for h in app.registry.find() if h.name == "东沟滑坡"] == ["东沟村二组"]
    assert named(app, "西沟") == ["西沟新滑坡", "西沟滑坡"]


def test_all_are_chosen_at_once_by_keyboard_and_skipped_again(qtbot, look, page):
    matching = look(changed(FIRST, H="甲"), changed(SECOND, H="乙"))
    matching.offers.setFocus()
    qtbot.keyClick(matching.offers, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    press(qtbot, matching, "offer-update")
    assert column(matching.offers, 0) == ["更新已有"] * 2
    assert page.commit_button.text() == "提交入库 2 条"
    press(qtbot, matching, "offer-all")
    press(qtbot, matching, "offer-skip")
    assert column(matching.offers, 0) == ["跳过"] * 2
    assert page.commit_button.text() == "提交入库 0 条"


def test_ticks_in_the_rows_and_choices_in_the_list_say_the_same(qtbot, look, page):
    matching = look(changed(FIRST, H="甲"))
    press(qtbot, matching, "offer-add")
    model = page.review.rows.model
    assert Qt.CheckState(model.index(0, 0).data(Qt.ItemDataRole.CheckStateRole)) is (
        Qt.CheckState.Checked
    )
    model.setData(model.index(0, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert column(matching.offers, 0) == ["跳过"]
    model.setData(model.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert column(matching.offers, 0) == ["更新已有"]


def test_suspects_are_listed_with_reason_and_distance_and_decided(qtbot, look, page, done, settled):
    app = page.desk.app
    rows = [
        changed(FIRST, A=f"东沟滑坡{end}", G="", E=f"{40.407 + n / 5000:.4f}")
        for n, end in enumerate("点带区", 1)
    ]
    matching = look(*rows)
    assert matching.buttons[1].isChecked()  # there is nothing to be updated
    assert column(matching.suspects, 0) == ["入库，待合并"] * 3
    assert column(matching.suspects, 3) == ["名称相近，位置相近"] * 3
    assert all(text.endswith(" m") for text in column(matching.suspects, 4))
    assert column(matching.suspects, 2)[0].startswith("东沟滑坡（130321-")
    settled()
    assert differences(matching)["名称"] == ("东沟滑坡", "东沟滑坡点")
    click_row(qtbot, matching.suspects, 1)
    press(qtbot, matching, "suspect-apart")
    click_row(qtbot, matching.suspects, 2)
    press(qtbot, matching, "suspect-leave")
    assert page.commit_button.text() == "提交入库 2 条"
    press(qtbot, page, "import-commit")
    done()
    settled()
    assert named(app, "东沟") == ["东沟滑坡", "东沟滑坡带", "东沟滑坡点"]
    found = app.look_alikes.all()
    assert [pair.later.name for pair in found.open] == ["东沟滑坡点"]
    assert [pair.later.name for pair in found.parted] == ["东沟滑坡带"]
    assert page.findChild(QPushButton, "import-look-alikes").text() == "待合并 1"
    assert page.outcome.findChild(QPushButton, "outcome-look-alikes").isVisible()


def test_two_rows_of_one_sheet_are_held_against_each_other(look, settled):
    other = changed(FIRST, A="南沟崩塌", G="", D="119.0")
    matching = look(other, changed(other, A="南沟崩塌点", E="40.4075"))
    settled()
    assert column(matching.suspects, 1) == ["南沟崩塌点"]
    assert differences(matching)["名称"] == ("南沟崩塌", "南沟崩塌点")
    assert matching.detail.table.horizontalHeaderItem(1).text() == "另一行"


def test_exact_repeats_name_the_record_they_repeat(qtbot, look):
    matching = look(FIRST, changed(SECOND, H="新"))
    press(qtbot, matching, "matching-show-repeats", QToolButton)
    assert column(matching.repeats, 0) == ["东沟滑坡"]
    assert "东沟滑坡（130321-" in column(matching.repeats, 1)[0]
    assert "第 2 行" in column(matching.repeats, 2)[0]
    assert not matching.detail.isVisible()


def test_choices_stay_when_a_cell_is_mended(qtbot, look, page, done):
    matching = look(changed(FIRST, H="甲"), changed(SECOND, A="西沟滑坡点", G="", E="40.411"))
    press(qtbot, matching, "offer-update")
    press(qtbot, matching, "matching-show-suspects", QToolButton)
    press(qtbot, matching, "suspect-apart")
    key = page.preview.updates[0].key
    page.review.rows.mended.emit(key, 7, "乙")
    done()
    assert page.session.offer_choice(key) is OfferChoice.UPDATE
    assert page.session.suspect_choice(page.preview.suspects[0].key) is SuspectChoice.APART
    assert column(matching.suspects, 0) == ["入库，不是同一处"]


def test_a_record_saved_meanwhile_stops_the_commit_and_shows_the_new_differences(
    qtbot, look, page, done, settled
):
    app, desk = page.desk.app, page.desk
    matching = look(changed(FIRST, H="甲"))
    press(qtbot, matching, "offer-update")
    (old,) = [h for h in app.registry.find() if h.name == "东沟滑坡"]
    app.registry.update(replace(old, phone="13988888888"))
    press(qtbot, page, "import-commit")
    done()
    settled()
    done()
    assert [type(error) for error in desk.errors] == [ConflictError]
    assert page.result is None
    assert column(matching.offers, 3) == ["详细位置、联系电话"]
    press(qtbot, page, "import-commit")
    done()
    assert page.result.updated == 1


def test_a_record_deleted_meanwhile_is_said_instead_of_shown(qtbot, look, page, app, settled):
    matching = look(changed(FIRST, H="甲"), changed(SECOND, H="乙"))
    (old,) = [h for h in app.registry.find() if h.name == "西沟滑坡"]
    app.registry.delete_many([(old.id, old.revision)])
    click_row(qtbot, matching.offers, 1)
    settled()
    assert "已被删除" in matching.findChild(QLabel, "matching-caption").text()


def test_other_files_begin_with_what_needs_an_answer_and_cards_count_updates_apart(
    qtbot, import_page, tmp_path, done
):
    page, panel = import_page, import_page.review.matching
    headers = ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系", "隐患编号", "详细位置")
    old = ("甲沟滑坡", "滑坡", "青龙县", 118.95, 40.407, "国家2000", "QL-2014-0001", "东沟")
    new = (*old[:-1], "东沟二组")
    paths = [tmp_path / f"{name}.xlsx" for name in "甲乙丙"]
    for path, rows in zip(paths, ([old], [old], [old, new]), strict=True):
        book = openpyxl.Workbook()
        for row in (headers, *rows):
            book.active.append(row)
        book.save(path)
    page.take_files([paths[0]])
    done()
    page.commit()
    done()
    page.begin()
    page.take_files([paths[1]])
    done()
    assert panel.buttons[2].isChecked()
    page.take_files([paths[2]])
    done()
    assert panel.buttons[0].isChecked()
    said = "\n".join(label.text() for label in page.review.cards.findChildren(QLabel))
    assert "可入库 0 · 可更新 1 · 退回 0 · 重复 1" in said


def test_line_breaks_are_shown_as_blanks_and_stay_when_a_cell_is_left_as_it_is(
    qtbot, import_page, tmp_path, done
):
    book = openpyxl.Workbook()
    for row in (
        ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系"),
        ("东沟\n泥石流", "泥石流", "青龙县", 118.95, 40.407, "国家2000"),
    ):
        book.active.append(row)
    book.save(tmp_path / "表.xlsx")
    import_page.take_files([tmp_path / "表.xlsx"])
    done()
    model = import_page.review.rows.view.rows_model
    index = model.index(0, 2)
    assert index.data() == "东沟 泥石流"
    written = index.data(Qt.ItemDataRole.EditRole)
    assert written == "东沟\n泥石流"
    assert not model.setData(index, written)
