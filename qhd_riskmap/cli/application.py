"""Runs one command: parse, dispatch, and turn failures into exit codes."""

from __future__ import annotations

import argparse
import importlib
import io
import logging
import sys
from collections.abc import Callable, Sequence

from qhd_riskmap.cli.arguments import build_parser
from qhd_riskmap.cli.desk import DeskOpener, open_desk
from qhd_riskmap.cli.output import Output
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.logs import start_logging
from qhd_riskmap.resources import activate_language
from qhd_riskmap.settings import load_settings, log_dir

EXIT_OK = 0
EXIT_USER_ERROR = 2
EXIT_BUG = 70
_log = logging.getLogger(__name__)


def _late(module: str, function: str) -> Callable[[argparse.Namespace, Output], int]:
    """A command whose module is loaded when it runs: each brings the libraries of its own work."""

    def command(options: argparse.Namespace, output: Output) -> int:
        found = importlib.import_module(f"qhd_riskmap.cli.{module}")
        done: int = getattr(found, function)(options, output)
        return done

    return command


COMMANDS: dict[str, Callable[[argparse.Namespace, Output], int]] = {
    "init": _late("registers", "init"),
    "template": _late("surveys", "template"),
    "import": _late("surveys", "import_surveys"),
    "list": _late("registers", "list_hazards"),
    "show": _late("registers", "show"),
    "assess": _late("assessing", "assess"),
    "worksheet": _late("assessing", "worksheet"),
    "receptors": _late("exposure", "receptors"),
    "exposure": _late("exposure", "exposure"),
    "sign": _late("assessing", "sign"),
    "assess-table": _late("assessing", "assess_table"),
    "factor-defaults": _late("assessing", "factor_defaults"),
    "rules": _late("assessing", "rules"),
    "move": _late("registers", "move"),
    "release": _late("publishing", "release"),
    "definitions": _late("release_settings", "definitions"),
    "release-decisions": _late("release_settings", "release_decisions"),
    "releases": _late("publishing", "releases"),
    "withdraw-release": _late("publishing", "withdraw_release"),
    "remake-release": _late("publishing", "remake_release"),
    "check-release": _late("publishing", "check_release"),
    "place-report": _late("publishing", "place_report"),
    "export": _late("registers", "export"),
    "coords": _late("coordinates", "convert"),
    "verify": _late("registers", "verify_register"),
    "backup": _late("registers", "back_up"),
    "photos": _late("photos", "photos"),
    "batches": _late("batches", "list_batches"),
    "undo-batch": _late("batches", "undo_batch"),
    "look-alikes": _late("merging", "look_alikes"),
    "merge": _late("merging", "merge"),
    "reinterpret": _late("batches", "reinterpret"),
    "datum-parameters": _late("batches", "datum_parameters"),
    "coverage": _late("coverage", "coverage"),
    "inspections": _late("inspection", "list_due"),
    "inspect": _late("inspection", "inspect"),
    "round": _late("inspection", "plan_round"),
    "inspection-return": _late("inspection", "take_back"),
    "inspection-scans": _late("inspection", "attach_scans"),
    "tasks": _late("remediation", "list_tasks"),
    "task": _late("remediation", "show_task"),
    "remedy": _late("remediation", "remedy"),
    "ledger": _late("remediation", "ledger"),
    "risk-list": _late("risk_list", "risk_list"),
    "remind": _late("reminding", "remind"),
    "ics": _late("remediation", "ics"),
    "receipt": _late("reminding", "receipt"),
    "notices": _late("reminding", "notices"),
    "document": _late("office_documents", "document"),
    "documents": _late("office_documents", "documents"),
    "workdays": _late("remediation", "workdays"),
    "figures": _late("figures", "figures"),
    "report": _late("figures", "report"),
    "fill-form": _late("figures", "fill_form"),
    "form-cells": _late("figures", "form_cells"),
    "demo": _late("publishing", "demo"),
}


def run(arguments: Sequence[str], desk_opener: DeskOpener) -> int:
    """Run the command line; without arguments the desk opens.

    Args:
        arguments: Without the program's name.
        desk_opener: Opens the window; handed in because this package may not know widgets.
    """
    _speak_utf8()
    log_file = start_logging(log_dir())
    activate_language(load_settings().language)
    output = Output(as_json="--json" in arguments)
    try:
        options = build_parser().parse_args(arguments or ["desk"])
        if options.command is None:
            options = build_parser().parse_args(["desk"])
        if options.command == "desk":
            return open_desk(options, output, desk_opener)
        return COMMANDS[options.command](options, output)
    except RiskMapError as error:
        output.failure(error)
        return EXIT_USER_ERROR
    except (KeyboardInterrupt, BrokenPipeError):
        return EXIT_USER_ERROR
    except Exception:
        # The one place where a bug becomes a sentence; its traceback goes to the log, not the user.
        _log.exception("bug in command %s", arguments[:1])
        output.failure(
            _ProgramFaultError(
                _("程序内部错误。"), hint=_("详情见日志：{path}").format(path=log_file)
            )
        )
        return EXIT_BUG


class _ProgramFaultError(RiskMapError):
    code = "bug"


def _speak_utf8() -> None:
    """A Chinese Windows console would otherwise get GBK, and a POSIX one ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
