"""Whole imports on the command line; classified numbers stay out of every output."""

from __future__ import annotations

import io
import json

import openpyxl
import pytest
from PIL import Image

from qhd_riskmap.cli.batch_arguments import EDITED
from qhd_riskmap.services.survey_batches import Edited

HEADER = ["隐患名称", "隐患类别", "经度", "纬度", "坐标系"]


@pytest.fixture
def imported(tmp_path, answer):
    register, sheet = tmp_path / "r.qhd", tmp_path / "表.xlsx"
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for number, name in enumerate(("东沟", "西沟", "南沟")):
        book.active.append([name, "滑坡", 119.47 + number / 100, 39.85, "高德"])
    book.save(sheet)
    answer("init", register)
    answer("import", register, sheet)
    return register, sheet


@pytest.fixture
def refusal(command):
    """Call a command that must be refused; returns the error."""

    def call(*arguments):
        code, out, _err = command(*arguments, "--json")
        assert code == 2
        return json.loads(out)["error"]

    return call


def test_the_choices_are_those_of_the_service():
    assert set(EDITED) == {choice.value for choice in Edited}


def test_batches_are_listed_undone_and_brought_back(imported, answer):
    register, sheet = imported
    (batch,) = answer("batches", register)
    assert (batch["files"], batch["present"], batch["undone"]) == (["表.xlsx"], 3, False)
    done = answer("undo-batch", register, batch["id"][:8])
    assert (done["changed"], done["kept"]) == (3, [])
    assert answer("list", register) == []
    (batch,) = answer("batches", register)
    assert batch["undone"]
    answer("undo-batch", register, batch["id"], "--change", done["change"])
    assert len(answer("list", register)) == 3
    assert answer("import", register, sheet)["duplicates"] == 3


def test_rows_assessed_since_stop_an_undo(imported, answer, refusal):
    register, _sheet = imported
    (batch,) = answer("batches", register)
    first = answer("list", register)[0]
    answer("assess", register, first["code"], "--method", "ls", "--set", "L=4", "--set", "S=5")
    error = refusal("undo-batch", register, batch["id"])
    assert error["code"] == "conflict"
    assert first["name"] in error["message"]
    assert len(answer("list", register)) == 3
    done = answer("undo-batch", register, batch["id"], "--edited", "keep")
    assert [row["code"] for row in done["kept"]] == [first["code"]]
    assert "评估过" in done["kept"][0]["reason"]


def test_a_batch_is_read_anew(imported, answer, refusal):
    register, _sheet = imported
    (batch,) = answer("batches", register)
    before = answer("list", register)
    assert answer("reinterpret", register, batch["id"], "--datum", "百度")["changed"] == 3
    after = answer("list", register)
    assert all(a["lon"] != b["lon"] for a, b in zip(after, before, strict=True))
    (batch,) = answer("batches", register)
    assert [change["reference"] for change in batch["changes"]] == ["bd09"]
    assert refusal("reinterpret", register, batch["id"], "--datum", "EPSG:4549")["code"] == (
        "invalid-input"
    )
    assert refusal("undo-batch", register, "ffff")["code"] == "not-found"
    assert refusal("undo-batch", register, batch["id"], "--change", "x")["code"] == "invalid-input"


def test_datum_parameters_never_come_out(tmp_path, answer, refusal, capsys, private_home):
    register, numbers, word = tmp_path / "e.qhd", tmp_path / "参数.txt", tmp_path / "口令"
    word.write_text("口令口令", encoding="utf-8")
    numbers.write_text("-20.4375\n60.5625，25.3125 0.1 -0.2 0.3 1.0", encoding="utf-8")
    key = ("--passphrase-file", word)
    answer("init", register, *key)
    put = ("--datum", "西安80", "--file", numbers, "--name", "市测绘院")
    shown = answer("datum-parameters", register, *key, *put)
    assert shown == [{"datum": "EPSG:4610", "name": "市测绘院", "kind": "七参数"}]
    numbers.write_text("-20.4375 abc", encoding="utf-8")
    error = refusal("datum-parameters", register, *key, *put)
    assert "20.4375" not in str(error)
    numbers.unlink()
    assert refusal("datum-parameters", register, *key, *put)["code"] == "invalid-input"
    assert refusal("datum-parameters", register, *key, "--remove")["code"] == "invalid-input"
    plain = tmp_path / "p.qhd"
    answer("init", plain)
    numbers.write_text("-20.4375 60.5625 25.3125 0.1 -0.2 0.3 1.0", encoding="utf-8")
    assert "加密" in refusal("datum-parameters", plain, *put)["message"]
    logged = "".join(path.read_text(encoding="utf-8") for path in private_home.rglob("*.log"))
    assert "20.4375" not in logged + str(capsys.readouterr())
    assert answer("datum-parameters", register, *key, "--datum", "西安80", "--remove") == []
    assert refusal("datum-parameters", register, *key, "--datum", "西安80", "--remove")["code"] == (
        "not-found"
    )


def test_photos_are_hung_and_what_does_not_fit_is_listed(imported, answer, command, tmp_path):
    register, _sheet = imported
    first = answer("list", register)[0]
    folder = tmp_path / "照片"
    folder.mkdir()
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(content, "PNG")
    for name in (f"{first['code']}.png", "别的.png"):
        (folder / name).write_bytes(content.getvalue())
    dry = answer("photos", register, folder, "--dry-run")
    assert (dry["attached"], len(dry["matches"]), dry["unnamed"]) == (0, 1, ["别的.png"])
    done = answer("photos", register, folder)
    assert (done["attached"], done["missing"], done["far"]) == (1, [], [])
    _code, out, _err = command("photos", register, folder)
    assert first["name"] in out
    assert "不知属于哪一处" in out
