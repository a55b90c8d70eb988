"""What a PDU says, layer by layer: for faults that match messages by name, and for everybody who shows a trace."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from nodes.core.sccp import Reassembly
from protocol import sccp, tcap
from protocol.errors import DecodeError

MAP_INTERFACES = frozenset({"gr", "gf", "gc", "f", "d"})
"""The interfaces on which MAP is spoken."""

SS7 = MAP_INTERFACES | {"gs", "a"}
"""The interfaces whose PDUs are SCCP messages."""

OUTERMOST = {"um": "um", "gb": "ns", "gn": "gtp", "gi": "ip"} | dict.fromkeys(SS7, "sccp")
"""The protocol of the PDUs of each interface."""


class Layer(NamedTuple):
    """One protocol of a PDU: the name of its message, and the message; None where the name says what is amiss."""

    protocol: str
    name: str
    message: Any
    octets: bytes = b""


def layers(
    interface: str, pdu: bytes, uplink: bool | None = None, segments: Reassembly | None = None, now: int = 0
) -> list[Layer]:
    """All layers of a PDU, the outermost first; what cannot be read becomes the last one.

    ``uplink`` is the way where the mobile's and the network's messages differ; where it is not told, the octets tell
    it, if they are in order. A segment of an SCCP message shows no more than that; where ``segments`` are given, which
    take ``now`` in microseconds, the last segment shows the whole message.
    """
    protocol = OUTERMOST.get(interface)
    if protocol is None:
        return []
    return list(_walk(protocol, pdu, uplink, segments, now))


def _walk(
    protocol: str, octets: bytes, up: bool | None, segments: Reassembly | None = None, now: int = 0
) -> Iterator[Layer]:
    # Loaded when something is looked at: a node that no fault strikes looks at nothing.
    from protocol.layers import Fault, read  # noqa: PLC0415

    try:
        outer = read(protocol, octets, up)
    except DecodeError as error:
        yield Layer(protocol, f"undecodable: {error.why}", None, octets)
        return
    for layer in outer.layers():
        if isinstance(layer, Fault):
            yield Layer(layer.protocol, f"undecodable: {layer.error.why}", None, layer.octets)
            return
        yield Layer(layer.protocol, type(layer.message).__name__, layer.message, layer.octets)
        if isinstance(layer.message, sccp.Xudt | sccp.Ludt) and segmented(layer.message):
            yield from _segment(layer.message, up, segments, now)
        for component in getattr(layer.message, "components", ()) if layer.protocol == "tcap" else ():
            yield Layer("tcap", type(component).__name__, component, component.encode())
            yield from _map(component)


def segmented(message: Any) -> bool:
    """Whether an SCCP message is one of several segments."""
    part = getattr(message, "segmentation", None)
    return part is not None and not (part.first and part.remaining == 0)


def _segment(message: sccp.Xudt | sccp.Ludt, up: bool | None, segments: Reassembly | None, now: int) -> Iterator[Layer]:
    """The whole message, if this segment is its last."""
    protocol = "bssap_plus" if sccp.Ssn.BSSAP_PLUS in (message.called.ssn, message.calling.ssn) else "tcap"
    whole = None if segments is None else segments.accept(message, now)
    if whole is None:
        assert message.segmentation is not None
        yield Layer(protocol, f"segment, {message.segmentation.remaining} to come", None, message.payload)
        return
    yield from _walk(protocol, whole, up)


def _map(component: Any) -> Iterator[Layer]:
    """What a component says in MAP's words: the class of its parameter, or the name of its error or operation."""
    match component:
        case tcap.Invoke(argument=parameter, operation=what):
            pass
        case (
            tcap.ReturnResultLast(result=parameter, operation=what)
            | tcap.ReturnResultNotLast(result=parameter, operation=what)
        ):
            pass
        case tcap.ReturnError(parameter=parameter, error=what):
            pass
        case _:
            return
    if isinstance(parameter, tcap.Unread):
        yield Layer("map", f"undecodable: {parameter.why}", None, parameter.octets)
    elif parameter is not None:
        yield Layer("map", type(parameter).__name__, parameter, parameter.encode())
    elif what is not None:
        yield Layer("map", str(what), what)
