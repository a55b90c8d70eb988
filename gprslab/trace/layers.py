"""What a PDU says, layer by layer: for faults that match messages by name, and for everybody who shows a trace."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nodes.core.sccp import Reassembly
from protocol import bssgp, gmm, ns, sccp, tcap, um
from protocol.errors import DecodeError
from protocol.llc.frame import Sapi, UiFrame

SS7 = frozenset({"gr", "gf", "gc", "d"})
"""The interfaces on which MAP is spoken."""


UPLINK = frozenset(bytes((code,)) for code in bssgp.BssgpMessage.up)
"""The first octets of BSSGP PDUs that a BSS sends."""


class Layer(NamedTuple):
    """One protocol of a PDU: the name of its message, and the message; None where the name says what is amiss."""

    protocol: str
    name: str
    message: Any


def layers(
    interface: str, pdu: bytes, uplink: bool | None = None, segments: Reassembly | None = None, now: int = 0
) -> list[Layer]:
    """All layers of a PDU, the outermost first; what cannot be read becomes the last one.

    ``uplink`` is the way on ``um`` and ``gb``; where it is not told, the octets tell it, if they are in order.
    A segment of an SCCP message shows no more than that; where ``segments`` are given, which take ``now`` in
    microseconds, the last segment shows the whole message.
    """
    walk: Iterator[Layer]
    if interface == "um":
        walk = _um(pdu, uplink)
    elif interface == "gb":
        walk = _gb(pdu, uplink)
    elif interface in SS7:
        walk = _ss7(pdu, segments, now)
    else:
        return []
    return list(walk)


def _read(protocol: str, decode: Callable[[], Any]) -> Layer:
    try:
        message = decode()
    except DecodeError as error:
        return Layer(protocol, f"undecodable: {error.why}", None)
    return Layer(protocol, type(message).__name__, message)


def _um(pdu: bytes, up: bool | None) -> Iterator[Layer]:
    layer = _read("um", lambda: um.decode(pdu, up=up is True))
    yield layer
    if isinstance(layer.message, um.PacketChannel):
        yield from _llc(layer.message.llc_frame, up)


def _gb(pdu: bytes, up: bool | None) -> Iterator[Layer]:
    layer = _read("ns", lambda: ns.decode(pdu, up=up is True))
    yield layer
    if isinstance(layer.message, ns.NsUnitdata):
        sdu = layer.message.sdu
        rising = sdu[:1] in UPLINK if up is None else up
        layer = _read("bssgp", lambda: bssgp.decode(sdu, up=rising))
        yield layer
        if isinstance(layer.message, bssgp.UlUnitdata | bssgp.DlUnitdata):
            yield from _llc(layer.message.llc_pdu, rising)


def _llc(octets: bytes, up: bool | None) -> Iterator[Layer]:
    layer = _read("llc", lambda: UiFrame.decode(octets))
    yield layer
    if layer.message is not None and layer.message.sapi is Sapi.LLGMM:
        rising = not layer.message.command if up is None else up
        yield _read("gmm", lambda: gmm.decode(layer.message.information, up=rising))


def _ss7(pdu: bytes, segments: Reassembly | None, now: int) -> Iterator[Layer]:
    layer = _read("sccp", lambda: sccp.decode(pdu))
    yield layer
    message = layer.message
    if not isinstance(message, sccp.Unitdata):
        return
    payload = message.payload
    if message.called.ssn == sccp.Ssn.SCCP_MANAGEMENT:
        yield _read("sccp", lambda: sccp.decode_management(payload))
        return
    part = getattr(message, "segmentation", None)
    if part is not None and not (part.first and part.remaining == 0):
        whole = (
            None
            if segments is None or not isinstance(message, sccp.Xudt | sccp.Ludt)
            else (segments.accept(message, now))
        )
        if whole is None:
            yield Layer("tcap", f"segment, {part.remaining} to come", None)
            return
        payload = whole
    layer = _read("tcap", lambda: tcap.decode(payload))
    yield layer
    for component in getattr(layer.message, "components", ()):
        yield Layer("tcap", type(component).__name__, component)
        yield from _map(component)


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
        yield Layer("map", f"undecodable: {parameter.why}", None)
    elif parameter is not None:
        yield Layer("map", type(parameter).__name__, parameter)
    elif what is not None:
        yield Layer("map", str(what), what)
