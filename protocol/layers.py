"""A PDU through all its layers: which protocol stands in which field of another, and the PDU as one document.

The document of a PDU is an object of ``protocol``, ``message``, ``direction`` where that matters, and ``fields``. A
field that carries another PDU holds the document of that instead of octets, as deep as they can be read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from protocol import bssgp, bssmap, gtp, ip, m3ua, ns, sccp, sndcp, um
from protocol.declare import Declaration
from protocol.document import DEEPEST, DocumentError, brief, expect, from_document, parts, to_document
from protocol.errors import DecodeError
from protocol.layout import Message
from protocol.layout.compiler import putters
from protocol.llc.frame import Sapi, UiFrame
from protocol.mtp3 import Mtp3Message, ServiceIndicator
from protocol.registry import PARAMETERS, PROTOCOLS, Protocol

DISCRIMINATORS = {3: "cc", 5: "mm", 6: "rr", 8: "gmm", 10: "sm"}
"""Layer 3 protocols by their discriminator (TS 24.007 11.2.3.1.1)."""

USER_SAPIS = frozenset({Sapi.LL3, Sapi.LL5, Sapi.LL9, Sapi.LL11})
"""The service access points of SNDCP."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Octets in a field that should be a PDU of ``protocol`` and cannot be read."""

    protocol: str
    octets: bytes
    error: DecodeError


@dataclass(frozen=True, slots=True)
class Pdu:
    """A message with what its ``field`` carries; ``up`` is its direction where it has one and it is known."""

    protocol: str
    message: Any
    up: bool | None
    octets: bytes
    field: str = ""
    inner: "Pdu | Fault | None" = None

    def layers(self) -> "Iterator[Pdu | Fault]":
        """This and all that it carries, the outermost first."""
        layer: Pdu | Fault | None = self
        while layer is not None:
            yield layer
            layer = layer.inner if isinstance(layer, Pdu) else None

    @property
    def fault(self) -> Fault | None:
        """What of it cannot be read."""
        *_, last = self.layers()
        return last if isinstance(last, Fault) else None


# --- which protocol stands where ---------------------------------------------------------------------------------


def layer_3(octets: bytes) -> str | None:
    """The protocol of a layer 3 message; a block of a common channel begins with its pseudo length (44.006 6.6)."""
    if octets and octets[0] & 3 == 1 and octets[1:2] == b"\x06":
        return "rr"
    return DISCRIMINATORS.get(octets[0] & 15) if octets else None


def in_ui_frame(frame: UiFrame) -> str | None:
    """The protocol of the information of a UI frame."""
    if frame.encrypted:
        return None
    if frame.sapi is Sapi.LLGMM:
        return layer_3(frame.information)
    return "sndcp" if frame.sapi in USER_SAPIS else None


def in_unitdata(message: Any) -> str | None:
    """The protocol of what SCCP carries outside of connections; a segment is not one by itself."""
    part = getattr(message, "segmentation", None)
    if part is not None and not (part.first and not part.remaining):
        return None
    numbers = {message.called.ssn, message.calling.ssn}
    if sccp.Ssn.BSSAP_PLUS in numbers:
        return "bssap_plus"
    if sccp.Ssn.BSSAP in numbers:
        return in_connection(message)
    return "sccp_management" if sccp.Ssn.SCCP_MANAGEMENT in numbers else "tcap"


def in_connection(message: Any) -> str | None:
    """The protocol of the A interface by its discriminator, if the length fits (TS 48.006 9.3)."""
    octets = message.payload or b""
    if len(octets) > 2 and octets[0] == bssmap.BSSMAP and octets[1] == len(octets) - 2:
        return "bssmap"
    return "dtap" if len(octets) > 3 and octets[0] == bssmap.DTAP and octets[2] == len(octets) - 3 else None


def in_msu(message: Any) -> str | None:
    """SCCP, if it is what MTP carries."""
    return "sccp" if message.service_indicator is ServiceIndicator.SCCP else None


def in_n_pdu(message: Any) -> str | None:
    """The protocol of an N-PDU that is neither segmented nor compressed."""
    whole = not message.more and getattr(message, "segment_number", 0) == 0 and message.first
    return in_tunnel(message) if whole and not message.pcomp and not message.dcomp else None


