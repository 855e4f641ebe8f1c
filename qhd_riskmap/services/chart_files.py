"""Charts as files, on record like every export."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.chart import Chart
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.charts import chart_file
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.storage.engine import Register

SIZE_MM: Final = (240.0, 135.0)
_KINDS: Final = {".png": "png", ".svg": "svg"}


class ChartFiles:
    """Use cases of chart files, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def write(self, chart: Chart, path: Path) -> Path:
        """Write a chart; the ending chooses PNG or SVG.

        Raises:
            InvalidInputError: Another ending.
            OutputFileError: The file cannot be written, or it is the register itself.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)
        kind = _KINDS.get(path.suffix.lower())
        if kind is None:
            raise InvalidInputError(
                _("图不能写成“{suffix}”格式。").format(suffix=path.suffix or path.name),
                hint=_("可用：{suffixes}。").format(suffixes="、".join(_KINDS)),
            )
        content = chart_file(chart, *SIZE_MM, kind)
        with replacing(path) as unfinished:
            unfinished.write_bytes(content)
        with self._register.unit_of_work() as work:
            record_export(work, self._actor, [path], name=path.name, kind="chart", count=1)
        return path
