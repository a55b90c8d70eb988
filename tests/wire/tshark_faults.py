"""What tshark 4.0.17 wrongly says of our messages, and why it is wrong; what it calls them where that is another name.

An entry that no longer occurs is stale, and a test says so.
"""

from dataclasses import dataclass
from typing import Any, Final

from protocol import bssap_plus, bssgp, bssmap, cc, gmm, gtp, ip, layout, llc, m3ua, ns, rr, sccp, sm, sndcp

EXTRANEOUS: Final = "Extraneous Data, dissector bug or later version spec(report to wireshark.org)"
MALFORMED: Final = "Malformed Packet (Exception occurred); malformed"
ADVICE: Final = (
    "Ext Maximum bit rate for downlink: Use the value in octet 9; "
    "Ext Guaranteed bit rate for downlink: Use the value in octet 13"
)


@dataclass(frozen=True)
class OracleFault:
    """Messages to which tshark objects, in its words, and why it is wrong; ``blind``: it reads no further."""

    classes: tuple[Any, ...]
    words: str
    why: str
    blind: bool = False


@dataclass(frozen=True)
class FieldFault:
    """Messages of which tshark shows other values in some fields, and why it is wrong."""

    classes: tuple[Any, ...]
    fields: tuple[str, ...]
    why: str


ORACLE_FAULTS = (
    OracleFault(
        tuple(cls for cls in layout.messages(cc.CcMessage) if any(field.type is cc.Cause for field in cls.fields)),
        EXTRANEOUS,
        "24.008 10.5.4.11: the cause stands behind octet 3a; tshark ends the element before it, or before diagnostics",
    ),
    OracleFault(
        (gmm.RoutingAreaUpdateAccept, gmm.RoutingAreaUpdateComplete),
        "Extraneous Data, dissector bug or later version spec (report to wireshark.org)",
        "24.008 10.5.5.11: a pair of NSAPI and N-PDU number has 12 bits; tshark takes the second pair from wrong bits",
    ),
    OracleFault(
        (rr.ChannelRelease,),
        EXTRANEOUS,
        "44.018 9.1.7: group channel description and group cipher key number (Rel-4, Rel-6) are unknown to tshark",
        blind=True,
    ),
    OracleFault(
        (rr.ChannelRelease,),
        "IE under-runs stated length",
        "44.018 10.5.2.1d: BA list pref is filled up with spare bits to whole octets; tshark wants one less",
    ),
    OracleFault(
        (rr.ChannelRelease,),
        "IE under-runs stated length; IE under-runs stated length",
        "44.018 10.5.2.1d, 10.5.2.1e: the same of BA list pref and UTRAN frequency list",
    ),
    OracleFault(
        (rr.GprsSuspensionRequest,),
        EXTRANEOUS,
        "44.018 9.1.13b: service support (Rel-6) is unknown to tshark",
    ),
    OracleFault(
        (rr.SystemInformationType4,),
        MALFORMED,
        "44.018 10.5.2.19: the pseudo length tells where the rest octets start; tshark takes a first one of 72 "
        "for the tag of the CBCH mobile allocation",
        blind=True,
    ),
    OracleFault(
        (rr.PagingRequestType1,),
        "Group Call Information: Data(Not decoded)",
        "44.018 10.5.2.23: group call information, which tshark leaves alone",
    ),
    OracleFault(
        (llc.Null, llc.Dm, llc.Disc),
        "No Information Field",
        "44.064 6.4.1: these frames have no information field",
    ),
    OracleFault(
        (llc.Rr, llc.Ack, llc.Rnr, llc.Sack),
        MALFORMED,
        "44.064 6.3.2: an S frame has no information; tshark takes the FCS of one of SAPI 8 for a TOM header",
        blind=True,
    ),
    OracleFault(
        (ns.SnsAck, ns.SnsDelete),
        "./epan/proto.c:4752: field nsip.ipv4_address is not of type FT_IPv6; malformed",
        "48.016 10.3.2b: an IPv6 address; tshark trips over a fault of its own",
        blind=True,
    ),
    OracleFault(
        (bssgp.FlushLl, bssgp.FlushLlAck),
        "Not dissected yet",
        "48.018 10.4.1, 10.4.2: the NSEI (R4), which tshark leaves alone",
    ),
    OracleFault(
        (bssgp.SgsnInvokeTrace,),
        f"Unknown - aborting dissection; {EXTRANEOUS}",
        "48.018 11.3.20: tshark does not know the mobile id, 11, in this message",
    ),
    OracleFault(
        (bssgp.SgsnInvokeTrace,),
        EXTRANEOUS,
        "48.018 10.4.15: tshark expects the OMC id and the transaction id in another place",
    ),
    OracleFault(
        (bssgp.PerformLocationRequest,),
        "Satellite related data Not decoded yet",
        "48.018 11.3.52: what tshark leaves alone",
    ),
    OracleFault(
        (bssgp.PositionCommand,),
        f"Missing Mandatory element (0x3f) RRLP APDU, rest of dissection is suspect; {EXTRANEOUS}",
        "48.018 11.3.57: RRLP flags have one octet; tshark goes on behind the wrong one",
        blind=True,
    ),
    OracleFault((bssgp.PositionResponse,), EXTRANEOUS, "48.018 11.3.57: the same", blind=True),
    OracleFault((bssgp.PositionResponse,), MALFORMED, "48.018 11.3.57: the same", blind=True),
    OracleFault(
        (bssap_plus.DownlinkTunnelRequest, bssap_plus.UplinkTunnelRequest),
        MALFORMED,
        "29.018 18.4.3, 18.4.25: the message starts in octet 4; tshark starts in octet 5, where a short one has ended",
        blind=True,
    ),
    OracleFault(
        (gtp.InitiatePdpContextActivationRequest, gtp.GgsnInitiatedUpdatePdpContextRequest),
        ADVICE,
        "24.008 10.5.6.5: an extended bit rate of 0 says what tshark says, and is nothing bad",
    ),
    OracleFault(
        (sccp.Ssc,),
        "Unknown message",
        "Q.713 5.3: the subsystem congested message; tshark names it, shows all of it, and wants more",
    ),
)

