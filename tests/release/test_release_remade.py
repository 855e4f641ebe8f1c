"""Past releases made again, bit for bit, whatever they were made of."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image
from release_county import ACTOR, TITLE, make_office
from test_release_gate import hazard

from qhd_riskmap.domain.sheet_design import AtlasUnit, SheetElement, design_of
from qhd_riskmap.errors import InvalidInputError, JobCancelledError
from qhd_riskmap.formats.logo_picture import read_logo
from qhd_riskmap.services import release_products as products
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.release_child import ReleaseProcess
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_workshop import work_folder

EVERY_KIND = tuple(product for product in ProductFormat if product is not ProductFormat.PNG)


@pytest.fixture(scope="module")
def designed(tmp_path_factory):
    """A register that changed since everything was released by a design of its own."""
    office = make_office(tmp_path_factory.mktemp("designed"))
    picture = office.folder / "标志.png"
    with BytesIO() as buffer:
        Image.new("RGB", (40, 40), (20, 90, 160)).save(buffer, "PNG")
        picture.write_bytes(buffer.getvalue())
    sites = [hazard(), hazard(name="一号坡", at=(119.57, 39.97))]
    office.add([*sites, *[hazard("food_safety", name=f"店{n}") for n in range(4)]])
    design = design_of(
        "notice", subtitle="汛前", notes=("请绕行",), logo=read_logo(picture), unit=AtlasUnit.TYPE,
        type_keys=("geological", "food_safety"),
        elements=design_of("notice").elements | {SheetElement.LOGO},
    )  # fmt: skip
    made = office.service.release(office.order(formats=EVERY_KIND, sheet=design))
    office.edit(sites[0].id, name="改名滑坡")
    office.service.release(
        office.order(approval_no="冀S(2026)013号", out_dir=office.folder / "后来")
    )
    yield office, made.files
    office.register.close()


def test_every_kind_of_product_of_a_design_comes_out_bit_for_bit(designed, tmp_path):
    office, files = designed
    assert len(files) == len(EVERY_KIND)
    again = office.service.remake("2026-001", tmp_path / "重制")
    assert [path.name for path in again] == [path.name for path in files]
    for one, other in zip(files, again, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
    assert not work_folder(tmp_path / "重制").exists()


def test_a_remake_that_differs_or_is_killed_leaves_nothing(designed, tmp_path, monkeypatch):
    office, _files = designed
    out = tmp_path / "重制"
    proper = products.WRITERS[ProductFormat.GEOJSON]

    def other(public, edition, path):
        proper(public, edition, path)
        path.write_bytes(path.read_bytes() + b" ")

    with monkeypatch.context() as changed:
        changed.setattr(products, "WRITERS", {**products.WRITERS, ProductFormat.GEOJSON: other})
        with pytest.raises(InvalidInputError, match="重制后与原件不同"):
            office.service.remake("2026-002", out)
    assert list(out.iterdir()) == []
    left = work_folder(out) / "made" / f"{TITLE}.geojson"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    (again,) = ReleaseProcess(office.register, ACTOR).remake("2026-002", out, SilentJob())
    assert b"half" not in again.read_bytes()
    assert [path.name for path in out.iterdir()] == [again.name]
    assert not work_folder(out).exists()


def test_a_remake_that_is_stopped_leaves_nothing(designed, tmp_path):
    office, _files = designed

    class Stopped(SilentJob):
        def advance(self, done, total, note=""):
            if total:
                raise JobCancelledError(note)

    with pytest.raises(JobCancelledError):
        ReleaseProcess(office.register, ACTOR).remake("2026-001", tmp_path / "重制", Stopped())
    assert not (tmp_path / "重制").exists()
    assert not work_folder(tmp_path / "重制").exists()
