"""What the configuration files may say: the models of ``lab.yaml``, ``subscribers.yaml`` and ``timers.yaml``.

Each model looks at its own keys only; what must agree between them is checked in :mod:`gprslab.config`.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from gprslab.bus.topics import check_name
from gprslab.strict_yaml import shown
from nodes.core.node import NoteLevel
from nodes.eir.config import Colour
from nodes.sgsn.config import MAP_CAUSES
from protocol.auth import Algorithm
from protocol.causes import GmmCause
from protocol.gmm.elements import GprsTimer
from protocol.identities import Apn, GsnAddress, Gt, Imeisv, Imsi, IsdnAddress, Plmn
from protocol.timers import SECOND, TIMERS

# --- values -------------------------------------------------------------------------------------------------------

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?(us|ms|s|min|h)")
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
        if len(text) != 2 * count:
            raise ValueError(text)
        return bytes.fromhex(text)

    return reads(read, f"{2 * count} hexadecimal digits")


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


def _map_cause(value: str) -> GmmCause:
    listed = {str(cause.value): cause for cause in GmmCause if not cause.is_reserved}
    if value not in listed:
        raise ValueError(value)
    return listed[value]


def _static_address(text: str) -> bytes:
    return ipaddress.IPv4Address(text).packed


Name = Annotated[str, reads(check_name, "a lower-case letter, then lower-case letters, digits and hyphens")]
Network = Annotated[Plmn, reads(Plmn.parse, "a network such as 001-01 (MCC-MNC)")]
Ipv4 = Annotated[GsnAddress, reads(lambda text: GsnAddress(ipaddress.IPv4Address(text)), "an IPv4 address")]
Number = Annotated[Gt, reads(Gt, "5 to 15 digits")]
Duration = Annotated[int, reads(_duration, "a duration from 1 ms to 1000 h, such as 500 ms, 6 s, 12 min or 2 h")]
TimerName = Annotated[str, PlainValidator(_timer_name)]
Durations = dict[TimerName, Duration]
SentTimer = Annotated[GprsTimer, reads(_gprs_timer, "0 to 31 times 2 s, 1 min or 6 min, or deactivated")]
MapRefusal = Annotated[str, reads(lambda text: list(MAP_CAUSES)[list(MAP_CAUSES).index(text)], " or ".join(MAP_CAUSES))]
MapCause = Annotated[GmmCause, reads(_map_cause, "the number of a GMM cause (TS 24.008 10.5.5.14)")]


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
    map_causes: dict[MapRefusal, MapCause] = {}


class CellEntry(Section):
    """A cell: where it lies (TS 23.003 clause 4), and the BVC that serves it (TS 48.018 5.4.1)."""

    lac: Annotated[int, whole(1, 0xFFFD)]
    rac: Annotated[int, whole(0, 0xFF)]
    ci: Annotated[int, whole(0, 0xFFFF)]
    bvci: Annotated[int, whole(2, 0xFFFF)]


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
    """A BSS, its SGSN, and its cells by name."""

    role: Literal["bss"]
    sgsn: Name
    cells: dict[Name, CellEntry]


class SgsnEntry(SignallingPoint):
    """An SGSN, and the EIR that it asks; without one it does not check equipment."""

    role: Literal["sgsn"]
    eir: Name | None = None


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
    """An MSC/VLR."""

    role: Literal["vlr"]


class GgsnEntry(SignallingPoint):
    """A GGSN."""

    role: Literal["ggsn"]


NodeEntry = MsEntry | BssEntry | SgsnEntry | HlrEntry | EirEntry | VlrEntry | GgsnEntry
Role = Literal["hlr", "eir", "vlr", "ggsn", "sgsn", "bss", "ms"]


class Topology(Section):
    """``lab.yaml``: the laboratory, its network, and the network's elements by name."""

    lab: Name = "lab"
    plmn: Network
    notes: NoteLevel = "off"
    policies: Policies = Policies()
    nodes: dict[Name, Annotated[NodeEntry, Field(discriminator="role")]]


# --- subscribers.yaml ---------------------------------------------------------------------------------------------


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


class ContextEntry(Section):
    """A subscribed PDP context; ``address`` is a static one."""

    apn: Annotated[Apn, reads(Apn, "an access point name such as internet")]
    qos: QosEntry = QosEntry()
    address: Annotated[bytes | None, reads(_static_address, "an IPv4 address")] = None


class MobileEntry(Section):
    """A subscriber's mobile: the ms node where it lives, the cell where it starts, its equipment, its card's SQN."""

    node: Name
    cell: Name
    imeisv: Annotated[Imeisv, reads(Imeisv, "16 digits")]
    highest_sqn: Annotated[int, whole(0, (1 << 48) - 1)] = 0


class SubscriberEntry(Section):
    """A subscriber: the card, what the HLR knows of it (nothing where not ``provisioned``), and the mobile if any."""

    imsi: Annotated[Imsi, reads(Imsi, "6 to 15 digits")]
    msisdn: Annotated[IsdnAddress, reads(lambda text: IsdnAddress(Gt(text)), "5 to 15 digits")]
    algorithm: Annotated[Algorithm, reads(Algorithm, f"one of {', '.join(Algorithm)}")]
    key: Annotated[bytes, octets(16)]
    opc: Annotated[bytes, octets(16)] = b""
    amf: Annotated[bytes, octets(2)] = b"\x80\x00"
    provisioned: bool = True
    gprs: bool = True
    roaming_allowed: bool = True
    barred: bool = False
    contexts: dict[Annotated[int, reads(lambda text: range(51)[int(text)] or _no(), "a context identifier from 1 to 50")], ContextEntry] = {}
    mobile: MobileEntry | None = None
