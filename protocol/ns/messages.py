"""Messages of the network service on Gb (TS 48.016 9.2, 9.3), in the clause's order."""

from typing import Annotated

from protocol.causes import NsCause
from protocol.layout import TV, GbTLV, Message, Rules, V, When, find_end
from protocol.ns.elements import (
    NO_CHANGE_OF_FLOW,
    AddressTV,
    EndFlag,
    Ip4Elements,
    Ip6Elements,
    IpAddress,
    ResetFlag,
    SduControlBits,
)

LONGEST = 0x7FFF
"""What two octets of length can tell."""


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element: all are TLV (10.1.1)."""
    return find_end(d, p + 1, 0)


class NsMessage(Message):
    """A PDU of the network service; what is wrong with one is answered by NS-STATUS, or by SNS-ACK (clause 8)."""

    protocol = "ns"
    rules = Rules(
        unknown_message=NsCause.PROTOCOL_ERROR_UNSPECIFIED,
        missing_mandatory=NsCause.MISSING_ESSENTIAL_IE,
        invalid_mandatory=NsCause.INVALID_ESSENTIAL_IE,
        unknown=unknown,
        missing_conditional=NsCause.MISSING_ESSENTIAL_IE,
        invalid_conditional=NsCause.INVALID_ESSENTIAL_IE,
        any_order=True,
        longer=True,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


# --- network service control (9.2) -------------------------------------------------------------------------------


class NsAlive(NsMessage, code=0x0A, title="NS-ALIVE", clause="9.2.1"):
    """Either → the other: this NS-VC is tested; say that you are there."""


class NsAliveAck(NsMessage, code=0x0B, title="NS-ALIVE-ACK", clause="9.2.2"):
    """Either → the other: I am."""


class NsBlock(NsMessage, code=0x04, title="NS-BLOCK", clause="9.2.3"):
    """Either → the other: send no more on this NS-VC."""

    cause: Annotated[NsCause, GbTLV(0x00, 1)]
    ns_vci: Annotated[int, GbTLV(0x01, 2)]


class NsBlockAck(NsMessage, code=0x05, title="NS-BLOCK-ACK", clause="9.2.4"):
    """Either → the other: this NS-VC is blocked."""

    ns_vci: Annotated[int, GbTLV(0x01, 2)]


class NsReset(NsMessage, code=0x02, title="NS-RESET", clause="9.2.5"):
    """Either → the other: forget what you know of this NS-VC; it belongs to this network service entity."""

    cause: Annotated[NsCause, GbTLV(0x00, 1)]
    ns_vci: Annotated[int, GbTLV(0x01, 2)]
    nsei: Annotated[int, GbTLV(0x04, 2)]


class NsResetAck(NsMessage, code=0x03, title="NS-RESET-ACK", clause="9.2.6"):
    """Either → the other: this NS-VC is reset."""

    ns_vci: Annotated[int, GbTLV(0x01, 2)]
    nsei: Annotated[int, GbTLV(0x04, 2)]


class NsStatus(NsMessage, code=0x08, title="NS-STATUS", clause="9.2.7"):
    """Either → the other: I got something that I cannot take, and this is why."""

    cause: Annotated[NsCause, GbTLV(0x00, 1)]
    ns_vci: Annotated[int | None, GbTLV(0x01, 2), When("the cause is: NS-VC blocked, or NS-VC unknown")] = None
    ns_pdu: Annotated[
        bytes | None, GbTLV(0x02, 0, LONGEST), When("the cause is that a PDU is in error, or does not fit the state")
    ] = None
    bvci: Annotated[int | None, GbTLV(0x03, 2), When("the cause is: BVCI unknown on that NSE")] = None
    list_of_ip4_elements: Annotated[
        Ip4Elements | None, GbTLV(0x05, 0, LONGEST), When("the cause is about an endpoint with an IPv4 address")
    ] = None
    list_of_ip6_elements: Annotated[
        Ip6Elements | None, GbTLV(0x06, 0, LONGEST), When("the cause is about an endpoint with an IPv6 address")
    ] = None


class NsUnblock(NsMessage, code=0x06, title="NS-UNBLOCK", clause="9.2.8"):
    """Either → the other: this NS-VC may be used again."""


class NsUnblockAck(NsMessage, code=0x07, title="NS-UNBLOCK-ACK", clause="9.2.9"):
    """Either → the other: this NS-VC is in use."""


class NsUnitdata(NsMessage, code=0x00, title="NS-UNITDATA", clause="9.2.10"):
    """Either → the other: a BSSGP PDU of this BVC; BVCI 0 is signalling."""

    sdu_control_bits: Annotated[SduControlBits, V(1)] = NO_CHANGE_OF_FLOW
    bvci: Annotated[int, V(2)]
    sdu: Annotated[bytes, V(0, LONGEST)]


# --- sub-network service control, where the subnetwork is IP (9.3) -----------------------------------------------

OF_IP4 = When("the sender has, or names, endpoints with an IPv4 address")
OF_IP6 = When("the sender has, or names, endpoints with an IPv6 address")


class SnsAck(NsMessage, code=0x0C, title="SNS-ACK", clause="9.3.1"):
    """Either → the other: the change with this number is made; or is not, for this cause."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    transaction_id: Annotated[int, V(1)]
    cause: Annotated[NsCause | None, GbTLV(0x00, 1), When("the change is not made")] = None
    ip_address: Annotated[IpAddress | None, AddressTV(0x0B), When("the cause is: unknown IP address")] = None
    list_of_ip4_elements: Annotated[Ip4Elements | None, GbTLV(0x05, 0, LONGEST), OF_IP4] = None
    list_of_ip6_elements: Annotated[Ip6Elements | None, GbTLV(0x06, 0, LONGEST), OF_IP6] = None


