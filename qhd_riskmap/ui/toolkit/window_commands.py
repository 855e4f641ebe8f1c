"""The window's own menus and commands, as data."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_
from qhd_riskmap.ui.toolkit.actions import Command

MENUS: Final = (
    ("file", N_("文件(&F)")),
    ("edit", N_("编辑(&E)")),
    ("page", N_("操作(&O)")),
    ("view", N_("视图(&V)")),
    ("help", N_("帮助(&H)")),
)
COMMANDS: Final = (
    Command(
        id="file.new",
        title=N_("新建登记库(&N)…"),
        menu="file",
        shortcut="Ctrl+Shift+N",
        icon="database-plus-outline",
    ),
    Command(
        id="file.open",
        title=N_("打开(&O)…"),
        menu="file",
        shortcut="Ctrl+O",
        icon="folder-open-outline",
    ),
    Command(id="file.sample", title=N_("打开示例县(&S)"), menu="file", icon="school-outline"),
    Command(
        id="file.backup",
        title=N_("备份(&B)…"),
        menu="file",
        needs=Permission.EXPORT,
        icon="content-save-all-outline",
        separator=True,
    ),
    Command(id="file.quit", title=N_("退出(&X)"), menu="file", shortcut="Ctrl+Q", separator=True),
    Command(
        id="edit.undo",
        title=N_("撤销(&U)"),
        menu="edit",
        shortcut="Ctrl+Z",
        needs=Permission.EDIT,
        icon="undo",
    ),
    Command(
        id="edit.redo",
        title=N_("重做(&R)"),
        menu="edit",
        shortcut="Ctrl+Y",
        needs=Permission.EDIT,
        icon="redo",
    ),
    Command(id="edit.find", title=N_("查找(&F)…"), menu="edit", shortcut="Ctrl+F", icon="magnify"),
    Command(
        id="view.refresh",
        title=N_("重新读取(&R)"),
        menu="view",
        shortcut="F5",
        needs=Permission.READ,
        icon="refresh",
    ),
    Command(
        id="view.theme.system",
        title=N_("主题：跟随系统"),
        menu="view",
        group="theme",
        separator=True,
    ),
    Command(id="view.theme.light", title=N_("主题：浅色"), menu="view", group="theme"),
    Command(id="view.theme.dark", title=N_("主题：深色"), menu="view", group="theme"),
    # A language is named in its own words, so it needs no translation.
    Command(
        id="view.language.zh_CN", title="简体中文", menu="view", group="language", separator=True
    ),
    Command(id="view.language.en", title="English", menu="view", group="language"),
    Command(
        id="help.manual",
        title=N_("使用手册(&M)"),
        menu="help",
        shortcut="F1",
        icon="help-circle-outline",
    ),
    Command(id="help.shortcuts", title=N_("快捷键(&K)"), menu="help", icon="keyboard-outline"),
    Command(id="help.about", title=N_("关于(&A)"), menu="help", separator=True),
)
