"""The AsyncAPI document is what the code says."""

from __future__ import annotations

from pathlib import Path

import yaml

from messages import asyncapi
from messages.topics import CHANNELS

KEPT = Path(__file__).parents[2] / "docs/api/asyncapi.yaml"


def references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []


def test_the_document_kept_in_docs_is_the_one_the_code_makes() -> None:
    assert KEPT.read_text(encoding="utf-8") == asyncapi.rendered()


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = yaml.safe_load(asyncapi.rendered())
    found = references(document)
    assert len(found) > 50
    for reference in found:
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_every_topic_is_a_channel_with_an_operation() -> None:
    document = asyncapi.document()
    assert [channel["address"] for channel in document["channels"].values()] == list(CHANNELS.values())
    assert len(document["operations"]) == len(CHANNELS)
