"""Nodes from the configuration."""

from collections.abc import Iterable
from hashlib import sha256
from importlib import import_module
from random import Random

from gprslab.config import Lab
from nodes.core.node import Node
from nodes.core.outputs import Name, Record


def make_node(lab: Lab, name: Name, seed: int, records: Iterable[Record]) -> Node:
    """The node called ``name``, with what it saved in its earlier life.

    Its randomness is that of the seed and its name alone, the same in every process. ConfigError where the lab has no
    such node.
    """
    config = lab.node_config(name)
    role = lab.roles[name]
    kind = getattr(import_module(f"nodes.{role}"), role.capitalize())
    node = kind(config, Random(int.from_bytes(sha256(f"{seed} {name}".encode()).digest())), records)
    assert isinstance(node, Node), node
    return node