class SnsAdd(NsMessage, code=0x0D, title="SNS-ADD", clause="9.3.2"):
    """Either → the other: I have these endpoints, too."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    transaction_id: Annotated[int, V(1)]
    list_of_ip4_elements: Annotated[Ip4Elements | None, GbTLV(0x05, 0, LONGEST), OF_IP4] = None
    list_of_ip6_elements: Annotated[Ip6Elements | None, GbTLV(0x06, 0, LONGEST), OF_IP6] = None


class SnsChangeWeight(NsMessage, code=0x0E, title="SNS-CHANGEWEIGHT", clause="9.3.3"):
    """Either → the other: these endpoints take another part from now on."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    transaction_id: Annotated[int, V(1)]
    list_of_ip4_elements: Annotated[Ip4Elements | None, GbTLV(0x05, 0, LONGEST), OF_IP4] = None
    list_of_ip6_elements: Annotated[Ip6Elements | None, GbTLV(0x06, 0, LONGEST), OF_IP6] = None


class SnsConfig(NsMessage, code=0x0F, title="SNS-CONFIG", clause="9.3.4"):
    """Either → the other: these are my endpoints."""

    end_flag: Annotated[EndFlag, V(1)]
    nsei: Annotated[int, GbTLV(0x04, 2)]
    list_of_ip4_elements: Annotated[Ip4Elements | None, GbTLV(0x05, 0, LONGEST), OF_IP4] = None
    list_of_ip6_elements: Annotated[Ip6Elements | None, GbTLV(0x06, 0, LONGEST), OF_IP6] = None


class SnsConfigAck(NsMessage, code=0x10, title="SNS-CONFIG-ACK", clause="9.3.5"):
    """Either → the other: I know your endpoints; or do not take them, for this cause."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[NsCause | None, GbTLV(0x00, 1), When("the configuration is not taken")] = None


class SnsDelete(NsMessage, code=0x11, title="SNS-DELETE", clause="9.3.6"):
    """Either → the other: these endpoints, or all of this address, are no longer mine."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    transaction_id: Annotated[int, V(1)]
    ip_address: Annotated[IpAddress | None, AddressTV(0x0B), When("all endpoints of an address are deleted")] = None
    list_of_ip4_elements: Annotated[Ip4Elements | None, GbTLV(0x05, 0, LONGEST), OF_IP4] = None
    list_of_ip6_elements: Annotated[Ip6Elements | None, GbTLV(0x06, 0, LONGEST), OF_IP6] = None


class SnsSize(NsMessage, code=0x12, title="SNS-SIZE", clause="9.3.7"):
    """BSS → SGSN: so many NS-VCs and endpoints I can do."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    reset_flag: Annotated[ResetFlag, TV(0x0A, 1)]
    maximum_number_of_ns_vcs: Annotated[int, TV(0x07, 2)]
    number_of_ip4_endpoints: Annotated[int | None, TV(0x08, 2), When("the sender can do IPv4")] = None
    number_of_ip6_endpoints: Annotated[int | None, TV(0x09, 2), When("the sender can do IPv6")] = None


class SnsSizeAck(NsMessage, code=0x13, title="SNS-SIZE-ACK", clause="9.3.8"):
    """SGSN → BSS: that suits me; or does not, for this cause."""

    nsei: Annotated[int, GbTLV(0x04, 2)]
    cause: Annotated[NsCause | None, GbTLV(0x00, 1), When("the size is not taken")] = None
