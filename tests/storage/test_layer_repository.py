"""Layers and keys on a real register."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from qhd_riskmap.domain.map_layer import (
    Comparison,
    ControlPoint,
    LayerFilter,
    LayerKind,
    LayerStyle,
    MapLayer,
)
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.storage.backup import export_plain
from qhd_riskmap.storage.engine import create_register, open_register

FULL = MapLayer(
    id=UUID(int=5),
    kind=LayerKind.SCAN,
    name="城关 1:1 万（'引号'）",
    source="D:/图/城关.jpg",
    relative="../图/城关.jpg",
    part="p",
    reference="gcj02",
    encoding="GBK",
    position=3,
    visible=False,
    opacity=0.4,
    closest=1_000.0,
    farthest=90_000.0,
    style=LayerStyle(colour="#112233", width=3.0, fill="", fill_opacity=0.5, label="名称"),
    condition=LayerFilter(attribute="级", comparison=Comparison.AT_LEAST, value="2"),
    control=(ControlPoint(column=1.5, row=2.5, lon=119.6, lat=39.9),),
    max_zoom=16,
    provider="示例测绘院",
    approval_no="冀S(2023)012号",
)
PLAIN = MapLayer(id=UUID(int=6), kind=LayerKind.TILES, name="瓦片", source="https://t/{z}/{x}/{y}")


def test_a_layer_comes_back_as_it_was_stored(register, actor):
    with register.unit_of_work() as work:
        work.layers.put(FULL, actor)
        work.layers.put(PLAIN, actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.layers.all() == [PLAIN, FULL]


def test_every_write_leaves_a_line_in_the_trail_that_names_what_changed(register, actor):
    with register.unit_of_work() as work:
        work.layers.put(PLAIN, actor)
        work.layers.put(replace(PLAIN, opacity=0.5), actor)
        work.layers.put(replace(PLAIN, opacity=0.5), actor)
        work.layers.put(FULL, actor)
        work.layers.arrange([FULL.id, PLAIN.id], actor)
        work.layers.remove(PLAIN.id, actor)
        work.commit()
    with register.unit_of_work() as work:
        trail = work.audit.of(str(PLAIN.id))
        assert [entry.action for entry in trail] == ["layer.add", "layer.save", "layer.remove"]
        assert trail[1].detail == {"name": "瓦片", "opacity": 0.5}
        assert work.audit.of("map_layer")[0].detail["order"] == [str(FULL.id), str(PLAIN.id)]
        assert work.layers.all() == [replace(FULL, position=0)]


def test_removing_what_is_gone_is_said(register, actor):
    with register.unit_of_work() as work, pytest.raises(NotFoundError):
        work.layers.remove(uuid4(), actor)


def test_a_key_is_kept_but_its_text_is_in_no_trail_and_in_no_plain_copy(tmp_path, actor):
    secret = "0123456789abcdef0123456789abcdef"
    with create_register(
        tmp_path / "a.qrm", passphrase="长长的口令一二三四", office=Office()
    ) as register:
        with register.unit_of_work() as work:
            work.layers.put_key("t0.tianditu.gov.cn", secret, actor)
            work.layers.put_key("b", "other", actor)
            work.layers.put_key("b", "", actor)
            work.commit()
        with register.unit_of_work() as work:
            assert work.layers.keys() == {"t0.tianditu.gov.cn": secret}
            assert secret not in str(work.audit.recent(10))
            assert [e.detail for e in work.audit.of("b")] == [{"kept": True}, {"kept": False}]
        copy = tmp_path / "plain.sqlite"
        export_plain(register, copy)
    assert secret.encode() not in copy.read_bytes()
    with open_register(copy, passphrase=None) as plain, plain.unit_of_work() as work:
        assert work.layers.keys() == {}
