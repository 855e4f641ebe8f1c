"""The tools of the map, in the order of the tool bar and of the edit menu."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.ui.map.cut_tools import HoleTool, PartTool, ReshapeTool, SplitTool
from qhd_riskmap.ui.map.draw_tools import DrawAreaTool, DrawLineTool, DrawPointTool
from qhd_riskmap.ui.map.measure_tool import MeasureTool
from qhd_riskmap.ui.map.navigation_tools import PanTool
from qhd_riskmap.ui.map.node_tool import NodeTool
from qhd_riskmap.ui.map.select_tools import SelectTool
from qhd_riskmap.ui.map.tool import Tool
from qhd_riskmap.ui.map.transform_tools import MoveTool, RotateTool

TOOLS: Final[tuple[type[Tool], ...]] = (
    PanTool,
    SelectTool,
    DrawPointTool,
    DrawLineTool,
    DrawAreaTool,
    NodeTool,
    MeasureTool,
)
# Rarer ones: taken from the edit menu, where they are offered when they fit the selection.
MENU_TOOLS: Final[tuple[type[Tool], ...]] = (
    MoveTool,
    RotateTool,
    ReshapeTool,
    SplitTool,
    HoleTool,
    PartTool,
)
