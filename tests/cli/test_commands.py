"""The command-line contract (docs/cli.md), command by command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from shapely.geometry import shape

from qhd_riskmap.cli.application import run
from qhd_riskmap.settings import Settings, save_settings

ROOT = Path(__file__).resolve().parents[2]
HEADER = ["序号", "隐患名称", "隐患类别", "县区", "经度", "纬度", "坐标系", "风险等级", "联系电话"]
ROWS = [
    [1, "虚构北山滑坡", "滑坡", "海港区", 119.600, 39.935, "CGCS2000", "重大风险", "13900000001"],
    [2, "虚构河口山洪沟", "山洪", "山海关区", 119.700, 40.050, "CGCS2000", "黄色", "0335-0000002"],
    [3, "虚构气库", "危化品储存", "昌黎县", 119.163, 39.713, "CGCS2000", "", ""],
]


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "排查表.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "隐患"
    for row in [HEADER, *ROWS]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def register(tmp_path, answer, sheet):
    path = tmp_path / "登记库.qhd"
    answer("init", path, "--unit", "示例办", "--publisher", "示例市政府", "--source", "排查")
    outcome = answer("import", path, sheet)
    assert (outcome["accepted"], outcome["rejected"]) == (3, 0), outcome
    return path


def test_init_answers_with_the_register_and_never_overwrites(tmp_path, answer, command):
    path = tmp_path / "新库.qhd"
    made = answer("init", path, "--county", "130322", "--unit", "示例办")
    assert (made["encrypted"], made["division"], made["unit"]) == (False, "130322", "示例办")
    before = path.read_bytes()
    code, _out, err = command("init", path)
    assert code == 2
    assert err.strip()
    assert path.read_bytes() == before


def test_init_refuses_an_unknown_division(tmp_path, command):
    code, _out, err = command("init", tmp_path / "x.qhd", "--county", "999999")
    assert (code, err.split(":")[0]) == (2, "not-found")
    assert not (tmp_path / "x.qhd").exists()


def test_init_refuses_a_division_that_is_no_more(tmp_path, command):
    code, _out, err = command("init", tmp_path / "x.qhd", "--county", "130323")
    assert code == 2
    assert "130306 抚宁区" in err
    assert not (tmp_path / "x.qhd").exists()


def test_list_has_the_stable_keys_and_a_point_on_the_geometry(register, answer):
    rows = answer("list", register)
    assert [set(row) for row in rows] == [
        {"id", "code", "name", "type", "level", "county", "lon", "lat", "geometry", "revision"}
    ] * 3
    row = next(row for row in rows if row["name"] == "虚构北山滑坡")
    assert (row["type"], row["level"], row["county"]) == ("geological", "red", "130302")
    assert (row["lon"], row["lat"]) == pytest.approx((119.6, 39.935), abs=1e-9)
    assert shape(row["geometry"]).geom_type == "Point"


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--level", "red"], {"虚构北山滑坡"}),
        (["--level", "red", "--level", "yellow"], {"虚构北山滑坡", "虚构河口山洪沟"}),
        (["--type", "hazardous_chemicals"], {"虚构气库"}),
        (["--county", "130303"], {"虚构河口山洪沟"}),
        (["--bbox", "119.55,39.9,119.65,39.95"], {"虚构北山滑坡"}),
        (["--search", "山洪"], {"虚构河口山洪沟"}),
        (["--search", "xgqk"], {"虚构气库"}),
        (["--search", "没有这个"], set()),
    ],
)
def test_list_filters(register, answer, options, names):
    assert {row["name"] for row in answer("list", register, *options)} == names


def test_show_tells_everything_about_one_hazard(register, answer):
    code = answer("list", register, "--level", "red")[0]["code"]
    shown = answer("show", register, code)
    assert shown["phone"] == "13900000001"
    assert shown["provenance"]["declared_reference"] == "cgcs2000"
    assert shown["assessments"][0]["method"] == "declared"


def test_assess_changes_the_level_and_says_why(register, answer):
    code = answer("list", register, "--type", "hazardous_chemicals")[0]["code"]
    graded = answer(
        "assess",
        register,
        code,
        "--method",
        "ls",
        "--set",
        "L=4",
        "--set",
        "S=5",
        "--actor",
        "王五",
    )
    assert graded["level"] == "red"
    assert graded["assessment"]["assessor"] == "王五"
    assert any("4 × 5 = 20" in reason for reason in graded["assessment"]["reasons"])
    assert answer("list", register, "--level", "red", "--type", "hazardous_chemicals")


def test_move_puts_the_hazard_there(register, answer):
    code = answer("list", register, "--level", "red")[0]["code"]
    moved = answer("move", register, code, "--lon", "119.776", "--lat", "39.979")
    assert (moved["lon"], moved["lat"]) == pytest.approx((119.776, 39.979), abs=1e-9)
    listed = next(row for row in answer("list", register) if row["code"] == code)
    assert (listed["lon"], listed["lat"], listed["revision"]) == (
        moved["lon"],
        moved["lat"],
        moved["revision"],
    )


def test_the_same_file_twice_changes_nothing_and_says_so(register, sheet, answer):
    again = answer("import", register, sheet)
    assert (again["accepted"], again["duplicates"]) == (0, 3)
    assert len(answer("list", register)) == 3


def test_a_dry_run_stores_nothing(tmp_path, sheet, answer):
    path = tmp_path / "空库.qhd"
    answer("init", path)
    assert answer("import", path, sheet, "--dry-run")["accepted"] == 3
    assert answer("list", path) == []


def test_wrong_rows_are_named_by_cell_and_come_back_marked(tmp_path, answer, sheet):
    book = openpyxl.load_workbook(sheet)
    book.active["B3"] = None
    book.active["E4"] = "不清楚"
    book.save(sheet)
    path, report = tmp_path / "库.qhd", tmp_path / "退回.xlsx"
    answer("init", path)
    outcome = answer("import", path, sheet, "--report", report)
    assert (outcome["accepted"], outcome["rejected"]) == (1, 2)
    cells = {issue["cell"] for issue in outcome["issues"] if issue["severity"] == "error"}
    assert {"B3", "E4"} <= cells
    for issue in outcome["issues"]:
        assert set(issue) == {"file", "sheet", "cell", "code", "severity", "message"}
    marked = openpyxl.load_workbook(report)
    assert marked["隐患"]["B3"].comment.text


def test_sheets_without_a_word_on_their_datum_stay_undecided_until_told(tmp_path, answer, sheet):
    book = openpyxl.load_workbook(sheet)
    book.active.delete_cols(HEADER.index("坐标系") + 1)
    book.save(sheet)
    path = tmp_path / "库.qhd"
    answer("init", path)
    silent = answer("import", path, sheet)
    assert (silent["accepted"], silent["undecided"]) == (0, 3)
    assert silent["datums"][0]["decided"] is None
    assert silent["datums"][0]["votes"]
    told = answer("import", path, sheet, "--datum", "gcj02")
    assert told["accepted"] == 3
    row = next(r for r in answer("list", path) if r["name"] == "虚构北山滑坡")
    assert row["lon"] == pytest.approx(119.594, abs=0.001)  # about 500 m west


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "kml", "xlsx", "csv"])
def test_every_export_opens_in_gdal(register, tmp_path, answer, ending):
    files = answer("export", register, tmp_path / "out" / f"内部.{ending}")["files"]
    assert files
    rows = 0
    for file in (name for name in files if name.endswith(ending)):  # a shapefile brings its parts
        opened = subprocess.run(
            ["ogrinfo", "-ro", "-al", "-so", file],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert opened.returncode == 0, opened.stderr
        rows += sum(
            int(line.split(":")[1])
            for line in opened.stdout.splitlines()
            if line.startswith("Feature Count")
        )
    assert rows >= 3


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("119.6,39.935", "cgcs2000", "gcj02", {"lon": 119.60577090, "lat": 39.93610810}),
        ("119.60577090,39.93610810", "gcj02", "cgcs2000", {"lon": 119.6, "lat": 39.935}),
        ("119.61227921 39.94202328", "bd09", "wgs84", {"lon": 119.6, "lat": 39.935}),
        (
            "东经119度36分 北纬39度56分6秒",
            "cgcs2000",
            "EPSG:4549",
            {"east": 465810.042, "north": 4422388.430},
        ),
        ("X=4422388.430 Y=40465810.042", "EPSG:4528", "cgcs2000", {"lon": 119.6, "lat": 39.935}),
    ],
)
def test_coords_converts(answer, text, source, target, expected):
    found = answer("coords", text, "--from", source, "--to", target)
    assert found == pytest.approx(expected, abs=1e-3 if "east" in expected else 1e-7)


def test_coords_refuses_nonsense_in_words(command):
    code, out, err = command("coords", "海边", "--from", "gcj02", "--to", "cgcs2000", "--json")
    assert code == 2
    assert err.startswith("invalid-input: ")
    assert json.loads(out)["error"]["code"] == "invalid-input"


def test_verify_finds_a_sound_register_whole(register, answer):
    assert answer("verify", register) == {"ok": True, "problems": []}


def test_a_moved_hazard_is_shown_with_its_assessments(register, answer):
    graded = next(row for row in answer("list", register) if row["level"])
    before = answer("show", register, graded["code"])["assessments"]
    after = answer("move", register, graded["code"], "--lon", "119.5", "--lat", "39.95")
    assert before
    assert after["assessments"] == before


def test_a_backup_is_a_register_of_its_own_and_spares_other_files(
    register, answer, command, tmp_path
):
    made = answer("backup", register, tmp_path / "副本.qhd", "--actor", "张三")
    assert set(made) == {"path", "encrypted", "hazards", "bytes"}
    assert (made["hazards"], made["encrypted"]) == (3, False)
    assert made["bytes"] == (tmp_path / "副本.qhd").stat().st_size
    assert answer("list", made["path"]) == answer("list", register)
    assert Path(answer("backup", register, tmp_path)["path"]).parent == tmp_path
    (tmp_path / "b.txt").write_text("x", encoding="utf-8")
    for target in (register, tmp_path / "b.txt", tmp_path / "无" / "c.qhd"):
        code, _out, err = command("backup", register, target)
        assert code == 2
        assert err.split(":")[0] in {"invalid-input", "output-file"}
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == "x"
    assert answer("verify", register)["ok"]


def test_an_encrypted_register_needs_its_passphrase(tmp_path, command, answer, monkeypatch, sheet):
    words = tmp_path / "口令.txt"
    words.write_text("秘密 'pass\"word\n第二行", encoding="utf-8")
    path = tmp_path / "密库.qhd"
    assert answer("init", path, "--passphrase-file", words)["encrypted"] is True
    assert answer("import", path, sheet, "--passphrase-file", words)["accepted"] == 3
    assert not path.read_bytes().startswith(b"SQLite format")
    code, _out, err = command("list", path)
    assert (code, err.split(":")[0]) == (2, "wrong-passphrase")
    monkeypatch.setenv("QHD_RISKMAP_PASSPHRASE", "错的")
    code, _out, err = command("list", path)
    assert (code, err.split(":")[0]) == (2, "wrong-passphrase")
    monkeypatch.setenv("QHD_RISKMAP_PASSPHRASE", "秘密 'pass\"word")
    assert len(answer("list", path)) == 3


@pytest.mark.parametrize("content", [None, "", "\n"])
def test_a_passphrase_file_that_holds_none_is_refused(tmp_path, command, content):
    path = tmp_path / "口令.txt"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    code, _out, err = command("list", tmp_path / "x.qhd", "--passphrase-file", path)
    assert (code, err.split(":")[0]) == (2, "invalid-input")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["list", "{missing}"], "not-found"),
        (["list", "{text}"], "not-a-register"),
        (["show", "{db}", "没有"], "not-found"),
        (["list", "{db}", "--type", "dragons"], "not-found"),
        (["list", "{db}", "--bbox", "3,2,1,0"], "invalid-input"),
        (["list", "{db}", "--bbox", "a"], "invalid-input"),
        (["assess", "{db}", "x", "--method", "ls", "--set", "L"], "invalid-input"),
        (
            ["assess", "{db}", "x", "--method", "ls", "--set", "L=1", "--set", "L=2"],
            "invalid-input",
        ),
        (["assess", "{db}", "x", "--method", "ls", "--on", "gestern"], "invalid-input"),
        (["release", "{db}", "{out}", "--title", "t", "--format", "exe"], "invalid-input"),
        (["import", "{db}", "{text}", "--datum", "mars"], "invalid-input"),
        (["frobnicate"], "invalid-input"),
        (["list"], "invalid-input"),
    ],
)
def test_user_errors_exit_2_with_code_and_sentence(register, tmp_path, command, arguments, code):
    text = tmp_path / "文本.txt"
    text.write_text("这不是登记库" * 100, encoding="utf-8")
    places = {"missing": tmp_path / "无.qhd", "text": text, "db": register, "out": tmp_path / "out"}
    exit_code, out, err = command(*[argument.format(**places) for argument in arguments], "--json")
    assert exit_code == 2, err
    assert err.startswith(f"{code}: "), err
    assert "Traceback" not in err
    assert json.loads(out)["error"]["code"] == code


@pytest.mark.expects_log
def test_a_bug_exits_70_and_points_to_the_log(monkeypatch, command):
    def broken(options, output):
        raise ZeroDivisionError

    monkeypatch.setitem(
        __import__("qhd_riskmap.cli.application", fromlist=["COMMANDS"]).COMMANDS, "coords", broken
    )
    code, out, err = command("coords", "1,1", "--from", "a", "--to", "b", "--json")
    assert code == 70
    assert err.startswith("bug: ")
    assert json.loads(out)["error"]["code"] == "bug"


def test_people_get_lines_instead_of_json(register, command, sheet):
    code, out, _err = command("list", register)
    assert code == 0
    assert "虚构北山滑坡" in out
    assert out.rstrip().endswith("共 3 条")
    hazard_code = next(word for word in out.split() if word.startswith("130302-DZ-"))
    assert "重大风险" in command("show", register, hazard_code)[1]
    assert (
        "重大风险"
        in command(
            "assess", register, hazard_code, "--method", "ls", "--set", "L=5", "--set", "S=5"
        )[1]
    )
    assert "已移到" in command("move", register, hazard_code, "--lon", "119.6", "--lat", "39.94")[1]
    assert "重复 3" in command("import", register, sheet)[1]
    assert command("verify", register)[1].strip() == "登记库完好。"
    assert command("coords", "119.6,39.9", "--from", "wgs84", "--to", "EPSG:4549")[1].startswith(
        "X（北）"
    )


def test_the_desk_opens_on_the_named_register_or_without_one(register, tmp_path):
    opened = []

    def opener(path, passphrase, actor, look):
        opened.append((path, passphrase, actor))
        assert (look is None) == (path is None)
        return 0

    assert run(["desk", str(register), "--actor", "王五"], opener) == 0
    assert run([], opener) == 0
    assert opened[0] == (register, None, "王五")
    assert opened[1][0] is None


def test_the_officer_named_at_first_start_is_remembered():
    opened = []
    save_settings(Settings(actor="赵六"))
    assert run(["desk"], lambda path, word, name, look: opened.append(name) or 0) == 0
    assert (
        run(["desk", "--actor", "王五"], lambda path, word, name, look: opened.append(name) or 0)
        == 0
    )
    assert opened == ["赵六", "王五"]


def test_a_type_is_named_as_people_call_it_or_by_its_key(tmp_path, answer, command):
    named = answer("template", tmp_path / "模板.xlsx", "--type", "地质灾害", "--type", "flood")
    assert named["types"] == ["geological", "flood"]
    code, _out, err = command("template", tmp_path / "模板.xlsx", "--type", "火山")
    assert code == 2
    assert "地质灾害（geological）" in err


def test_template_writes_one_sheet_per_type(tmp_path, answer):
    made = answer("template", tmp_path / "模板.xlsx", "--type", "geological", "--type", "flood")
    assert made["types"] == ["geological", "flood"]
    assert len(answer("template", tmp_path / "全部.xlsx")["types"]) == 16


@pytest.mark.parametrize(("suffix", "head"), [("docx", b"PK"), ("pdf", b"%PDF-")])
def test_the_ending_makes_a_form_for_paper(tmp_path, answer, suffix, head):
    path = tmp_path / f"表.{suffix}"
    answer("template", path, "--type", "flood", "--unit", "水务局", "--township", "甲镇")
    assert path.read_bytes().startswith(head)


def test_the_module_runs_as_a_program(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "qhd_riskmap", "coords", "119.6,39.935", "--from", "wgs84", "--to", "gcj02", "--json"],
        capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "QHD_RISKMAP_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["lon"] == pytest.approx(119.6057709, abs=1e-7)


def test_every_row_of_a_sheet_is_accounted_for(tmp_path, answer, command):
    register, path, report = (tmp_path / name for name in ("a.qhd", "台账.xlsx", "答复.xlsx"))
    answer("init", register)
    good = ["虚构北山滑坡", "滑坡", "海港区", "CGCS2000", 119.6, 39.935]
    rows = [
        ["隐患排查表"], ["隐患名称", "类别", "县区", "坐标系", "经度", "纬度"], good, good,
        ["虚构南山滑坡", "滑坡", "海港区", None, 119.6, 39.935], ["", "滑坡", "海港区", "GPS", 119.6, 39.93],
        [], ["合计", "3处"], ["注：坐标为实测"],
    ]  # fmt: skip
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("联络表").append(["姓名", "电话"])
    book.save(path)
    document = answer("import", register, path, "--report", report)
    counts = [document[key] for key in ("accepted", "duplicates", "undecided", "rejected")]
    assert counts == [1, 1, 1, 1]
    told = [(row["row"], row["why"], row["text"]) for row in document["skipped"]]
    assert told == [
        (1, "title", "隐患排查表"), (2, "header", "隐患名称"), (8, "total", "合计"), (9, "note", "注：坐标为实测"),
    ]  # fmt: skip
    assert {row["file"] for row in document["skipped"]} == {"台账.xlsx"}
    assert sum(counts) + len(told) == sum(any(row) for row in rows)
    (passed,) = [i for i in document["issues"] if i["code"] == "sheet-passed-over"]
    assert "联络表" in passed["message"]
    summary = [
        c
        for row in openpyxl.load_workbook(report)["导入结果"].iter_rows(values_only=True)
        for c in row
    ]
    assert any("另有 4 行不是隐患" in str(cell) for cell in summary)
    assert "合计：合计" in summary
    _code, out, _err = command("import", register, path, "--dry-run")
    assert "另有 4 行不是隐患：标题 1、表头 1、合计 1、说明 1" in out


def test_issues_of_a_text_file_name_the_cell_without_a_sheet(tmp_path, register, command):
    path = tmp_path / "排查.csv"
    path.write_text("隐患名称,隐患类别,经度,纬度\n,滑坡,119.6,39.9\n", encoding="gb18030")
    code, out, _err = command("import", register, path, "--dry-run", "--datum", "cgcs2000")
    assert code == 0
    assert "排查.csv A2［错误］" in out
    assert "!" not in out
    assert "排查.csv：坐标系 国家2000（经纬度）" in out


def test_what_a_library_says_of_a_broken_file_goes_to_the_log_only(
    tmp_path, register, command, caplog
):
    path = tmp_path / "坏表.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\0" * 40)
    caplog.set_level("INFO", "qhd_riskmap")
    code, _out, err = command("import", register, path)
    assert code == 2
    assert "坏表.xlsx" in err
    for known in ("坏表.xlsx", ".xlsx", "Excel", "WPS", "unreadable-file"):
        err = err.replace(known, "")
    assert re.findall("[A-Za-z]+", err) == []
    assert "zip" in caplog.text.casefold()
