"""What an HLR is told, and how a subscriber is kept as a record.

The record ``subscriber/<imsi>`` overrides what the configuration says of that subscriber; an empty one says that the
subscriber is removed. Its octets, after the version: the algorithm's place in :data:`ALGORITHMS`; flags, of which bit 1
is the first of :data:`FLAGS` and bit 8 says that OPc is there; K; OPc; AMF; length and MSISDN as MAP codes it; then,
where there are any, the zone codes: zero, how many, and two octets each; then each PDP context: its number, flags
(bit 1 IPv6, bit 2 static address, bit 3 VPLMN address allowed), the R97 quality of service, the address, length and
the octets of ext-QoS-Subscribed, length and the APN as MAP codes it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.auth import BLOCK, Algorithm
from protocol.errors import DecodeError
from protocol.identities import Apn, Gt, Imsi, IsdnAddress
from protocol.map.packet import ExtQosSubscribed
from protocol.sm.pdp_address import PdpTypeNumber
from protocol.sm.quality_of_service import QualityOfService

RECORD_VERSION = 1
"""The first octet of a subscriber's record; there is no other yet."""

ALGORITHMS = (
    Algorithm.MILENAGE,
    Algorithm.GSM_MILENAGE,
    Algorithm.COMP128V1,
    Algorithm.COMP128V2,
    Algorithm.COMP128V3,
)
"""Algorithms by their number in a record."""

FLAGS = (
    "gprs",
    "circuit",
    "roaming_allowed",
    "barred",
    "packet_services_barred",
    "hplmn_ap_barred",
    "vplmn_ap_barred",
)
"""What is true or false of a subscriber, by bit in a record."""

HAS_OPC = 0x80

MOST_CONTEXTS = 50
"""PDP contexts of one subscriber (maxNumOfPDP-Contexts, TS 29.002 17.7.1); their numbers are as high at most."""

MOST_ZONES = 10
"""Zone codes of one subscriber (maxNumOfZoneCodes, TS 29.002 17.7.1)."""

MOST_APN = 63
"""Octets of an APN in MAP (TS 29.002 17.7.1)."""

ADDRESS_SIZES = {PdpTypeNumber.IPV4: 4, PdpTypeNumber.IPV6: 16}
"""Octets of a static address, by the PDP types that can be subscribed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdpSubscription:
    """One subscribed PDP context (TS 23.060 table 5).

    ``qos`` is the R97 value part, three octets; ``ext_qos`` ext-QoS-Subscribed of R99, empty or up to nine octets.
    ``address`` is a static one, of 4 or 16 octets by ``pdp_type``. The APN ``*`` is the wild card (TS 23.003 9.2).
    """

    context_id: int
    apn: Apn
    qos: bytes
    address: bytes | None = None
    pdp_type: PdpTypeNumber = PdpTypeNumber.IPV4
    ext_qos: bytes = b""
    vplmn_address_allowed: bool = False

    def to_octets(self) -> bytes:
        """The context in a record."""
        address, apn = self.address or b"", self.apn.to_octets()
        flags = (self.pdp_type is PdpTypeNumber.IPV6) | (bool(address) << 1) | (self.vplmn_address_allowed << 2)
        head = bytes((self.context_id, flags)) + self.qos + address
        return head + bytes((len(self.ext_qos),)) + self.ext_qos + bytes((len(apn),)) + apn

    def check(self) -> None:
        """Raise ValueError, with one line that says why, where no HLR could tell this to an SGSN."""
        size = ADDRESS_SIZES.get(self.pdp_type)
        if not 1 <= self.context_id <= MOST_CONTEXTS:
            raise ValueError(f"PDP context {self.context_id}: numbers are 1 to {MOST_CONTEXTS}")
        if size is None:
            raise ValueError(f"PDP context {self.context_id}: the type is IPv4 or IPv6")
        if self.address is not None and len(self.address) != size:
            raise ValueError(f"PDP context {self.context_id}: an address of {size} octets, not {len(self.address)}")
        if len(self.apn.to_octets()) > MOST_APN:
            raise ValueError(f"PDP context {self.context_id}: an APN has at most {MOST_APN} octets here")
        try:
            if len(self.qos) != 3 or len(self.ext_qos) > 9:
                raise DecodeError("wrong length")
            QualityOfService.from_octets(self.qos)
            if self.ext_qos:
                ExtQosSubscribed.from_octets(self.ext_qos)
        except DecodeError as error:
            raise ValueError(f"PDP context {self.context_id}: quality of service: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A subscriber as provisioned: card and services. ``amf`` is the authentication management field, two octets.

    ``gprs`` False: known, but without a GPRS subscription; ``circuit`` False: for packets only. ``roaming_allowed``
    False: refused in every SGSN and VLR that is not of the home network. Operator determined barring (TS 23.015):
    ``barred`` is refused everywhere; ``packet_services_barred`` may attach, but not use packet services;
    ``hplmn_ap_barred`` and ``vplmn_ap_barred`` bar access points of the home and of the visited network to a roamer.
    ``zones``: where there are any, the subscriber may be served in these alone (TS 23.003 4.4).
    """

    imsi: Imsi
    msisdn: IsdnAddress
    algorithm: Algorithm
    key: bytes
    opc: bytes
    amf: bytes = b"\x80\x00"
    gprs: bool = True
    circuit: bool = True
    roaming_allowed: bool = True
    barred: bool = False
    packet_services_barred: bool = False
    hplmn_ap_barred: bool = False
    vplmn_ap_barred: bool = False
    zones: tuple[int, ...] = ()
    contexts: tuple[PdpSubscription, ...] = ()

    def to_octets(self) -> bytes:
        """The record, which does not hold the IMSI: that is its key."""
        flags = sum(getattr(self, name) << bit for bit, name in enumerate(FLAGS)) | (HAS_OPC if self.opc else 0)
        number = self.msisdn.to_octets()
        head = bytes((RECORD_VERSION, ALGORITHMS.index(self.algorithm), flags)) + self.key + self.opc + self.amf
        zones = b"".join(zone.to_bytes(2, "big") for zone in self.zones)
        regional = bytes((0, len(self.zones))) + zones if zones else b""
        contexts = (context.to_octets() for context in self.contexts)
        return b"".join((head, bytes((len(number),)), number, regional, *contexts))

    @classmethod
    def from_octets(cls, imsi: str, octets: bytes) -> Self:
        """Read the record of the subscriber ``imsi``; DecodeError where it is none. Contents: :meth:`check`."""
        try:
            if octets[0] != RECORD_VERSION:
                raise DecodeError(f"version {octets[0]} of a subscriber's record is not known")
            algorithm, flags = ALGORITHMS[octets[1]], octets[2]
            p = 3 + BLOCK
            opc = octets[p : p + BLOCK] if flags & HAS_OPC else b""
            p += len(opc)
            end = p + 3 + octets[p + 2]
            if end > len(octets):
                raise DecodeError("a subscriber's record that breaks off", at=len(octets))
            zones, contexts_at = _zones(octets, end)
            told: dict[str, Any] = {name: bool(flags >> bit & 1) for bit, name in enumerate(FLAGS)}
            subscriber = cls(
                imsi=Imsi(imsi),
                msisdn=IsdnAddress.from_octets(octets[p + 3 : end]),
                algorithm=algorithm,
                key=octets[3 : 3 + BLOCK],
                opc=opc,
                amf=octets[p : p + 2],
                zones=zones,
                contexts=contexts_of(octets[contexts_at:]),
                **told,
            )
        except (IndexError, ValueError) as error:
            raise DecodeError(f"no record of a subscriber: {error}") from None
        return subscriber

    def check(self) -> None:
        """Raise ValueError, with one line that says why, where an HLR cannot serve such a subscriber."""
        if len(self.key) != BLOCK or len(self.opc) not in (0, BLOCK) or len(self.amf) != 2:
            raise ValueError("K and OPc have 16 octets, AMF two")
        if not self.opc and self.algorithm in (Algorithm.MILENAGE, Algorithm.GSM_MILENAGE):
            raise ValueError(f"{self.algorithm} needs OPc")
        if not self.msisdn.nature_and_plan & 0x80:
            raise ValueError("the nature of the MSISDN is not told")
        Gt(self.msisdn.digits)
        if len(self.zones) > MOST_ZONES or len(set(self.zones)) != len(self.zones):
            raise ValueError(f"zone codes are {MOST_ZONES} at most, each once")
        if not all(0 <= zone <= 0xFFFF for zone in self.zones):
            raise ValueError("a zone code has two octets")
        check_contexts(self.contexts)


