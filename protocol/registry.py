"""Every protocol and every message of it, found by name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from protocol import (
    bssap_plus,
    bssgp,
    bssmap,
    cc,
    gmm,
    gtp,
    ip,
    layout,
    llc,
    m3ua,
    mm,
    ns,
    rr,
    sccp,
    sm,
    sndcp,
    tcap,
    um,
)
from protocol.bssmap import DtapMessage
from protocol.ip import IcmpMessage, IpMessage, UdpMessage
from protocol.m3ua import M3uaMessage
from protocol.map.operations import ERRORS, OPERATIONS
from protocol.mtp3 import Mtp3Message


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol: ``decode(octets, up)`` reads one of its PDUs, ``classes`` are its messages by their names.

    ``directed``: which message it is depends on the direction.
    """

    name: str
    decode: Callable[[bytes, bool], Any]
    classes: dict[str, Any]
    directed: bool = False


class Row(NamedTuple):
    """One line of the list of messages. ``message`` is the name of its class."""

    protocol: str
    code: int | None
    name: str
    direction: layout.Way
    clause: str
    message: str


PROTOCOLS: dict[str, Protocol] = {}
"""All protocols by name, from the air to the core."""


def add(name: str, classes: Iterable[Any], decode: Callable[[bytes, bool], Any], *, directed: bool = False) -> None:
    """Enter a protocol into the table."""
    assert name not in PROTOCOLS, name
    PROTOCOLS[name] = Protocol(name, decode, {cls.__name__: cls for cls in classes}, directed)


def add_elements(base: type[layout.Message], decode: Callable[..., Any]) -> None:
    """Enter a protocol whose messages are made of elements, some of them in one direction alone."""
    directed = base.up != base.down
    add(base.protocol, layout.messages(base), lambda octets, up: decode(octets, up=up), directed=directed)


add_elements(um.UmMessage, um.decode)
add_elements(rr.RrMessage, rr.decode)
add_elements(mm.MmMessage, mm.decode)
add_elements(cc.CcMessage, cc.decode)
add_elements(gmm.GmmMessage, gmm.decode)
add_elements(sm.SmMessage, sm.decode)
add("llc", llc.FRAMES.values(), lambda octets, _: llc.decode(octets))
add_elements(sndcp.SndcpMessage, sndcp.decode)
add_elements(ns.NsMessage, ns.decode)
add_elements(bssgp.BssgpMessage, bssgp.decode)
add_elements(bssap_plus.BssapPlusMessage, bssap_plus.decode)
add_elements(bssmap.BssmapMessage, bssmap.decode)
add("dtap", layout.messages(DtapMessage), lambda octets, _: bssmap.decode_dtap(octets))
add_elements(gtp.GtpMessage, gtp.decode)
add("tcap", tcap.KINDS.values(), lambda octets, _: tcap.decode(octets))
add("sccp", sccp.SccpMessage.kinds.values(), lambda octets, _: sccp.decode(octets))
add("sccp_management", sccp.ManagementMessage.kinds.values(), lambda octets, _: sccp.decode_management(octets))
add("mtp3", (Mtp3Message,), lambda octets, _: Mtp3Message.decode(octets))
add("m3ua", M3uaMessage.kinds.values(), lambda octets, _: m3ua.decode(octets))
add("ip", layout.messages(IpMessage), lambda octets, _: ip.decode(octets))
add("icmp", layout.messages(IcmpMessage), lambda octets, _: ip.decode_icmp(octets))
add("udp", layout.messages(UdpMessage), lambda octets, _: ip.decode_udp(octets))


PARAMETERS: dict[str, Any] = {
    kind.__name__: kind
    for kinds in (
        *(row.arguments + row.results for row in OPERATIONS.values()),
        *(row.parameters for row in ERRORS.values()),
    )
    for kind in kinds
}
"""The types of MAP that stand as parameters, by name."""


def rows() -> Iterator[Row]:
    """Every message, protocol by protocol, those of MAP as its operations and errors."""
    for protocol in PROTOCOLS.values():
        for name, cls in protocol.classes.items():
            way: layout.Way = cls.way if protocol.directed else "both"
            yield Row(protocol.name, cls.code, cls.title, way, cls.clause, name)
    yield from map_rows()


def map_rows() -> Iterator[Row]:
    """The parameters of MAP: what operations take and give, and what errors say."""
    for operation in OPERATIONS.values():
        if not operation.arguments + operation.results:
            yield Row("map", operation.code, operation.name, "both", "17.6", "")
        for what, kinds in (("argument", operation.arguments), ("result", operation.results)):
            for kind in kinds:
                yield Row("map", operation.code, f"{operation.name} {what}", "both", "17.7", kind.__name__)
    for error in ERRORS.values():
        for name in [parameter.__name__ for parameter in error.parameters] or [""]:
            yield Row("map", error.code, f"{error.name} error", "both", "17.7.7", name)


__all__ = ["PARAMETERS", "PROTOCOLS", "Protocol", "Row", "map_rows", "rows"]
