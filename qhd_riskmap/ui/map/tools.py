"""The tools of the map, in the order of the tool bar."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.ui.map.measure_tool import MeasureTool
from qhd_riskmap.ui.map.navigation_tools import PanTool, SelectTool
from qhd_riskmap.ui.map.point_tools import DrawPointTool, MoveTool
from qhd_riskmap.ui.map.tool import Tool

TOOLS: Final[tuple[type[Tool], ...]] = (PanTool, SelectTool, DrawPointTool, MoveTool, MeasureTool)