def in_tunnel(message: Any) -> str | None:
    """IP by its version, or nothing."""
    octets = message.payload
    return "ip" if octets and octets[0] >> 4 in (4, 6) else None


def in_packet(message: Any) -> str | None:
    """What a packet carries that is no fragment."""
    if isinstance(message, ip.Ipv6):
        return {ip.IpProtocol.ICMPV6: "icmp", ip.IpProtocol.UDP: "udp"}.get(message.next_header)
    if message.more_fragments or message.fragment_offset:
        return None
    return {ip.IpProtocol.ICMP: "icmp", ip.IpProtocol.UDP: "udp"}.get(message.protocol_number)


def always(protocol: str) -> Callable[[Any], str | None]:
    """It can be nothing else."""
    return lambda _: protocol


CARRIES: dict[type, tuple[str, Callable[[Any], str | None]]] = {
    um.PacketChannel: ("llc_frame", always("llc")),
    um.DedicatedChannel: ("message", lambda message: layer_3(message.message)),
    um.PagingChannel: ("message", always("rr")),
    ns.NsUnitdata: ("sdu", lambda message: "bssgp" if message.sdu else None),
    bssgp.UlUnitdata: ("llc_pdu", lambda message: "llc" if message.llc_pdu else None),
    bssgp.DlUnitdata: ("llc_pdu", lambda message: "llc" if message.llc_pdu else None),
    UiFrame: ("information", in_ui_frame),
    sndcp.SnUnitdata: ("payload", in_n_pdu),
    sndcp.SnData: ("payload", in_n_pdu),
    bssmap.CompleteLayer3Information: ("layer_3_information", lambda message: layer_3(message.layer_3_information)),
    bssmap.Dtap: ("message", lambda message: layer_3(message.message)),
    sccp.Udt: ("payload", in_unitdata),
    sccp.Xudt: ("payload", in_unitdata),
    sccp.Ludt: ("payload", in_unitdata),
    sccp.Cr: ("payload", in_connection),
    sccp.Dt1: ("payload", in_connection),
    Mtp3Message: ("payload", in_msu),
    m3ua.Data: ("protocol_data.payload", lambda message: in_msu(message.protocol_data)),
    gtp.TPdu: ("payload", in_tunnel),
    ip.Ipv4: ("payload", in_packet),
    ip.Ipv6: ("payload", in_packet),
}
"""By the class of a message: the field that carries another PDU (names joined by dots), and what tells its protocol."""


def direction(message: Any, up: bool | None) -> bool | None:
    """The direction of what a message carries."""
    if up is None and isinstance(message, UiFrame):
        return not message.command  # UI frames are commands: the mobile's have the bit 0 (TS 44.064 6.2.2)
    return up


# --- reading -----------------------------------------------------------------------------------------------------


def read(protocol: str, octets: bytes, up: bool | None = None) -> Pdu:
    """Read a PDU through all its layers. DecodeError where the outermost cannot be read."""
    kind = PROTOCOLS[protocol]
    if up is None and kind.directed:
        return read_either_way(kind, octets)
    return read_one_way(kind, octets, up)


def read_one_way(kind: Protocol, octets: bytes, up: bool | None) -> Pdu:
    """Read a PDU whose direction is known, or has none."""
    message = kind.decode(octets, up is not False)
    field, find = CARRIES.get(type(message), ("", None))
    found = find(message) if find is not None else None
    inner: Pdu | Fault | None = None
    if found is not None and found in PROTOCOLS:
        carried: bytes = attrgetter(field)(message)
        try:
            inner = read(found, carried, direction(message, up))
        except DecodeError as error:
            inner = Fault(found, carried, error)
    return Pdu(kind.name, message, up, octets, field if inner else "", inner)


def read_message(protocol: str | None, name: str, octets: bytes, up: bool | None = None) -> Pdu:
    """Read octets as the message, or the MAP parameter, whose class has this name. LookupError for an unknown one."""
    if protocol in (None, "map") and name in PARAMETERS:
        return Pdu("map", PARAMETERS[name].decode(octets), None, octets)
    for kind in PROTOCOLS.values():
        if protocol in (None, kind.name) and name in kind.classes:
            pdu = read(kind.name, octets, up)
            if type(pdu.message).__name__ != name:
                raise DecodeError(f"these octets are {type(pdu.message).__name__}, not {name}")
            return pdu
    raise LookupError(f"no message of {protocol or 'any protocol'} is called {brief(name)}")


