"""Commands as data: declared once, bound once, with menu, shortcut and permission.

Menus, tool bars, shortcuts and the help table iterate the declarations. The window disables what the
actor may not do; the *service* refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.permitted import refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing the officer can ask for.

    Attributes:
        id: ``area.verb``; also the action's object name.
        title: ``N_()`` text with its mnemonic, e.g. ``打开(&O)…``.
        menu: Key of the menu it stands in; "" for none.
        shortcut: In Qt's portable notation, or "".
        needs: Permission without which it is disabled.
        icon: Glyph name, or "".
        group: Commands of one group are exclusive and checkable.
        separator: Draw a line before it in the menu.
    """

    id: str
    title: str
    menu: str = ""
    shortcut: str = ""
    needs: Permission | None = None
    icon: str = ""
    group: str = ""
    separator: bool = False


class CommandRegistry(QObject):
    """The commands of one window and their actions."""

    def __init__(self, commands: Iterable[Command], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._bound: set[str] = set()
        self._groups: dict[str, QActionGroup] = {}
        for command in commands:
            self.add(command)

    def add(self, command: Command) -> QAction:
        """Declare one more command.

        Raises:
            ValueError: The id or the shortcut is taken.
        """
        if command.id in self._commands:
            raise ValueError(f"command {command.id} declared twice")
        rivals = [c.id for c in self._commands.values() if _same_keys(c, command)]
        if rivals:
            raise ValueError(f"{command.shortcut} of {command.id} is taken by {rivals[0]}")
        action = QAction(_(command.title), self)
        action.setObjectName(command.id)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.icon:
            action.setIcon(icon(command.icon))
        if command.group:
            action.setCheckable(True)
            self._group(command.group).addAction(action)
        self._commands[command.id] = command
        self._actions[command.id] = action
        return action

    def bind(self, command_id: str, callback: Callable[[], object]) -> None:
        """Say what the command does.

        Raises:
            KeyError: No such command.
            ValueError: It is bound already.
        """
        if command_id in self._bound:
            raise ValueError(f"command {command_id} bound twice")
        self._actions[command_id].triggered.connect(lambda *_ignored: callback())
        self._bound.add(command_id)

    def action(self, command_id: str) -> QAction:
        """The command's action."""
        return self._actions[command_id]

    def commands(self) -> tuple[Command, ...]:
        """All declarations in order."""
        return tuple(self._commands.values())

    def in_menu(self, menu: str) -> tuple[Command, ...]:
        """The declarations of one menu."""
        return tuple(c for c in self._commands.values() if c.menu == menu)

    def unbound(self) -> tuple[str, ...]:
        """Ids that nothing is bound to: a mistake in the program."""
        return tuple(each for each in self._commands if each not in self._bound)

    def allow(self, permissions: frozenset[Permission]) -> None:
        """Disable what the actor may not do, with the reason in the tip."""
        for command in self._commands.values():
            if command.needs is None:
                continue
            action, reason = self._actions[command.id], refusal(command.needs, permissions)
            action.setEnabled(not reason)
            if reason:
                action.setToolTip(reason)

    def _group(self, name: str) -> QActionGroup:
        if name not in self._groups:
            self._groups[name] = QActionGroup(self)
        return self._groups[name]


def _same_keys(first: Command, second: Command) -> bool:
    return bool(first.shortcut) and QKeySequence(first.shortcut) == QKeySequence(second.shortcut)
