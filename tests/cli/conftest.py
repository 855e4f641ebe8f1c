"""Runs commands in this process, the way the installed program does."""

from __future__ import annotations

import json

import pytest

from qhd_riskmap.cli.application import run


@pytest.fixture
def command(capsys):
    """Call a command; returns (exit code, stdout, stderr)."""

    def call(*arguments):
        code = run([str(argument) for argument in arguments], no_desk)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def answer(command):
    """Call a command with --json that must succeed; returns the document."""

    def call(*arguments):
        code, out, err = command(*arguments, "--json")
        assert code == 0, err or out
        return json.loads(out)

    return call


def no_desk(path, passphrase, actor):
    raise AssertionError("the desk must not open")