def read_either_way(kind: Protocol, octets: bytes) -> Pdu:
    """Read a PDU in the direction in which more of it can be read; up, where that is the same."""
    found: list[Pdu] = []
    errors: list[DecodeError] = []
    for up in (True, False):
        try:
            found.append(read_one_way(kind, octets, up))
        except DecodeError as error:
            errors.append(error)
    if not found:
        # The direction that knows the message tells more.
        raise max(errors, key=lambda error: error.at)
    return min(found, key=lambda pdu: (contradicts(pdu), doubt(pdu)))


def contradicts(pdu: Pdu) -> bool:
    """True where a UI frame in it tells that it goes the other way."""
    return any(
        isinstance(it, Pdu) and isinstance(it.message, UiFrame) and it.up is it.message.command for it in pdu.layers()
    )


# --- guessing ----------------------------------------------------------------------------------------------------


LENIENT = frozenset({"dtap", "icmp", "ip", "mtp3", "sccp_management", "sndcp", "udp", "um"})
"""Protocols that take nearly all octets: what they carry must convince."""

FRAMED = frozenset({"gtp", "llc", "m3ua", "tcap"})
"""Protocols that tell by a length or a check sequence that the octets are theirs."""

UNCONVINCING = 1.0
"""The doubt from which on a reading is none."""


def doubt(pdu: Pdu) -> float:
    """How little a reading convinces: by the part of the octets that it leaves opaque, and by what is unusual in it."""
    size = len(pdu.octets)
    left = opaque(pdu) / max(1, size)
    odd = unusual(pdu_document(pdu)) / max(8, size / 8)
    framed = 0.5 if pdu.protocol in FRAMED else 0
    lenient = pdu.protocol in LENIENT and not isinstance(pdu.inner, Pdu)
    behind = isinstance(getattr(pdu.message, "rest", None), bytes) and bool(pdu.message.rest)
    return left + odd + ((pdu.fault is not None) + behind) / 4 + lenient - framed


def opaque(pdu: Pdu) -> int:
    """How many octets of a PDU nobody has read."""
    if isinstance(pdu.inner, Pdu):
        return octets_in(pdu.message) - len(pdu.inner.octets) + opaque(pdu.inner)
    return octets_in(pdu.message)


def octets_in(value: Any) -> int:
    """How many octets stand in a value as they came."""
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, tuple):
        return sum(map(octets_in, value))
    if isinstance(value, Declaration) or is_dataclass(value):
        kind: Any = type(value)
        read_ones = numbers_of(kind)
        return sum(octets_in(getattr(value, part.name)) for part in parts(kind) if part.name not in read_ones)
    return 0


SECRETS = frozenset({"rand", "sres", "kc", "xres", "ck", "ik", "autn", "auts"})
"""Parts of authentication vectors."""


@cache
def numbers_of(kind: Any) -> frozenset[str]:
    """The fields of a record whose octets are a number of fixed size, such as a random one: they are not opaque."""
    if not issubclass(kind, Declaration):
        return SECRETS
    sizes = {field.name: (getattr(field.layout, "least", 0), getattr(field.layout, "most", 0)) for field in kind.fields}
    return SECRETS | {name for name, (least, most) in sizes.items() if 0 < least == most}


def unusual(document: Any) -> int:
    """How many things in a document are reserved, unknown, or coded in another way than ours."""
    if isinstance(document, dict):
        own = len({"extras", "coding", "rest", "ends_before", "spare"} & document.keys())
        own += bool(document.get("checksum"))
        return own + sum(unusual(value) for value in document.values())
    if isinstance(document, list):
        return sum(unusual(value) for value in document)
    return isinstance(document, str) and document.startswith("RESERVED_")


