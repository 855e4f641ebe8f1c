"""Theme, icons, commands: what can be checked without a register."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QCheckBox, QLabel

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError, JobCancelledError
from qhd_riskmap.ui.toolkit.actions import Command, CommandRegistry
from qhd_riskmap.ui.toolkit.error_dialog import ErrorDialog, show_error
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import (
    DARK,
    LEVEL_FILLS,
    LIGHT,
    apply_theme,
    contrast,
    theme,
    window_font,
)

AA_TEXT = 4.5
AA_PARTS = 3.0


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["text", "muted", "error", "warning", "success", "accent"])
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
def test_texts_have_the_contrast_of_wcag_aa(scheme, ink, ground):
    assert contrast(getattr(scheme, ink), getattr(scheme, ground)) >= AA_TEXT


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_selection_and_accent_carry_legible_text(scheme):
    assert contrast(scheme.text, scheme.selected) >= AA_TEXT
    assert contrast(scheme.accent_text, scheme.accent) >= AA_TEXT


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_borders_of_editors_have_the_contrast_of_parts(scheme):
    assert contrast(scheme.border, scheme.surface) >= AA_PARTS


def test_numbers_on_level_chips_are_legible():
    # A sign, not a text: the level's name always stands beside it.
    for level in RiskLevel:
        assert contrast(*LEVEL_FILLS[level]) >= AA_PARTS, level


def test_no_theme_colour_looks_like_a_risk_colour():
    fills = [QColor(fill) for fill, _ink in LEVEL_FILLS.values()]
    for scheme in (LIGHT, DARK):
        for field in dataclasses.fields(scheme):
            if field.name in {"dark", "error", "warning"}:
                continue
            colour = QColor(getattr(scheme, field.name))
            for fill in fills:
                apart = sum(
                    abs(a - b) for a, b in zip(colour.getRgb()[:3], fill.getRgb()[:3], strict=True)
                )
                assert apart > 100, (field.name, colour.name(), fill.name())


def test_the_theme_can_be_chosen(dressed):
    assert apply_theme(dressed, "dark") is theme() is DARK
    assert apply_theme(dressed, "light") is theme() is LIGHT


def test_the_window_font_is_an_outline_font_with_chinese(dressed):
    label = QLabel("泥石流风险")
    label.setFont(window_font())
    assert label.fontMetrics().inFontUcs4(ord("险"))


def test_indicators_show_their_state_in_both_schemes(dressed, qtbot):
    for choice in ("light", "dark"):
        apply_theme(dressed, choice)
        box = QCheckBox("列")
        qtbot.addWidget(box)
        box.show()
        empty = box.grab().toImage()
        box.setChecked(True)
        assert box.grab().toImage() != empty
    apply_theme(dressed, "light")


@pytest.mark.parametrize("pixels", [16, 24, 36, 48])
def test_icons_are_painted_at_every_size(dressed, pixels):
    image = icon("map-outline").pixmap(pixels, pixels).toImage()
    painted = sum(
        image.pixelColor(x, y).alpha() > 0
        for x, y in itertools.product(range(image.width()), range(image.height()))
    )
    assert painted > pixels


def test_icons_follow_the_theme(dressed):
    glyph = icon("map-outline")
    apply_theme(dressed, "light")
    light = glyph.pixmap(32, 32).toImage()
    apply_theme(dressed, "dark")
    assert glyph.pixmap(32, 32).toImage() != light
    apply_theme(dressed, "light")
    assert glyph.pixmap(32, 32, QIcon.Mode.Disabled).toImage() != light


def test_a_missing_glyph_is_a_mistake_in_the_program(dressed):
    with pytest.raises(KeyError):
        icon("no-such-glyph")


# -- commands -----------------------------------------------------------------------------------


@pytest.fixture
def registry(dressed):
    return CommandRegistry(
        [
            Command(id="a.one", title="一(&1)", menu="a", shortcut="Ctrl+1", icon="magnify"),
            Command(id="a.two", title="二", menu="a", needs=Permission.EDIT),
            Command(id="b.left", title="左", menu="b", group="side"),
            Command(id="b.right", title="右", menu="b", group="side"),
        ]
    )


def test_a_shortcut_is_given_once(registry):
    with pytest.raises(ValueError, match="is taken"):
        registry.add(Command(id="c.three", title="三", shortcut="Ctrl+1"))


def test_an_id_is_given_once(registry):
    with pytest.raises(ValueError, match="declared twice"):
        registry.add(Command(id="a.one", title="又一"))


def test_a_command_is_bound_once_and_runs(registry):
    calls = []
    registry.bind("a.one", lambda: calls.append("one"))
    registry.action("a.one").trigger()
    assert calls == ["one"]
    assert registry.unbound() == ("a.two", "b.left", "b.right")
    with pytest.raises(ValueError, match="bound twice"):
        registry.bind("a.one", print)


def test_commands_need_their_permission(registry):
    registry.allow(frozenset({Permission.READ}))
    assert registry.action("a.one").isEnabled()
    assert not registry.action("a.two").isEnabled()
    assert "权限" in registry.action("a.two").toolTip()
    assert "权限" not in registry.action("a.one").toolTip()


def test_commands_of_a_group_exclude_each_other(registry):
    registry.action("b.left").setChecked(True)
    registry.action("b.right").setChecked(True)
    assert not registry.action("b.left").isChecked()
    assert [c.id for c in registry.in_menu("b")] == ["b.left", "b.right"]
    assert len(registry.commands()) == 4


# -- errors -------------------------------------------------------------------------------------


def test_a_known_error_tells_what_and_what_to_do(dressed, qtbot):
    dialog = ErrorDialog(ConflictError("“甲”已被修改。", hint="请重新载入。", detail="revision 3"))
    qtbot.addWidget(dialog)
    texts = {label.objectName(): label.text() for label in dialog.findChildren(QLabel)}
    assert texts["error-message"] == "“甲”已被修改。"
    assert texts["error-hint"] == "请重新载入。"
    assert "conflict" in dialog.detail
    assert "revision 3" in dialog.detail


def test_details_are_copied(dressed, qtbot):
    dialog = ErrorDialog(ConflictError("甲", detail="乙"))
    qtbot.addWidget(dialog)
    dialog.findChild(object, "error-copy").click()
    assert dressed.clipboard().text() == dialog.detail


@pytest.mark.expects_log
def test_a_bug_shows_no_traceback_and_goes_to_the_log(dressed, qtbot, caplog):
    try:
        {}["missing"]
    except KeyError as error:
        dialog = show_error(error)
    assert "Traceback" not in dialog.detail
    assert dialog.findChild(object, "error-log-folder") is not None
    assert any(record.exc_info for record in caplog.records)
    dialog.reject()


def test_cancelling_is_no_error(dressed):
    assert show_error(JobCancelledError("操作已取消。")) is None
