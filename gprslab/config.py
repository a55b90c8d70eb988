"""The laboratory that the configuration files describe, checked as a whole before anything starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from gprslab.capabilities import DRX_PARAMETER, MS_NETWORK_CAPABILITY, MS_RADIO_ACCESS_CAPABILITY
from gprslab.strict_yaml import MIB, ConfigError, key_path, read_yaml, shown
from gprslab.topology import (
    BssEntry,
    CellEntry,
    Durations,
    EirEntry,
    GgsnEntry,
    HlrEntry,
    MsEntry,
    NodeEntry,
    Role,
    SgsnEntry,
    SubscriberEntry,
    Topology,
    VlrEntry,
    first_fault,
)
from gprslab.trace.stacks import Endpoint
from nodes.bss.config import BssConfig, Cell
from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from nodes.eir.config import EirConfig
from nodes.ggsn.config import GgsnConfig
from nodes.hlr.config import HlrConfig, PdpSubscription, Subscriber
from nodes.ms.config import MobileConfig, MsConfig, RadioCell
from nodes.sgsn.config import MAP_CAUSES, SgsnConfig
from nodes.vlr.config import VlrConfig
from protocol.identities import CellIdentifier, Gt, Imsi, Rai

__all__ = ["ConfigError", "Lab", "load_lab"]

MOST_SUBSCRIBERS = 64 * MIB
"""Octets of a file of subscribers."""

T = TypeVar("T")
_TOPOLOGY = TypeAdapter(Topology)
_SUBSCRIBER = TypeAdapter(SubscriberEntry)
_NAMES: TypeAdapter[dict[Name, Any]] = TypeAdapter(dict[SubscriberName, Any])
_DURATIONS: TypeAdapter[dict[str, int]] = TypeAdapter(Durations)
