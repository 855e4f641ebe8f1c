"""导入: drop the departments' sheets, see what would happen, commit."""

from __future__ import annotations

from qhd_riskmap.ui.pages.survey_import.page import SurveyImportPage

__all__ = ["SurveyImportPage"]
