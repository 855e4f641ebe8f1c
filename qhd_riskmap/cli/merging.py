"""Commands on pairs that may be one thing: look-alikes, merge."""

from __future__ import annotations

import argparse
from typing import Any

from qhd_riskmap.cli.access import open_register_app
from qhd_riskmap.cli.output import Output
from qhd_riskmap.i18n import _
from qhd_riskmap.services.look_alikes import likeness_words
from qhd_riskmap.storage.look_alike_repository import StoredPair


def look_alikes(options: argparse.Namespace, output: Output) -> int:
    """List the pairs that wait; say before that some are two things, or are to be looked at again."""
    with open_register_app(options) as app:
        service = app.look_alikes
        if options.apart:
            service.part(options.apart)
        if options.again:
            service.part(options.again, apart=False)
        found = service.all()
    document = {
        "open": [_pair_json(pair) for pair in found.open],
        "apart": [_pair_json(pair) for pair in found.parted],
    }
    output.result(document, [_line(pair) for pair in found.open])
    return 0


def merge(options: argparse.Namespace, output: Output) -> int:
    """Make one record of two; with --dry-run only say where they differ."""
    with open_register_app(options) as app:
        ids = [app.registry.get(name).id for name in (options.keep, options.other)]
        compared = app.merging.compare(*ids)
        if compared.survivor.id != ids[0]:
            compared = compared.swapped()
        differ = [pair for pair in compared.fields if pair.differ]
        document: dict[str, Any] = {
            "kept": compared.survivor.code,
            "absorbed": compared.absorbed.code,
            "fields": [pair.to_json() for pair in differ],
            "files": 0,
            "merged": False,
        }
        if not options.dry_run:
            outcome = app.merging.merge(compared, options.take or ())
            document |= {"files": len(outcome.carried), "merged": True}
    lines = [f"{pair.label}：{pair.first or '—'} | {pair.second or '—'}" for pair in differ]
    said = _("保留 {kept}，{absorbed} 并入它。") if document["merged"] else _("（试运行）")
    lines.append(said.format(kept=document["kept"], absorbed=document["absorbed"]))
    output.result(document, lines)
    return 0


def _pair_json(pair: StoredPair) -> dict[str, Any]:
    return {
        "key": pair.key,
        "earlier": pair.earlier.code,
        "earlier_name": pair.earlier.name,
        "later": pair.later.code,
        "later_name": pair.later.name,
        "type": pair.type_key,
        "reason": pair.likeness,
        "metres": pair.metres,
    }


def _line(pair: StoredPair) -> str:
    return _("{key}  {one}（{one_code}） ≈ {two}（{two_code}）：{why}，{metres:.1f} 米").format(
        key=pair.key,
        one=pair.earlier.name,
        one_code=pair.earlier.code,
        two=pair.later.name,
        two_code=pair.later.code,
        why=likeness_words(pair.likeness),
        metres=pair.metres,
    )
