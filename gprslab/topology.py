"""What the configuration files may say: the models of ``lab.yaml``, ``subscribers.yaml`` and ``timers.yaml``.

Each model looks at its own keys only; what must agree between them is checked in :mod:`gprslab.config`. Every fault
is told by :func:`first_fault` in the same words: at which key, what was expected, what was found.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NoReturn, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from gprslab.bus.topics import check_name
from nodes.core.node import NoteLevel
from nodes.eir.config import Colour
from nodes.hlr.config import MOST_ZONES
from nodes.sgsn.config import MAP_CAUSES, TRANSFER_CAUSES
from protocol.auth import Algorithm
from protocol.causes import GmmCause
from protocol.errors import DecodeError
from protocol.gmm.elements import CipheringAlgorithm, GprsTimer
from protocol.identities import Apn, GsnAddress, Gt, Imeisv, Imsi, IsdnAddress, Plmn
from protocol.map.packet import ExtQosSubscribed
from protocol.sm.pdp_address import PdpTypeNumber
from protocol.timers import SECOND, TIMERS

# --- values -------------------------------------------------------------------------------------------------------

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(us|ms|s|min|h)")
_APN = re.compile(r"\*|[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*")
_UNITS = {"us": 1, "ms": 1000, "s": SECOND, "min": 60 * SECOND, "h": 3600 * SECOND}


def _refuse(expected: str) -> NoReturn:
    raise PydanticCustomError("unexpected", "{expected}", {"expected": expected})


def reads(read: Callable[[str], object], expected: str) -> PlainValidator:
    """A value that ``read`` makes of text, or of a whole number as text; ValueError of ``read`` refuses it."""

    def validate(value: object) -> object:
        if isinstance(value, str) or type(value) is int:
            try:
                return read(str(value))
            except ValueError:
                pass
        _refuse(expected)

    return PlainValidator(validate)


def whole(least: int, most: int) -> PlainValidator:
    """A whole number."""

    def validate(value: object) -> int:
        if type(value) is int and least <= value <= most:
            return value
        _refuse(f"a whole number from {least} to {most}")

    return PlainValidator(validate)


def true_or_text(expected: str) -> PlainValidator:
    """``true``, ``false``, or a text that is not empty."""

    def validate(value: object) -> bool | str:
        if isinstance(value, bool | str) and value != "":
            return value
        _refuse(expected)

    return PlainValidator(validate)


def digits(least: int, most: int) -> PlainValidator:
    """So many decimal digits, as text."""

    def read(text: str) -> str:
        if not (least <= len(text) <= most and text.isascii() and text.isdecimal()):
            raise ValueError(text)
        return text

    return reads(read, f"{least} to {most} digits")


def octets(count: int) -> PlainValidator:
    """So many octets in hexadecimal."""

    def read(text: str) -> bytes:
        value = bytes.fromhex(text)
        if len(text) != 2 * count or len(value) != count:  # fromhex passes over blanks
            raise ValueError(text)
        return value

    return reads(read, f"{2 * count} hexadecimal digits")


def one_of(values: Mapping[str, object]) -> PlainValidator:
    """What one of these texts stands for."""

    def read(text: str) -> object:
        if text not in values:
            raise ValueError(text)
        return values[text]

    return reads(read, f"one of {', '.join(values)}")


def microseconds(text: str) -> int:
    """The duration that a text such as ``1.5 s`` tells; ValueError where it tells none."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no duration")
    duration = Decimal(found[1]) * _UNITS[found[2]]
    if duration != int(duration):
        raise ValueError(f"{text!r} is no whole number of microseconds")
    return int(duration)


def _duration(text: str) -> int:
    duration = microseconds(text)
    if not 1000 <= duration <= 1000 * _UNITS["h"]:
        raise ValueError(text)
    return duration


def _gprs_timer(text: str) -> GprsTimer:
    return GprsTimer.lasting(None if text == "deactivated" else microseconds(text))


