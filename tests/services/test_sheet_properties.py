"""However a sheet is shuffled, renamed, merged, split and dirtied, the same hazards come of it, or an issue says not."""

from __future__ import annotations

import random
from datetime import date
from html import escape

import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

# Column → headers it may have.
HEADERS = {
    "name": ["隐患名称", "名称", "隐患点\n名称", "*隐患名称", " 风险点名称 "],
    "kind": ["类别", "隐患类别", "灾害 类型", "灾种"],
    "county": ["县区", "所属县区", "县（区）", "所在区县"],
    "lon": ["经度(GPS)", "东经（GPS）", "经度\n（GPS）"],
    "lat": ["纬度(GPS)", "北纬（GPS）", "纬 度（GPS）"],
    "phone": ["联系电话", "手机号码", "电话"],
    "people": ["威胁人数", "威胁人数（人）", "受威胁人数"],
    "found": ["排查时间", "发现日期", "检查日期"],
    "level": ["风险等级", "风险级别", "等级颜色"],
}
LEVELS = {
    "重大": ["重大风险", "红", "红色"],
    "较大": ["较大风险", "橙"],
    "一般": ["黄色", "一般风险"],
    "低": ["低风险", "蓝"],
}
KINDS = {"泥石流": ["泥石流"], "滑坡": ["滑坡"], "崩塌": ["崩塌"]}
PLACES = "东西南北上下前后左右内外大小老新高低长短"
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


def clean_rows(chance, count):
    return [
        {
            "name": f"{PLACES[n]}{chance.choice('沟岭坡崖湾')}{chance.choice(['隐患点', '斜坡', '山体'])}",
            "kind": chance.choice(list(KINDS)), "county": "青龙县",
            "lon": round(118.90 + 0.013 * n, 5), "lat": round(40.40 + 0.004 * n, 5),
            "phone": f"139{chance.randrange(10**8):08d}", "people": chance.randrange(1, 900),
            "found": date(2014, chance.randrange(1, 6), chance.randrange(1, 28)),
            "level": chance.choice(list(LEVELS)),
        }
        for n in range(count)
    ]  # fmt: skip


def degrees(value, chance):
    whole = int(value)
    minutes = (value - whole) * 60
    seconds = (minutes - int(minutes)) * 60
    return chance.choice((
        f"{whole}°{int(minutes)}′{seconds:.3f}″", f"{whole}度{int(minutes)}分{seconds:.3f}秒", f"{value}°", str(value),
    ))  # fmt: skip


def dirty(key, value, chance):
    """The same value as other people write it."""
    if key in {"lon", "lat"}:
        value = degrees(value, chance)
    elif key == "found":
        value = chance.choice((
            f"{value.year}.{value.month}.{value.day}", f"{value.year}年{value.month}月{value.day}日",
            f"{value:%Y%m%d}", (value - date(1899, 12, 30)).days, f"{value:%Y/%m/%d}",
        ))  # fmt: skip
    elif key == "phone":
        value = chance.choice((int(value), f"{value}.0", value))
    elif key == "level":
        value = chance.choice(LEVELS[value])
    elif key == "people":
        value = chance.choice((f"{value}人", f"{value:,}", str(value)))
    text = str(value)
    return chance.choice(
        (value, f" {text}", f"{text}\n", f"\u3000{text} ", text.translate(FULL_WIDTH))
    )


def laid_out(rows, chance):
    """Rows of cells with merged blocks, hidden rows, titles, notes and totals."""
    order = list(HEADERS)
    chance.shuffle(order)
    table = [
        [dirty(key, row[key], chance) if chance.random() < 0.4 else row[key] for key in order]
        for row in rows
    ]
    lines = [["某县地质灾害隐患点排查表"], ["填报时间：2014年6月"]][: chance.randrange(3)]
    lines = [*lines, [chance.choice(HEADERS[key]) for key in order]]
    merged = []
    if chance.random() < 0.3:
        lines.append([{"people": "人", "lon": "度", "lat": "度"}.get(key) for key in order])
    elif chance.random() < 0.3:
        lines.append(list(range(1, len(order) + 1)))
    same = chance.choice(("", "merge", "同上", "〃"))
    column = order.index("county")
    first = len(lines) + 1
    for number, line in enumerate(table):
        if chance.random() < 0.15 and same != "merge":
            lines.append(chance.choice(([], [None, "  "], ["小计", *[None] * (len(order) - 2), 9])))
        if number and same:
            line[column] = None if same == "merge" else same
        lines.append(line)
    if same == "merge" and len(table) > 1:
        merged.append((first, column + 1, first + len(table) - 1, column + 1))
    lines += chance.sample(
        [["合计", None, None, 99], ["注：人数为常住人口。"], ["填表人：甲", "审核人：乙"]], 2
    )
    return lines, merged


def save(path, lines, merged=(), hidden=()):
    book = Workbook()
    for line in lines:
        book.active.append(line)
    for top, left, bottom, right in merged:
        book.active.merge_cells(None, top, left, bottom, right)
    for row in hidden:
        book.active.row_dimensions[row].hidden = True
    book.save(path)
    return path