def guess(octets: bytes, up: bool | None = None) -> Pdu:
    """The most convincing reading of octets whose protocol is not known. DecodeError where there is none."""
    if not octets:
        raise DecodeError("there are no octets")
    found: list[Pdu] = []
    errors: list[tuple[int, str, DecodeError]] = []
    for name in PROTOCOLS:
        try:
            found.append(read(name, octets, up))
        except DecodeError as error:
            errors.append((error.at, name, error))
    best = min(found, key=doubt, default=None)
    if best is None or (errors and doubt(best) >= UNCONVINCING):
        _, name, closest = max(errors, key=lambda item: item[0])
        why = f"no protocol takes these octets; {name} comes closest: {closest.why}"
        raise DecodeError(why, closest.cause, closest.at)
    return best


# --- documents ---------------------------------------------------------------------------------------------------


def pdu_document(pdu: Pdu) -> dict[str, Any]:
    """The document of a PDU and all that it carries."""
    fields = to_document(pdu.message)
    if isinstance(pdu.inner, Pdu):
        *above, last = pdu.field.split(".")
        place = fields
        for name in above:
            place = place[name]
        place[last] = pdu_document(pdu.inner)
    way = {} if pdu.up is None else {"direction": "up" if pdu.up else "down"}
    return {"protocol": pdu.protocol, "message": type(pdu.message).__name__, **way, "fields": fields}


def encode_document(document: Any, depth: int = 0) -> bytes:
    """The octets of the PDU that a document tells; DocumentError where it tells none."""
    if depth > DEEPEST:
        raise DocumentError(f"more than {DEEPEST} layers")
    told = expect(dict, document, "an object with protocol, message and fields")
    for name in told:
        if name not in ("protocol", "message", "direction", "fields"):
            raise DocumentError(f"a PDU has no {brief(name)}: expected protocol, message, direction, fields")
    protocol = expect(str, told.get("protocol"), "the name of a protocol")
    classes = PARAMETERS if protocol == "map" else PROTOCOLS[protocol].classes if protocol in PROTOCOLS else None
    if classes is None:
        raise DocumentError(f"{brief(protocol)} is no protocol: expected {', '.join(PROTOCOLS)}", ("protocol",))
    name = expect(str, told.get("message"), "the name of a message")
    cls = classes.get(name)
    if cls is None:
        raise DocumentError(f"{protocol} has no message {brief(name)}", ("message",))
    check_direction(protocol, cls, told.get("direction"))
    fields = expect(dict, told.get("fields", {}), "an object of fields")
    try:
        message = from_document(cls, {field: flattened(field, value, depth + 1) for field, value in fields.items()})
        return encoded(message)
    except DocumentError as error:
        raise error.within(protocol, name) from None


def check_direction(protocol: str, cls: Any, way: Any) -> None:
    """DocumentError where a document tells another direction than up and down, or one that the message has not."""
    if way not in (None, "up", "down"):
        raise DocumentError(f"expected up or down, found {brief(way)}", ("direction",))
    has = getattr(cls, "way", "both")
    if protocol in PROTOCOLS and PROTOCOLS[protocol].directed and way and has not in ("both", way):
        raise DocumentError(f"{cls.__name__} goes {has}", ("direction",))


def flattened(name: str, value: Any, depth: int) -> Any:
    """The value of a field of this name, in which the documents of PDUs have become octets."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return value
    try:
        if "protocol" in value and "message" in value:
            return encode_document(value, depth).hex()
        return {inner: flattened(inner, item, depth + 1) for inner, item in value.items()}
    except DocumentError as error:
        raise error.within(name) from None


ARITHMETIC = ("byte must be in range", "bytes must be in range", "int too big", "can't convert negative")
"""What Python says of a number that does not fit into its octets."""


def encoded(message: Any) -> bytes:
    """The octets of a message; DocumentError where a value does not fit its element."""
    try:
        return bytes(message.encode())
    except (ValueError, OverflowError) as error:
        field = find_misfit(message)
        words = str(error).removeprefix(f"{type(message).__name__}: ").removeprefix(f"{field} ")
        value = getattr(message, field, None)
        told = f"{int(value)} does not fit" if isinstance(value, int) else "a number does not fit"
        raise DocumentError(told if words.startswith(ARITHMETIC) else words, (field,) * bool(field)) from None


def find_misfit(message: Any) -> str:
    """The element of a message that cannot be encoded, where it is one that can be found."""
    for name, put in putters(type(message)).items() if isinstance(message, Message) else ():
        try:
            put(message, bytearray())
        except (ValueError, OverflowError):
            return name
    return ""
