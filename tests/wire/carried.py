"""Messages whose carriers hold PDUs that an oracle can read: it looks into what is carried."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any, Final
from zlib import crc32

from protocol.bssap_plus import DownlinkTunnelRequest, UplinkTunnelRequest
from protocol.bssap_plus.elements import TomProtocolDiscriminator, TunnelPayload
from protocol.bssgp import DlUnitdata, PerformLocationResponse, PositionCommand, PositionResponse, UlUnitdata
from protocol.bssmap import CipherModeComplete, CompleteLayer3Information, Dtap
from protocol.cc import CcMessage
from protocol.gtp import ForwardRelocationRequest, ForwardRelocationResponse, GtpMessage, TPdu
from protocol.ip import (
    EchoReplyV6,
    EchoRequest,
    EchoRequestV6,
    IpProtocol,
    Ipv4,
    Ipv6,
    RouterAdvertisement,
    RouterSolicitation,
    Udp,
)
from protocol.llc import IFrame, UiFrame
from protocol.llc.frame import Sapi
from protocol.m3ua import Data, InfoString, M3uaMessage
from protocol.mtp3 import ServiceIndicator
from protocol.ns import NsStatus, NsUnitdata
from protocol.rr import SystemInformationType4
from protocol.rr.channels import ChannelDescription, Hopping
from protocol.sccp import Address, GlobalTitle, NatureOfAddress, NumberingPlan, ProtocolClass, SccpMessage, Udt
from protocol.sndcp import SnData, SnUnitdata
from protocol.sndcp.messages import UNCOMPRESSED, FirstSegment
from tests.wire.oracle import V6

ECHO = EchoRequest(identifier=1, payload=b"abcdefgh").encode()
PACKET = Ipv4(
    protocol_number=IpProtocol.ICMP, source=IPv4Address("10.1.2.3"), destination=IPv4Address("10.9.8.7"), payload=ECHO
).encode()

IDENTITY_REQUEST: Final = bytes.fromhex("081501")
"""GMM: down, for the IMSI."""

IDENTITY_RESPONSE: Final = bytes.fromhex("0816084a09512430325781")
"""GMM: up."""

MM_IDENTITY_REQUEST: Final = bytes.fromhex("051801")

CIPHERING_MODE_COMPLETE: Final = bytes.fromhex("0632")

CP_ACK: Final = bytes.fromhex("0904")
"""The shortest message of SMS (TS 24.011 7.2.2)."""

TOM_ENVELOPE: Final = bytes.fromhex("0000")
"""TS 44.064 annex B: a discriminator that names no protocol, no remaining header, one octet of a message."""

BVC_BLOCK: Final = bytes.fromhex("200482000207810a")

NS_ALIVE: Final = bytes.fromhex("0a")

RRLP_ACK: Final = bytes.fromhex("26")
"""TS 44.031: reference number 1, assistance data ACK."""

TO_TARGET_RNC: Final = bytes.fromhex("000002010200")
"""TS 25.413 9.2.1.28: Source RNC to Target RNC Transparent Container, as pycrate writes a short one."""

TO_SOURCE_RNC: Final = bytes.fromhex("00020102")
"""TS 25.413 9.2.1.30: the other way."""

TC_BEGIN: Final = bytes.fromhex("6206480411223344")
"""Q.773: a dialogue without portion and components."""

UDT: Final = Udt(called=Address(ssn=6), calling=Address(ssn=149), payload=TC_BEGIN).encode()

ELLIPSOID_POINT: Final = bytes.fromhex("00400000200000")
"""TS 23.032 7.3.1."""

TOM = (Sapi.TOM2, Sapi.TOM8)
USER = (Sapi.LL3, Sapi.LL5, Sapi.LL9, Sapi.LL11)


def layer_3(*, up: bool) -> bytes:
    """A message of mobility management."""
    return IDENTITY_RESPONSE if up else IDENTITY_REQUEST


def n_pdu_segment(*, acknowledged: bool) -> bytes:
    """The first and only segment of a packet."""
    if acknowledged:
        return SnData(nsapi=5, first_segment=FirstSegment(n_pdu_number=1), payload=PACKET).encode()
    return SnUnitdata(nsapi=5, compression=UNCOMPRESSED, segment_number=0, n_pdu_number=1, payload=PACKET).encode()


def in_frame(sapi: Sapi, *, up: bool, acknowledged: bool) -> bytes | None:
    """What an LLC frame of a service access point carries."""
    if sapi is Sapi.LLGMM:
        return layer_3(up=up)
    if sapi is Sapi.LLSMS:
        return CP_ACK
    if sapi in TOM:
        return TOM_ENVELOPE
    return n_pdu_segment(acknowledged=acknowledged) if sapi in USER else None


def fitting(message: Any) -> Any:
    """The message, with a whole PDU in the field that is for one."""
    match message:
        case UiFrame(encrypted=False) | IFrame():
            whole = in_frame(message.sapi, up=not message.command, acknowledged=isinstance(message, IFrame))
            return message if whole is None else message.replace(information=whole)
        case SnUnitdata():
            return segment(message)
        case SnData() if message.compression is UNCOMPRESSED:
            return message.replace(payload=PACKET)
        case SystemInformationType4(cbch_mobile_allocation=None) if hops(message.cbch_channel_description):
            return message.replace(cbch_channel_description=None)  # 9.1.36.2: where it hops, the allocation is there
        case PerformLocationResponse(location_estimate=bytes()):
            return message.replace(location_estimate=ELLIPSOID_POINT)
        case NsUnitdata():
            return message.replace(sdu=BVC_BLOCK)
        case NsStatus(ns_pdu=bytes()):
            return message.replace(ns_pdu=NS_ALIVE)
        case UlUnitdata() | DlUnitdata():
            up = isinstance(message, UlUnitdata)
            frame = UiFrame(sapi=Sapi.LLGMM, command=not up, nu=7, information=layer_3(up=up))
            return message.replace(llc_pdu=frame.encode())
        case PositionCommand():
            return message.replace(rrlp_apdu=RRLP_ACK)
        case PositionResponse(rrlp_apdu=bytes()):
            return message.replace(rrlp_apdu=RRLP_ACK)
        case DownlinkTunnelRequest(downlink_tunnel_payload_control_and_info=tunnel):
            return message.replace(downlink_tunnel_payload_control_and_info=tunnelled(tunnel))
        case UplinkTunnelRequest(uplink_tunnel_payload_control_and_info=tunnel):
            return message.replace(uplink_tunnel_payload_control_and_info=tunnelled(tunnel))
        case ForwardRelocationRequest():
            return message.replace(utran_transparent_container=TO_TARGET_RNC, sequence_number=1)
        case ForwardRelocationResponse(utran_transparent_container=bytes()):
            return message.replace(utran_transparent_container=TO_SOURCE_RNC, sequence_number=1)
        case TPdu():
            return message.replace(payload=PACKET, sequence_number=7)
        case GtpMessage():
            return message.replace(sequence_number=message.teid & 0xFFFF)
        case SccpMessage():
            return on_sccp(message)
        case CcMessage():
            return message.replace(**{name: told for name, told in OPAQUE_CC.items() if getattr(message, name, None)})
        case M3uaMessage():
            return on_m3ua(message)
        case EchoRequestV6() | EchoReplyV6() | RouterSolicitation() | RouterAdvertisement():
            return message.summed(V6, V6)
        case Udp():
            return message.replace(
                source_port=40000, destination_port=40001, checksum=0, payload=b"hello", trailing=b""
            )
        case CompleteLayer3Information():
            return message.replace(layer_3_information=MM_IDENTITY_REQUEST)
        case CipherModeComplete(layer_3_message_contents=bytes()):
            return message.replace(layer_3_message_contents=CIPHERING_MODE_COMPLETE)
        case Dtap():
            return message.replace(message=MM_IDENTITY_REQUEST)
        case Ipv4():
            return message.replace(protocol_number=IpProtocol.ICMP, payload=ECHO, trailing=b"", time_to_live=64)
        case Ipv6():
            return message.replace(next_header=IpProtocol.NO_NEXT_HEADER, payload=b"", trailing=b"")
        case _:
            return message


def segment(message: SnUnitdata) -> SnUnitdata:
    """With a packet, if it is a first segment; others have other numbers, lest tshark takes them for what follows."""
    if message.compression is None:
        number = message.n_pdu_number | 1
        return message.replace(segment_number=message.segment_number or 1, n_pdu_number=number)
    payload = PACKET if message.compression is UNCOMPRESSED else message.payload
    return message.replace(n_pdu_number=message.n_pdu_number & ~1, payload=payload)


def hops(channel: ChannelDescription | None) -> bool:
    """Whether a channel is on several frequencies."""
    return channel is not None and isinstance(channel.frequency, Hopping)


INVOKE: Final = bytes.fromhex("a106020101020110")
"""TS 24.080 3.6: a component without argument."""

SPEECH: Final = bytes.fromhex("60020081")

OPAQUE_CC: Final = {
    "facility": INVOKE,
    "facility_ccbs_recall_alignment_not_essential": INVOKE,
    "facility_ccbs_advanced_recall_alignment": INVOKE,
    "user_user": b"\x04hello",
    "bearer_capability": SPEECH,
    "bearer_capability_1": SPEECH,
    "bearer_capability_2": SPEECH,
    "backup_bearer_capability": SPEECH,
    "supported_codecs": bytes.fromhex("04021f00"),
    "low_layer_compatibility_1": bytes.fromhex("8890"),
    "low_layer_compatibility_2": bytes.fromhex("8890"),
    "high_layer_compatibility_1": bytes.fromhex("9181"),
    "high_layer_compatibility_2": bytes.fromhex("9181"),
}
"""What elements hold that are opaque to us (TS 24.008 10.5.4)."""

TITLES = (
    GlobalTitle("999010000003"),
    GlobalTitle("99901000003", indicator=1),
    GlobalTitle("", indicator=2, octets=bytes.fromhex("9909010000")),
    GlobalTitle("262011234567890", indicator=3, numbering_plan=NumberingPlan.E214),
    GlobalTitle("4917200000", translation_type=9, nature_of_address=NatureOfAddress.NATIONAL),
)
"""Global titles of every indicator."""

ADDRESSES = (
    Address(ssn=6),
    Address(ssn=149, point_code=301),
    *(Address(ssn=8, title=title) for title in TITLES),
    Address(ssn=7, title=TITLES[0], point_code=0x3FFF, route_on_ssn=True),
    Address(title=TITLES[0]),
)


def on_sccp(message: Any) -> Any:
    """With addresses, a protocol class and data that have sense."""
    changes: dict[str, Any] = {}
    for number, (name, value) in enumerate(message.present()):
        if isinstance(value, Address):
            changes[name] = ADDRESSES[(crc32(value.to_octets()) + number) % len(ADDRESSES)]
        elif name == "payload":
            changes[name] = TC_BEGIN
        elif isinstance(value, ProtocolClass):
            changes[name] = ProtocolClass(value & 0x81 if hasattr(message, "calling") and message.code > 2 else 2)
    return message.replace(**changes)


def on_m3ua(message: Any) -> Any:
    """With a text that can be printed, and a message of SCCP."""
    if getattr(message, "info_string", None) is not None:
        return message.replace(info_string=InfoString("in service"))
    if isinstance(message, Data):
        label = message.protocol_data
        data = replace(
            label, service_indicator=ServiceIndicator.SCCP, payload=UDT, opc=label.opc & 0x3FFF, dpc=label.dpc & 0x3FFF
        )
        return message.replace(protocol_data=data)
    return message


def tunnelled(tunnel: TunnelPayload) -> TunnelPayload:
    """With an RRLP message, where it says so."""
    is_rrlp = tunnel.control.tom_protocol_discriminator is TomProtocolDiscriminator.RRLP
    return TunnelPayload(tunnel.control, RRLP_ACK) if is_rrlp else tunnel