def save_page(path, lines, merged=()):
    """The same as a page, as web systems export it under a workbook's name; end tags are optional there."""
    spans = {
        (top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merged
    }
    covered = {
        (row, column)
        for top, left, bottom, right in merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if (row, column) != (top, left)
    }
    rows = []
    for number, line in enumerate(lines, 1):
        cells = []
        for place, value in enumerate(line, 1):
            if (number, place) in covered:
                continue
            down, across = spans.get((number, place), (1, 1))
            text = escape("" if value is None else str(value)).replace("\n", "<br>")
            cells.append(f"<td rowspan={down} colspan='{across}'>{text}")
        rows.append(f"<tr>{''.join(cells)}")
    html = f"<html><meta charset=gbk><body><table border=1>{''.join(rows)}</table></body></html>"
    path.write_bytes(html.encode("gb18030"))
    return path


def facts(hazard):
    """What must not depend on the layout."""
    lon, lat = hazard.anchor()
    return (
        hazard.name, hazard.type_key, hazard.sub_kind, hazard.county, round(lon, 5), round(lat, 5), hazard.phone,
        hazard.found_on, hazard.level, tuple(sorted(hazard.attributes.items())),
    )  # fmt: skip


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    path = tmp_path_factory.mktemp("properties") / "r.qhd"
    with create_register(path, passphrase=None, office=Office()) as register:
        yield SurveyImport(register, Actor(name="a"), date(2014, 7, 1))


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_the_same_hazards_come_of_any_layout_or_an_issue_says_not(survey, tmp_path, soak):
    silent = told = 0
    for seed in range(2000 if soak else 60):
        chance = random.Random(seed)
        rows = clean_rows(chance, chance.randrange(1, 9))
        plain = [
            [HEADERS[key][0] for key in HEADERS],
            *([row[key] for key in HEADERS] for row in rows),
        ]
        wanted = survey.preview([save(tmp_path / "排查.xlsx", plain)], datum=None, job=SilentJob())
        assert wanted.accepted == len(rows), (seed, [i.message for i in wanted.issues])
        half = chance.randrange(len(rows)) if chance.random() < 0.4 else 0
        lines, merged = laid_out(rows[half:], chance)
        if half:
            lines, merged = _stacked(laid_out(rows[:half], chance), (lines, merged))
        path = save(
            tmp_path / "乱.xlsx", lines, merged, hidden=[2] if chance.random() < 0.1 else []
        )
        found = survey.preview([path], datum=None, job=SilentJob())
        expected = {facts(h) for h in wanted.hazards}
        marked = {issue.row for issue in found.issues}
        for candidate in found.candidates:
            if facts(candidate.hazard) not in expected:
                assert candidate.row in marked, (seed, candidate.hazard, lines)
                told += 1
            else:
                silent += 1
        assert found.accepted + found.rejected + found.undecided == len(rows), (seed, lines)
        _assert_conserved(found, lines, seed)
        if seed % 4 == 0:
            page = survey.preview(
                [save_page(tmp_path / "乱.xls", lines, merged)], datum=None, job=SilentJob()
            )
            assert {facts(h) for h in page.hazards} == {facts(h) for h in found.hazards}, seed
            _assert_conserved(page, lines, seed)
    assert silent > 10 * told, "nearly everything is understood, not only complained of"


def _assert_conserved(found, lines, seed):
    """Accepted + rejected + repeated + undecided + skipped are the rows of the sheet, each once."""
    filled = {n for n, line in enumerate(lines, 1) if any(str(c or "").strip() for c in line)}
    hazards = [number for reading in found.readings for number in reading.numbers]
    skipped = [row.row for row in found.skipped]
    assert sorted([*hazards, *skipped]) == sorted(filled), (seed, lines)
    counted = found.accepted + found.rejected + found.duplicates + found.undecided
    assert counted + len(skipped) == len(filled), (seed, lines)


def _stacked(above, below):
    """Two tables under each other, each with a header of its own."""
    shift = len(above[0]) + 2
    moved = [(top + shift, left, bottom + shift, right) for top, left, bottom, right in below[1]]
    return [*above[0], [], ["续表"], *below[0]], [*above[1], *moved]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_an_error_in_any_cell_is_named_and_changes_nothing_else(survey, tmp_path, soak):
    for seed in range(500 if soak else 15):
        chance = random.Random(seed)
        rows = clean_rows(chance, chance.randrange(1, 6))
        head = [HEADERS[key][0] for key in HEADERS]
        table = [head, *([row[key] for key in HEADERS] for row in rows)]
        before = survey.preview([save(tmp_path / "排查.xlsx", table)], datum=None, job=SilentJob())
        row, column = chance.randrange(1, len(table)), chance.randrange(len(head))
        error = chance.choice(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"))
        table[row][column] = error
        found = survey.preview([save(tmp_path / "排查.xlsx", table)], datum=None, job=SilentJob())
        cell = f"{'ABCDEFGHI'[column]}{row + 1}"
        told = [i for i in found.issues if i.cell == cell and i.code == "error-value"]
        assert len(told) == 1, (seed, cell)
        assert error in told[0].message
        vital = list(HEADERS)[column] in {"name", "kind", "lon", "lat"}
        assert (found.rejected, found.accepted) == (vital, len(rows) - vital), seed
        others = {facts(h) for h in before.hazards if h.name != rows[row - 1]["name"]}
        assert others <= {facts(h) for h in found.hazards}, seed
