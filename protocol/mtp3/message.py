"""Service information octet and routing label (Q.704 14.2, 2.2)."""

from dataclasses import dataclass
from typing import ClassVar, Self

from protocol.declare import OpenEnum
from protocol.errors import DecodeError


class ServiceIndicator(OpenEnum):
    """Which part of MTP's users a message is for (Q.704 14.2.1); four bits."""

    SIGNALLING_NETWORK_MANAGEMENT = 0
    SIGNALLING_NETWORK_TESTING = 1
    SIGNALLING_NETWORK_TESTING_SPECIAL = 2
    SCCP = 3
    TUP = 4
    ISUP = 5
    DUP_CALL = 6
    DUP_FACILITY = 7
    MTP_TESTING = 8
    BROADBAND_ISUP = 9
    SATELLITE_ISUP = 10
    AAL_TYPE_2 = 12
    BICC = 13
    GATEWAY_CONTROL = 14


class NetworkIndicator(OpenEnum):
    """Which network the point codes are of (Q.704 14.2.2); two bits."""

    INTERNATIONAL = 0
    SPARE_INTERNATIONAL = 1
    NATIONAL = 2
    RESERVED_NATIONAL = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mtp3Message:
    """MSU: take this, from the signalling point ``opc`` to ``dpc``; what has one ``sls`` stays in order.

    ``priority`` are the two spare bits of the service information octet, in which national networks tell a priority.
    """

    service_indicator: ServiceIndicator = ServiceIndicator.SCCP
    network_indicator: NetworkIndicator = NetworkIndicator.NATIONAL
    priority: int = 0
    dpc: int
    opc: int
    sls: int = 0
    payload: bytes

    protocol: ClassVar[str] = "mtp3"
    code: ClassVar[int | None] = None
    title: ClassVar[str] = "MSU"
    clause: ClassVar[str] = "2.2"

    @classmethod
    def decode(cls, octets: bytes) -> Self:
        """Read a service information octet, four octets of label with the least significant first, and the rest."""
        if len(octets) < 5:
            raise DecodeError(f"{len(octets)} octets are no head of an MTP message", at=len(octets))
        sio = octets[0]
        label = int.from_bytes(octets[1:5], "little")
        return cls(
            service_indicator=ServiceIndicator(sio & 15),
            network_indicator=NetworkIndicator(sio >> 6),
            priority=sio >> 4 & 3,
            dpc=label & 0x3FFF,
            opc=label >> 14 & 0x3FFF,
            sls=label >> 28,
            payload=octets[5:],
        )

    def encode(self) -> bytes:
        """The octets of the message. ValueError where a value does not fit."""
        for name, value, width in (
            ("service_indicator", self.service_indicator, 4),
            ("network_indicator", self.network_indicator, 2),
            ("priority", self.priority, 2),
            ("dpc", self.dpc, 14),
            ("opc", self.opc, 14),
            ("sls", self.sls, 4),
        ):
            if not 0 <= value < 1 << width:
                raise ValueError(f"{name} {int(value)} does not fit into {width} bits")
        sio = self.network_indicator << 6 | self.priority << 4 | self.service_indicator
        label = self.sls << 28 | self.opc << 14 | self.dpc
        return bytes([sio]) + label.to_bytes(4, "little") + self.payload


def decode(octets: bytes) -> Mtp3Message:
    """Read a signalling message from its service information octet on."""
    return Mtp3Message.decode(octets)
