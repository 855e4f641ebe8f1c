"""Cell mappings are kept by name, with a trace of every change."""

from __future__ import annotations

import pytest

from qhd_riskmap.domain.cell_mapping import read_cells
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.storage.verify import verify

CELLS = read_cells([{"sheet": "汇总'; --", "cell": "B5", "figure": "rate", "percent": "1"}])


def test_a_mapping_comes_back_and_its_name_takes_new_cells(register, actor, other, reopened):
    with register.unit_of_work() as work:
        work.cell_mappings.save("省厅月报", CELLS, actor)
        work.cell_mappings.save("市局", CELLS, actor)
        work.commit()
    more = (*CELLS, *read_cells([{"sheet": "二", "cell": "A1", "figure": "day"}]))
    with register.unit_of_work() as work:
        before = work.cell_mappings.require("省厅月报")
        work.cell_mappings.save("省厅月报", more, other)
        work.commit()
    again = reopened(register)
    with again.unit_of_work() as work:
        found = work.cell_mappings.require("省厅月报")
        assert (found.id, found.cells, found.updated_by) == (before.id, more, other.name)
        assert [each.name for each in work.cell_mappings.all()] == ["市局", "省厅月报"]
        actions = [entry.action for entry in work.audit.of(str(found.id))]
    assert actions == ["cell_mapping.save", "cell_mapping.save"]
    assert verify(again) == []


def test_a_mapping_is_removed_once(register, actor):
    with register.unit_of_work() as work:
        work.cell_mappings.save("市局", CELLS, actor)
        work.cell_mappings.remove("市局", actor)
        assert work.cell_mappings.all() == []
        with pytest.raises(NotFoundError, match="市局") as caught:
            work.cell_mappings.remove("市局", actor)
    assert "无" in caught.value.hint
