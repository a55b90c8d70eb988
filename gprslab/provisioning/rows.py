"""A subscriber as text: a row of CSV, the options of a command, or an entry of subscribers.yaml.

The cells of a row are what ``subscribers.yaml`` has under the same keys; an empty one is not told. PDP contexts stand
in one cell, such as ``1 internet; 2 mms delay_class=3 address=10.0.0.7``: number and APN, then what else is told.

What is wrong is found by the models of :mod:`gprslab.topology` alone, so that a row is held to the same as an entry of
the file, and told in the same words. But the rows of a large file differ in a few cells: what the models have made of
the others is remembered, and the few are read directly.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter

from gprslab.config import Document, Lab, provisioned
from gprslab.strict_yaml import ConfigError, key_path, plain, shown
from gprslab.topology import ContextEntry, QosEntry, SubscriberEntry
from nodes.hlr.config import FLAGS, PdpSubscription, Subscriber
from protocol.auth import BLOCK, Algorithm
from protocol.identities import Gt, Imsi, IsdnAddress
from protocol.sm.pdp_address import PdpTypeNumber

COLUMNS: Final = tuple(name for name in SubscriberEntry.model_fields if name not in ("provisioned", "mobile"))
"""The columns of a file, in the order in which they are written; a file that is read may have them in any."""

NEEDED: Final = tuple(name for name in COLUMNS if SubscriberEntry.model_fields[name].is_required())
"""Columns that no file can do without."""

MOST_REMEMBERED: Final = 4096
"""Combinations of the other cells that are remembered."""

SUBSCRIBER: Final = TypeAdapter(SubscriberEntry)

_OWN: Final = ("imsi", "msisdn", "key", "opc")
"""What differs from subscriber to subscriber."""

_SHARED: Final = tuple(field.name for field in fields(Subscriber) if field.name not in _OWN)
"""What is the same for many."""

_NEEDS_OPC: Final = (Algorithm.MILENAGE, Algorithm.GSM_MILENAGE)


class Placed(NamedTuple):
    """A subscriber, and the HLR that serves it."""

    hlr: str
    subscriber: Subscriber


@dataclass(frozen=True, slots=True)
class _Line(Document):
    """A line of a CSV file: errors name it, and the column."""

    def error(self, keys: Iterable[object], expected: str, found: str) -> ConfigError:
        return ConfigError(self.file, f"{self.above[0]}, column {key_path(*keys)}", expected, found)


@dataclass(frozen=True, slots=True)
class Options(Document):
    """The options of a command: errors name the option."""

    def error(self, keys: Iterable[object], expected: str, found: str) -> ConfigError:
        option, *below = keys
        return ConfigError(f"--{str(option).replace('_', '-')}", key_path(*below), expected, found)


class Rows:
    """Reads the rows of the CSV file ``file``, whose first line ``header`` names the columns.

    Raises ConfigError where the header is wrong.
    """

    def __init__(self, lab: Lab, file: str, header: list[str]) -> None:
        self._lab = lab
        self._file = file
        self._header = header
        for at, name in enumerate(header):
            if name not in COLUMNS:
                raise ConfigError(file, "line 1", f"columns of {', '.join(COLUMNS)}", shown(name))
            if name in header[:at]:
                raise ConfigError(file, "line 1", "every column once", f"{shown(name)} again")
        for name in NEEDED:
            if name not in header:
                raise ConfigError(file, "line 1", f"the columns {', '.join(NEEDED)}", f"no {name}")
        self._imsi, self._msisdn, self._key = (header.index(name) for name in _OWN[:3])
        self._opc = header.index("opc") if "opc" in header else None
        others = [at for at, name in enumerate(header) if name not in _OWN]
        self._others = itemgetter(*others)
        self._remembered: dict[object, tuple[dict[str, Any], bool]] = {}
        """By the other cells: what is said by them, and whether the algorithm needs OPc."""

    def read(self, cells: list[str], line: int) -> Placed:
        """The subscriber of the row at ``line``. ConfigError where it is wrong."""
        if len(cells) == len(self._header):
            remembered = self._remembered.get(self._others(cells))
            if remembered is not None:
                placed = self._read_directly(cells, *remembered)
                if placed is not None:
                    return placed
        return self.read_by_models(cells, line)

    def _read_directly(self, cells: list[str], others: dict[str, Any], needs_opc: bool) -> Placed | None:
        """What the models would make of the row; None where that is for them to say."""
        key_text, opc_text = cells[self._key], "" if self._opc is None else cells[self._opc]
        try:
            imsi, msisdn = Imsi(cells[self._imsi]), IsdnAddress(Gt(cells[self._msisdn]))
            key, opc = bytes.fromhex(key_text), bytes.fromhex(opc_text)
        except ValueError:
            return None
        if len(key_text) != 2 * BLOCK or len(key) != BLOCK:  # fromhex passes over blanks
            return None
        if (opc_text or needs_opc) and (len(opc_text) != 2 * BLOCK or len(opc) != BLOCK):
            return None
        hlr = self._lab.hlr_of(imsi)
        return None if hlr is None else Placed(hlr, Subscriber(imsi=imsi, msisdn=msisdn, key=key, opc=opc, **others))

    def read_by_models(self, cells: list[str], line: int) -> Placed:
        """The same by the models, which are slow, and remember what they made of the other cells."""
        document = _Line(self._file, {}, (f"line {line}",))
        if len(cells) != len(self._header):
            raise ConfigError(self._file, f"line {line}", f"{len(self._header)} cells", f"{len(cells)}")
        told = {name: cell for name, cell in zip(self._header, cells, strict=True) if cell}
        placed = read_content(self._lab, document, content_of_cells(document, told))
        assert placed is not None, "no column says that a subscriber is not provisioned"
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        subscriber = placed.subscriber
        others = {name: getattr(subscriber, name) for name in _SHARED}
        self._remembered[self._others(cells)] = (others, subscriber.algorithm in _NEEDS_OPC)
        return placed


def read_content(lab: Lab, document: Document, content: Any, *keys: object) -> Placed | None:
    """The subscriber that an entry of a file, at ``keys``, describes; None where it is not to be provisioned.

    ConfigError where it is wrong.
    """
    entry = document.checked(SUBSCRIBER, content, *keys)
    lab.check_subscriber(document, entry, *keys)
    hlr = lab.hlr_of(entry.imsi)
    if hlr is None or not entry.provisioned:
        return None
    return Placed(hlr, provisioned(entry))


def content_of_cells(document: Document, cells: Mapping[str, str]) -> dict[str, Any]:
    """What ``subscribers.yaml`` would hold instead of these cells."""
    content: dict[str, Any] = {name: _plain(cell) for name, cell in cells.items()}
    if "contexts" in cells:
        content["contexts"] = _contexts(document, cells["contexts"])
    return content


def content_of(subscriber: Subscriber, *, in_full: bool = False) -> dict[str, Any]:
    """What ``subscribers.yaml`` holds of a subscriber; what is as it is unless told, only where it is asked for."""
    content: dict[str, Any] = {
        "imsi": str(subscriber.imsi),
        "msisdn": str(subscriber.msisdn.digits),
        "algorithm": str(subscriber.algorithm),
        "key": subscriber.key.hex(),
        "opc": subscriber.opc.hex(),
        "amf": subscriber.amf.hex(),
        **{name: getattr(subscriber, name) for name in FLAGS},
        "zones": " ".join(map(str, subscriber.zones)),
        "contexts": {str(context.context_id): _content_of_context(context) for context in subscriber.contexts},
    }
    usual = {"opc": "", "amf": "8000", "zones": "", "contexts": {}} | {
        name: SubscriberEntry.model_fields[name].default for name in FLAGS
    }
    return {name: content[name] for name in COLUMNS if in_full or content[name] != usual.get(name)}


def cells_of(content: Mapping[str, Any]) -> dict[str, str]:
    """The cells for what ``subscribers.yaml`` holds of a subscriber, such as :meth:`content_of` makes."""
    cells = {name: _text(content[name]) for name in COLUMNS if name in content}
    if "contexts" in content:
        cells["contexts"] = "; ".join(
            f"{number} {_text_of_context(context)}" for number, context in content["contexts"].items()
        )
    return cells


# --- PDP contexts -------------------------------------------------------------------------------------------------


def _contexts(document: Document, text: str) -> dict[str, Any]:
    contexts: dict[str, Any] = {}
    for item in text.split(";"):
        words = item.split()
        if len(words) < 2 or words[0] in contexts or not all("=" in word for word in words[2:]):
            expected = "PDP contexts, each number once, such as 1 internet; 2 mms delay_class=3"
            raise document.error(["contexts"], expected, shown(item))
        number, apn, *others = words
        context: dict[str, Any] = {"apn": apn}
        for word in others:
            name, _, told = word.partition("=")
            if name in QosEntry.model_fields:
                context.setdefault("qos", {})[name] = _plain(told)
            else:
                context[name] = _plain(told)
        contexts[number] = context
    return contexts


def _content_of_context(context: PdpSubscription) -> dict[str, Any]:
    first, second, third = context.qos
    qos = {
        "delay_class": first >> 3,
        "reliability_class": first & 7,
        "peak_throughput": second >> 4,
        "precedence_class": second & 15,
        "mean_throughput": third,
    }
    content = {
        "apn": str(context.apn),
        "qos": {name: told for name, told in qos.items() if told != QosEntry.model_fields[name].default},
        "ext_qos": context.ext_qos.hex(),
        "type": "ipv6" if context.pdp_type is PdpTypeNumber.IPV6 and context.address is None else None,
        "address": None if context.address is None else str(ipaddress.ip_address(context.address)),
        "vplmn_address_allowed": context.vplmn_address_allowed,
    }
    return {name: content[name] for name in ContextEntry.model_fields if content[name]}


def _text_of_context(context: Mapping[str, Any]) -> str:
    others = {**context.get("qos", {}), **context}
    words = [f"{name}={_text(told)}" for name, told in others.items() if name not in ("apn", "qos")]
    return " ".join([context["apn"], *words])


# --- scalars ------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str | int | bool:
    """The scalar that YAML makes of a text, where it is one that the models take."""
    value = plain(text)
    return value if isinstance(value, str | int) else text


def _text(value: object) -> str:
    """The text of a scalar."""
    return ("false", "true")[value] if isinstance(value, bool) else str(value)