@lru_cache(maxsize=1024)
def check_contexts(contexts: tuple[PdpSubscription, ...]) -> None:
    """Raise ValueError where these cannot be the PDP contexts of a subscriber; many have the same."""
    numbers = [context.context_id for context in contexts]
    if numbers != sorted(set(numbers)):
        raise ValueError("PDP contexts stand by number, each once")
    for context in contexts:
        context.check()


def _zones(octets: bytes, p: int) -> tuple[tuple[int, ...], int]:
    """The zone codes of a record, if they stand at ``p``; and what stands behind them."""
    if octets[p : p + 1] != b"\0":
        return (), p
    number, p = octets[p + 1], p + 2
    end = p + 2 * number
    if not number or end > len(octets):
        raise DecodeError("zone codes that break off", at=p)
    return tuple(int.from_bytes(octets[at : at + 2], "big") for at in range(p, end, 2)), end


@lru_cache(maxsize=1024)
def contexts_of(octets: bytes) -> tuple[PdpSubscription, ...]:
    """The PDP contexts at the end of a record; many subscribers have the same."""
    contexts = []
    p = 0
    while p < len(octets):
        number, flags = octets[p], octets[p + 1]
        if flags > 7:
            raise DecodeError("reserved flags of a PDP context", at=p + 1)
        pdp_type = PdpTypeNumber.IPV6 if flags & 1 else PdpTypeNumber.IPV4
        address_at = p + 5
        ext_at = address_at + (ADDRESS_SIZES[pdp_type] if flags & 2 else 0)
        apn_at = ext_at + 1 + octets[ext_at]
        end = apn_at + 1 + octets[apn_at]
        contexts.append(
            PdpSubscription(
                context_id=number,
                apn=Apn.from_octets(octets[apn_at + 1 : end]),
                qos=octets[p + 2 : address_at],
                address=octets[address_at:ext_at] if flags & 2 else None,
                pdp_type=pdp_type,
                ext_qos=octets[ext_at + 1 : apn_at],
                vplmn_address_allowed=bool(flags & 4),
            )
        )
        p = end
    if p != len(octets):
        raise DecodeError("a subscriber's record that breaks off", at=len(octets))
    return tuple(contexts)


@lru_cache(maxsize=4096)
def subscriber_of(imsi: str, octets: bytes) -> Subscriber:
    """The subscriber of a record; those last asked for are at hand."""
    return Subscriber.from_octets(imsi, octets)


@dataclass(frozen=True, slots=True, kw_only=True)
class HlrConfig(NodeConfig):
    """An HLR: its number, the routes to its peers, and its subscribers.

    ``home`` lists the number prefixes of SGSNs and VLRs of the home network (empty: all are).
    """

    number: Gt
    routes: dict[Gt, tuple[Name, Interface]]
    subscribers: tuple[Subscriber, ...]
    home: tuple[str, ...] = ()
