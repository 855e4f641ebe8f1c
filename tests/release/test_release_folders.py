"""No public file lies where control papers or the register do, however deep, whoever makes it."""

from __future__ import annotations

import pytest
from release_county import ACTOR, invented_hazards

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.services import release_folders
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports
from qhd_riskmap.services.release_folders import require_apart

PAPERS = ("2026-001_发布登记.json", "2026-001_脱敏核查单.md", "2026-001_地图审核送审材料/样图.pdf")


@pytest.fixture
def folders(tmp_path):
    """A folder of products, the one of control papers, and a register beside them."""
    out, control = tmp_path / "公开" / "成果", tmp_path / "材料"
    out.mkdir(parents=True)
    control.mkdir()
    return out, control, tmp_path / "登记库.qhd"


def put(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")


def test_a_folder_of_its_own_is_fine_whether_it_is_there_or_not(folders):
    out, control, database = folders
    put(out / "去年" / "分布图.pdf")
    require_apart(out, control, database)
    require_apart(out / "还没有" / "的", control, database)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("below", [".", "2025", "2025/甲/乙/丙/丁/戊"])
def test_papers_of_an_earlier_release_are_found_however_deep(folders, below, paper):
    out, control, database = folders
    put(out / below / paper)
    with pytest.raises(InvalidInputError, match=r"审批材料.*一并流出"):
        require_apart(out, control, database)


@pytest.mark.parametrize("name", ["登记库备份-20261120.qhd", "旧/别的.QHD"])
def test_a_register_or_a_copy_of_one_below_the_folder_is_found(folders, name):
    out, control, database = folders
    put(out / name)
    with pytest.raises(InvalidInputError, match="登记库或其备份"):
        require_apart(out, control, database)


@pytest.mark.parametrize("below", ["", "成果", "甲/乙"])
def test_products_do_not_go_among_the_papers(folders, below):
    _out, control, database = folders
    with pytest.raises(InvalidInputError, match="审批材料"):
        require_apart(control / below, control, database)


def test_the_usual_folder_of_papers_is_minded_when_another_was_chosen(folders):
    _out, control, database = folders
    usual = database.with_name("登记库_发布审批材料")
    with pytest.raises(InvalidInputError, match="审批材料"):
        require_apart(usual / "公开", control, database)


def test_a_pack_for_the_authority_takes_no_products(folders, tmp_path):
    _out, control, database = folders
    pack = tmp_path / "别处" / "2026-001_地图审核送审材料"
    with pytest.raises(InvalidInputError, match="审批材料"):
        require_apart(pack / "样图", control, database)


def test_a_link_that_leads_to_the_papers_is_found(folders):
    out, control, database = folders
    (out / "链").symlink_to(control.parent, target_is_directory=True)
    with pytest.raises(InvalidInputError, match="审批材料"):
        require_apart(out, control, database)


def test_the_search_ends_and_says_so_where_a_folder_holds_half_a_disk(folders, monkeypatch):
    out, control, database = folders
    for n in range(4):
        put(out / f"{n}.txt")
    monkeypatch.setattr(release_folders, "MOST_LOOKED_AT", 4)
    require_apart(out, control, database)
    put(out / "再来一个.txt")
    with pytest.raises(InvalidInputError, match="无法确认"):
        require_apart(out, control, database)


def test_remaking_and_releasing_obey_and_write_nothing(office):
    office.add(invented_hazards()[:1])
    record = office.service.release(office.order()).register_entry
    mixed = office.folder / "混放"
    put(mixed / "2025" / PAPERS[1])
    papers = office.folder / "test_发布审批材料"
    before = sorted(papers.iterdir())
    for target in (mixed, papers, papers / "重制", office.folder):
        with pytest.raises(InvalidInputError, match=r"审批材料|隐患数据库"):
            office.service.remake(record["number"], target)
        with pytest.raises(InvalidInputError, match=r"审批材料|隐患数据库"):
            office.service.release(office.order(out_dir=target))
    assert [path.name for path in mixed.rglob("*")] == ["2025", PAPERS[1].split("/")[0]]
    assert sorted(papers.iterdir()) == before
    assert len(office.service.past()) == 1


def test_a_place_report_goes_beside_the_register_but_not_among_the_papers(office):
    office.add(invented_hazards()[:1])
    office.service.release(office.order())
    reports = PlaceReports(office.register, ACTOR)
    papers = office.folder / "test_发布审批材料"
    asked = {"lon": 119.54, "lat": 39.98, "name": "示例村"}
    for target in (papers, papers / "告知单"):
        with pytest.raises(InvalidInputError, match="审批材料"):
            reports.write(PlaceOrder(path=target / "告知.pdf", **asked))
    assert not list(papers.rglob("*.pdf"))
    assert reports.write(PlaceOrder(path=office.folder / "告知.pdf", **asked)).path.is_file()
