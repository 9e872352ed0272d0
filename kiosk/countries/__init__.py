"""Country packs: one TOML file per country, the layer of the settings above the defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

__all__ = ["known", "lawful", "merged", "pack"]

_LAWS = {"exclusions": ("law",), "restrictions": ("law", "law_remote"), "frames": ("law_off",)}
"""Tables of the policy, and their keys that only a country pack tells."""


def known() -> tuple[str, ...]:
    """The packs that there are, by their names in small letters."""
    names = (each.name for each in resources.files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def pack(country: str) -> dict[str, Any]:
    """A country's pack, whole. Raises ``KeyError`` for one that there is none of."""
    if country not in known():
        raise KeyError(country)
    return tomllib.loads((resources.files(__name__) / f"{country}.toml").read_text(encoding="utf-8"))


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merged key by key, lists and values replaced; the later wins.

    >>> merged({"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}})
    {'a': {'b': 1, 'c': [3]}}
    """
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            held = result.get(key)
            result[key] = merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return result


def lawful(policy: Mapping[str, Any], law: Mapping[str, Any]) -> dict[str, Any]:
    """``policy`` with what only the country's word is good for taken from ``law``, its pack's policy, alone."""
    kept = dict(policy)
    for table, theirs in _LAWS.items():
        if isinstance(rules := kept.get(table), dict):
            told = law.get(table, {})
            ours = {key: value for key, value in rules.items() if key not in theirs}
            kept[table] = ours | {key: told[key] for key in theirs if key in told}
    return kept