def _timer_name(name: object) -> str:
    if isinstance(name, str) and name in TIMERS:
        return name
    like = get_close_matches(str(name), TIMERS) or list(TIMERS)[:3]
    _refuse(f"the name of a timer, such as {', '.join(like)}")


def _network(text: str) -> Plmn:
    plmn = Plmn.parse(text)
    if not plmn.is_valid:
        raise ValueError(text)
    return plmn


def _context_id(text: str) -> int:
    if text not in map(str, range(1, 51)):  # TS 29.002 17.6: maxNumOfPDP-Contexts
        raise ValueError(text)
    return int(text)


def _area_code(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 0xFFFD:
        raise ValueError(text)
    return int(text)


def _zones(text: str) -> tuple[int, ...]:
    zones = tuple(int(word) for word in text.split())
    if len(zones) > MOST_ZONES or len(set(zones)) != len(zones) or not all(0 <= zone <= 0xFFFF for zone in zones):
        raise ValueError(text)
    return zones


def _static_address(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


def _subscribed_apn(text: str) -> Apn:
    """An APN as people write it; in a subscription it has 63 octets at most (TS 29.002 17.7.1)."""
    if len(text) > 62 or not _APN.fullmatch(text):
        raise ValueError(text)
    return Apn(text)


def _ext_qos(text: str) -> bytes:
    value = bytes.fromhex(text)
    if not 1 <= len(value) <= 9 or 2 * len(value) != len(text):
        raise ValueError(text)
    try:
        ExtQosSubscribed.from_octets(value)
    except DecodeError:
        raise ValueError(text) from None
    return value


def _pool(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    network = ipaddress.ip_network(text)
    if not (8 <= network.prefixlen <= 30 if network.version == 4 else 16 <= network.prefixlen <= 64):
        raise ValueError(text)
    return network


Name = Annotated[str, reads(check_name, "a lower-case letter, then lower-case letters, digits and hyphens")]
Network = Annotated[Plmn, reads(_network, "a network such as 001-01 (MCC-MNC)")]
Ipv4 = Annotated[GsnAddress, reads(lambda text: GsnAddress(ipaddress.IPv4Address(text)), "an IPv4 address")]
HostAddress = Annotated[
    ipaddress.IPv4Address | ipaddress.IPv6Address, reads(ipaddress.ip_address, "an IPv4 or IPv6 address")
]
Pool = Annotated[
    ipaddress.IPv4Network | ipaddress.IPv6Network,
    reads(_pool, "a network such as 10.1.0.0/24 (/8 to /30) or 2001:db8:1::/48 (/16 to /64)"),
]
AccessPointName = Annotated[Apn, reads(lambda text: Apn(text.lower()), "an access point name such as internet")]
Number = Annotated[Gt, reads(Gt, "5 to 15 digits")]
Duration = Annotated[int, reads(_duration, "a duration from 1 ms to 1000 h, such as 500 ms, 6 s, 12 min or 2 h")]
TimerName = Annotated[str, PlainValidator(_timer_name)]
Durations = dict[TimerName, Duration]
SentTimer = Annotated[GprsTimer, reads(_gprs_timer, "0 to 31 times 2 s, 1 min or 6 min, or deactivated")]
Refusal = Annotated[str, one_of({words: words for words in MAP_CAUSES})]
TransferRefusal = Annotated[str, one_of({words: words for words in TRANSFER_CAUSES})]
Cause = Annotated[GmmCause, one_of({str(int(cause)): cause for cause in GmmCause if not cause.is_reserved})]
Cipher = Annotated[CipheringAlgorithm, one_of({f"GEA{n}": CipheringAlgorithm(n) for n in range(1, 5)})]
AreaCode = Annotated[int, reads(_area_code, "a location area code from 1 to 65533")]
A5 = Annotated[int, one_of({f"A5/{n}": n for n in range(8)})]
ContextId = Annotated[int, reads(_context_id, "a PDP context identifier from 1 to 50")]

# --- lab.yaml -----------------------------------------------------------------------------------------------------


class Section(BaseModel):
    """A mapping with known keys and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, content: Any) -> Any:
        """Name the unknown key and the known ones: a mistyped key is told before the one that it leaves missing."""
        if isinstance(content, dict):
            for key in content:
                if key not in cls.model_fields:
                    known = ", ".join(cls.model_fields)
                    raise PydanticCustomError("unknown", "unknown key", {"expected": f"one of {known}", "key": key})
        return content


class Policies(Section):
    """How all SGSNs of the network behave (:class:`nodes.sgsn.config.SgsnConfig`)."""

    eir_policy: Literal["open", "closed"] = "open"
    authenticate: Literal["always", "when needed"] = "when needed"
    vectors: Annotated[int, whole(1, 5)] = 5
    t3312: SentTimer = GprsTimer.lasting(54 * 60 * SECOND)
    ready_timer: SentTimer = GprsTimer.lasting(44 * SECOND)
    map_causes: dict[Refusal, Cause] = {}
    nmo: Literal["I", "II", "III"] = "I"
    t3212: Annotated[int, whole(0, 255)] = 10
    nri_bits: Annotated[int, whole(0, 10)] = 0
    force_to_standby: bool = False
    cell_notification: bool = False
    unknown_mobiles: Literal["detach", "discard"] = "detach"
    ptmsi_reallocation: Literal["every update", "change of area"] = "change of area"
    network_name: str = ""
    network_name_short: str = ""
    page_by_imsi: bool = True
    capacity: Annotated[int, whole(1, 3_000_000)] = 3_000_000
    pdp_capacity: Annotated[int, whole(1, 3_000_000)] = 3_000_000
    ciphering: list[Cipher] = []
    transfer_causes: dict[TransferRefusal, Cause] = {}
    zones: dict[AreaCode, list[Annotated[int, whole(0, 0xFFFF)]]] = {}
    path_failure: Literal["keep", "delete"] = "keep"


class CellEntry(Section):
    """A cell: where it lies (TS 23.003 clause 4), the BVC that serves it (TS 48.018 5.4.1), and what it can take.

    The network mode of operation is that of the network unless the cell has its own. Rates are octets a second.
    """

    lac: Annotated[int, whole(1, 0xFFFD)]
    rac: Annotated[int, whole(0, 0xFF)]
    ci: Annotated[int, whole(0, 0xFFFF)]
    bvci: Annotated[int, whole(2, 0xFFFF)]
    nmo: Literal["I", "II", "III"] | None = None
    bucket: Annotated[int, whole(100, 6_553_500)] = 50_000
    rate: Annotated[int, whole(0, 819_187)] = 10_000
    mobile_bucket: Annotated[int, whole(100, 6_553_500)] = 10_000
    mobile_rate: Annotated[int, whole(0, 819_187)] = 4_000
    backlog: Annotated[int, whole(0, 1_000_000)] = 100_000


class Element(Section):
    """What every network element has: an IPv4 address for captures, and timers that differ in it alone."""

    address: Ipv4
    timers: Durations = {}


class SignallingPoint(Element):
    """A network element that speaks over SCCP: its number (E.164), and its 14-bit SS7 point code."""

    gt: Number
    point_code: Annotated[int, whole(1, 0x3FFF)]


class MsEntry(Element):
    """A population of mobiles; ``subscribers.yaml`` says which."""

    role: Literal["ms"]


class BssEntry(Element):
    """A BSS, its SGSN, further SGSNs of a pool, its MSC/VLR if it has one, and its cells by name.

    It has a point code if it speaks to an MSC, and a network service entity identifier (TS 48.016 6.2.3). With
    ``ip_sns`` it and its SGSNs tell each other their addresses before anything else (48.016 7.4b).
    """

    role: Literal["bss"]
    sgsn: Name
    point_code: Annotated[int, whole(1, 0x3FFF)] | None = None
    nsei: Annotated[int, whole(0, 0xFFFF)] = 1
    ask_capability: bool = False
    ip_sns: bool = False
    pool: list[Name] = []
    vlr: Name | None = None
    cells: dict[Name, CellEntry]


class SgsnEntry(SignallingPoint):
    """An SGSN, the EIR that it asks (without one it does not check equipment), and its NRI in a pool."""

    role: Literal["sgsn"]
    eir: Name | None = None
    nri: Annotated[int, whole(0, 1023)] = 0


class HlrEntry(SignallingPoint):
    """An HLR, the beginnings of the IMSIs that it serves, and of the numbers of SGSNs at home (none: all are)."""

    role: Literal["hlr"]
    imsi_prefixes: list[Annotated[str, digits(1, 15)]]
    home: list[Annotated[str, digits(1, 15)]] = []


class EirEntry(SignallingPoint):
    """An EIR: colours by the beginning of the IMEI, and the colour of all others."""

    role: Literal["eir"]
    lists: dict[Annotated[str, digits(1, 14)], Colour] = {}
    otherwise: Colour = "white"


class VlrEntry(SignallingPoint):
    """An MSC/VLR, the EIR that it asks about equipment and when (:class:`nodes.vlr.config.VlrConfig`), its security.

    ``ciphering`` lists what it permits, the best first; A5/0 is none.
    """

    role: Literal["vlr"]
    eir: Name | None = None
    check_imei: Literal["early", "late"] = "late"
    authentication: Literal["required", "optional"] = "required"
    ciphering: list[A5] = [0]
    tmsi: bool = True


class QosEntry(Section):
    """Quality of service of release 97 (TS 24.008 10.5.6.5); what is not told is best effort."""

    delay_class: Annotated[int, whole(1, 4)] = 4
    reliability_class: Annotated[int, whole(1, 5)] = 3
    peak_throughput: Annotated[int, whole(1, 9)] = 4
    precedence_class: Annotated[int, whole(1, 3)] = 2
    mean_throughput: Annotated[int, whole(1, 31)] = 31

    @property
    def octets(self) -> bytes:
        """The three octets of the element's value."""
        second = self.peak_throughput << 4 | self.precedence_class
        return bytes((self.delay_class << 3 | self.reliability_class, second, self.mean_throughput))


class AccessPointEntry(Section):
    """An access point (:class:`nodes.ggsn.config.AccessPoint`); static addresses are those of the subscribers.

    ``qos`` is the most that it grants; without it, whatever is asked for.
    """

    pools: list[Pool] = []
    dns: list[HostAddress] = []
    network_requested: bool = True
    qos: QosEntry | None = None
    inactivity: Duration | None = None


class GgsnEntry(SignallingPoint):
    """A GGSN, the packet data network behind it, and its access points by APN."""

    role: Literal["ggsn"]
    pdn: Name | None = None
    capacity: Annotated[int, whole(1, 1_000_000)] = 1_000_000
    access_points: dict[AccessPointName, AccessPointEntry] = {}


class PdnEntry(Element):
    """A packet data network, and the addresses from which its operators ping and send."""

    role: Literal["pdn"]
    hosts: list[HostAddress] = []


NodeEntry = MsEntry | BssEntry | SgsnEntry | HlrEntry | EirEntry | VlrEntry | GgsnEntry | PdnEntry
Role = Literal["hlr", "eir", "vlr", "pdn", "ggsn", "sgsn", "bss", "ms"]


class Topology(Section):
    """``lab.yaml``: the laboratory, its network, and the network's elements by name."""

    lab: Name = "lab"
    plmn: Network
    notes: NoteLevel = "off"
    policies: Policies = Policies()
    nodes: dict[Name, Annotated[NodeEntry, Field(discriminator="role")]]


# --- subscribers.yaml ---------------------------------------------------------------------------------------------


class ContextEntry(Section):
    """A subscribed PDP context: ``address`` is a static one, and ``*`` the APN that stands for any.

    ``ext_qos`` is ext-QoS-Subscribed of release 99 (TS 29.002 17.7.1). Without ``type``, the address tells it.
    """

    apn: Annotated[Apn, reads(_subscribed_apn, "an access point name such as internet, or *")]
    qos: QosEntry = QosEntry()
    ext_qos: Annotated[bytes, reads(_ext_qos, "2 to 18 hexadecimal digits of ext-QoS-Subscribed")] = b""
    type: Literal["ipv4", "ipv6"] | None = None
    address: Annotated[bytes | None, reads(_static_address, "an IPv4 or IPv6 address")] = None
    vplmn_address_allowed: bool = False

    @property
    def pdp_type(self) -> PdpTypeNumber:
        """The PDP type, IPv4 unless told otherwise."""
        told = self.type or ("ipv6" if self.address is not None and len(self.address) == 16 else "ipv4")
        return PdpTypeNumber.IPV6 if told == "ipv6" else PdpTypeNumber.IPV4

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.address is not None and len(self.address) != (16 if self.pdp_type is PdpTypeNumber.IPV6 else 4):
            _refuse(f"an address of the type {self.type}, or another type")
        return self


class MobileEntry(Section):
    """A subscriber's mobile: the ms node where it lives, the cell where it starts, its equipment, its card's SQN.

    ``mode`` is its GPRS mode of operation; a ``combined`` one attaches for packets and calls where it may;
    ``ready_timer`` is the READY timer that it asks for, ``rings`` how long a call rings before it is taken.
    """

    node: Name
    cell: Name
    imeisv: Annotated[Imeisv, reads(Imeisv, "16 digits")]
    highest_sqn: Annotated[int, whole(0, (1 << 48) - 1)] = 0
    mode: Literal["A", "B", "C"] = "B"
    combined: bool = False
    rings: Duration | None = None
    ready_timer: SentTimer | None = None


class SubscriberEntry(Section):
    """A subscriber: the card, what the HLR knows of it (nothing where not ``provisioned``), and the mobile if any."""

    imsi: Annotated[Imsi, reads(Imsi, "6 to 15 digits")]
    msisdn: Annotated[IsdnAddress, reads(lambda text: IsdnAddress(Gt(text)), "5 to 15 digits")]
    algorithm: Annotated[Algorithm, one_of({str(algorithm): algorithm for algorithm in Algorithm})]
    key: Annotated[bytes, octets(16)]
    opc: Annotated[bytes, octets(16)] = b""
    amf: Annotated[bytes, octets(2)] = b"\x80\x00"
    provisioned: bool = True
    gprs: bool = True
    circuit: bool = True
    roaming_allowed: bool = True
    barred: bool = False
    packet_services_barred: bool = False
    hplmn_ap_barred: bool = False
    vplmn_ap_barred: bool = False
    zones: Annotated[
        tuple[int, ...], reads(_zones, "up to 10 zone codes, each a number up to 65535, such as 1 20")
    ] = ()
    contexts: dict[ContextId, ContextEntry] = {}
    mobile: MobileEntry | None = None


# --- faults -------------------------------------------------------------------------------------------------------

_EXPECTED = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "bool_type": "true or false",
}


def first_fault(error: ValidationError, content: Any) -> tuple[list[object], str, object]:
    """The first fault found in ``content``: the keys that lead to it, what was expected there, and what is there."""
    fault = error.errors(include_url=False)[0]
    keys: list[object] = []
    there = content
    for key in fault["loc"]:
        if (isinstance(there, dict) and key in there) or (isinstance(there, list) and isinstance(key, int)):
            keys.append(key)
            there = there[key]  # type: ignore[index]  # both kinds are indexed by what pydantic found in them
        # Any other key is pydantic's own: the role that it chose a model by, or that the fault is in a key.
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return [*keys, fault["loc"][-1]], "a value", None
        case "unknown":
            return [*keys, context["key"]], context["expected"], there[context["key"]]
        case "union_tag_not_found" | "union_tag_invalid":
            return [*keys, "role"], f"one of {', '.join(get_args(Role))}", there.get("role")
        case "literal_error":
            return keys, context["expected"].replace("'", ""), fault["input"]
        case "unexpected":
            return keys, context["expected"], fault["input"]
        case kind:
            return keys, _EXPECTED[kind], fault["input"]