FIELD_FAULTS = (
    FieldFault(
        (bssgp.MsRegistrationEnquiry, bssgp.MsRegistrationEnquiryResponse),
        ("e212.imsi",),
        "48.018 10.3.15, 10.3.16: tshark knows the names of these two, and reads none of their elements",
    ),
    FieldFault(
        (gmm.DetachRequestMo,),
        ("gsm_a.gm.gmm.power_off", "gsm_a.gm.gmm.force_to_standby"),
        "24.008 9.4.5: without further elements tshark takes a mobile's request for one of the network",
    ),
    FieldFault(
        tuple(cls for cls in layout.messages(cc.CcMessage) if any(field.type is cc.Cause for field in cls.fields)),
        ("gsm_a.dtap.cause",),
        "24.008 10.5.4.11: octet 3a, there where the EXT bit of octet 3 is 0, is not the cause value",
    ),
    FieldFault(
        (ns.SnsAck, ns.SnsDelete),
        ("nsip.ipv4_address", "nsip.ipv6_address"),
        "48.016 9.3.1, 9.3.6: behind an IPv4 address tshark reads no further",
    ),
)

NAMES: dict[Any, str] = {
    gmm.AuthenticationAndCipheringRequest: "Authentication and Ciphering Req",
    gmm.AuthenticationAndCipheringResponse: "Authentication and Ciphering Resp",
    gmm.AuthenticationAndCipheringReject: "Authentication and Ciphering Rej",
    sm.RequestPdpContextActivationReject: "Request PDP Context Activation rej.",
    llc.Null: "U, Unknown/invalid code:0",
    bssgp.BvcUnblock: "UNBLOCK",
    bssgp.BvcUnblockAck: "UNBLOCK-ACK",
    gtp.SendRouteingInformationForGprsRequest: "Send routing information for GPRS request",
    gtp.SendRouteingInformationForGprsResponse: "Send routing information for GPRS response",
    gtp.SupportedExtensionHeadersNotification: "Supported extension header notification",
}
"""What tshark calls messages."""

CARRIERS = (
    llc.UiFrame, llc.IFrame, sndcp.SnData, sndcp.SnUnitdata, ns.NsUnitdata, bssgp.UlUnitdata, bssgp.DlUnitdata,
    bssmap.CompleteLayer3Information, gtp.TPdu, m3ua.Data, sccp.SccpMessage, ip.Ipv4, ip.Ipv6, ip.Udp, ip.Echo,
)  # fmt: skip
"""Messages whose name tshark does not show: in its column stands what they carry."""
