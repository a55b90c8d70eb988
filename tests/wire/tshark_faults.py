"""What tshark 4.0.17 wrongly says of our messages, and why it is wrong; what it calls them where that is another name.

Each entry has an example, with which a test sees that it is not stale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from protocol import bssap_plus, bssgp, bssmap, cc, gmm, gtp, ip, layout, llc, m3ua, ns, rr, sccp, sm, sndcp
from protocol.sm.protocol_configuration_options import ProtocolConfigurationOptions

EXTRANEOUS: Final = "Extraneous Data, dissector bug or later version spec(report to wireshark.org)"
MALFORMED: Final = "Malformed Packet (Exception occurred); malformed"
ADVICE: Final = ": Use the value in octet "
"""What tshark notes where an extended bit rate is 0: that says so (24.008 10.5.6.5), and is nothing bad."""


@dataclass(frozen=True)
class OracleFault:
    """Messages to which tshark objects, in its words, and why it is wrong, with an example.

    ``blind``: it reads no further. ``when``: only of such messages.
    """

    classes: tuple[Any, ...]
    words: str
    why: str
    example: str
    blind: bool = False
    when: Callable[[Any], bool] = lambda _: True


@dataclass(frozen=True)
class FieldFault:
    """Messages of which tshark shows other values in some fields, and why it is wrong."""

    classes: tuple[Any, ...]
    fields: tuple[str, ...]
    why: str
    example: str


NO_LENGTH: Final = (
    "24.008 10.5.5.12a: a capability ends where its length says, and the next follows; tshark has other ends"
)

WITH_CAPABILITY: Final = (bssgp.DlUnitdata, bssgp.RaCapability, bssgp.RaCapabilityUpdateAck)

SM_WITH_OPTIONS: Final = tuple(
    cls
    for cls in layout.messages(sm.SmMessage)
    if any(field.type is ProtocolConfigurationOptions for field in cls.fields)
)


ORACLE_FAULTS = (
    OracleFault(
        (gmm.RoutingAreaUpdateRequest,),
        MALFORMED,
        "24.008 10.5.5.12: an MS network capability may have one octet; at the end of a message tshark reads a second",
        "08087800f0000002010a782a09bff6414326c34019000000310100",
        blind=True,
    ),
    OracleFault(
        (gmm.RoutingAreaUpdateRequest, gmm.AttachRequest, *WITH_CAPABILITY),
        "Not enough data",
        NO_LENGTH,
        "08082b719486ffffae15b3c1dd70847c5c60aaf43da40a9c043f3f954fdb68901805f4001a4ea93101cb",
        blind=True,
    ),
    OracleFault(
        WITH_CAPABILITY,
        f"Not enough data; {MALFORMED}",
        NO_LENGTH,
        "091f840000017f1e81980d84992963001a81011393a40b7456bf72220a97c16f87c2ee79e7716290",
        blind=True,
    ),
    OracleFault(
        (rr.SystemInformationType3, rr.SystemInformationType13, rr.ImmediateAssignment, rr.PagingRequestType1),
        MALFORMED,
        "44.018 10.5.2: what finds no room in rest octets is not there; tshark reads on",
        "49061b0fda7928280663bec399c9dea95cdf66efabffeb",
        blind=True,
    ),
    OracleFault(
        (rr.ImmediateAssignment,),
        MALFORMED,
        "44.018 10.5.2.16: of a fixed allocation of EGPRS, which Rel-5 took out, tshark takes a bit map from the end",
        "3d063fa32bc0d33631cb360401606100432b5b0d2d702b",
        blind=True,
    ),
    OracleFault(
        WITH_CAPABILITY,
        MALFORMED,
        NO_LENGTH,
        "021f84000004801398638071e3df6190e3567a553c72a61d76acf4aa78e54c3ae8",
        blind=True,
        when=lambda message: len(message.ms_radio_access_capability.accesses) > 1,
    ),
    OracleFault(
        SM_WITH_OPTIONS,
        MALFORMED,
        "24.008 10.5.6.3: the container 0016 is empty where a mobile says that it supports APN rate control",
        "7acc4f25270780001600001600",
        blind=True,
        when=lambda message: "=<ProtocolOrContainer.APN_RATE_CONTROL" in repr(message),
    ),
    OracleFault(
        tuple(cls for cls in layout.messages(cc.CcMessage) if any(field.type is cc.Cause for field in cls.fields)),
        EXTRANEOUS,
        "24.008 10.5.4.11: the cause stands behind octet 3a; tshark ends the element before it, or before diagnostics",
        "f3f608d2040460020081080605c5d8f233fd2d0145",
    ),
    OracleFault(
        (gmm.RoutingAreaUpdateAccept, gmm.RoutingAreaUpdateComplete),
        "Extraneous Data, dissector bug or later version spec (report to wireshark.org)",
        "24.008 10.5.5.11: a pair of NSAPI and N-PDU number has 12 bits; tshark takes the second pair from wrong bits",
        "0809014f1455150df8e6193080601805f4000001a023084a990957061472042609a80c03f05571e208c717412a01358c3202e0f3b8",
    ),
    OracleFault(
        (rr.ChannelRelease,),
        EXTRANEOUS,
        "44.018 9.1.7: group channel description and group cipher key number (Rel-4, Rel-6) are unknown to tshark",
        "060d647404dcb59f047604fffcfffc",
        blind=True,
    ),
    OracleFault(
        (rr.ChannelRelease,),
        "IE under-runs stated length",
        "44.018 10.5.2.1d: BA list pref is filled up with spare bits to whole octets; tshark wants one less",
        "060d04c07503800000",
    ),
    OracleFault(
        (rr.GprsSuspensionRequest,),
        EXTRANEOUS,
        "44.018 9.1.13b: service support (Rel-6) is unknown to tshark",
        "0634000009320100010702a7020100",
    ),
    OracleFault(
        (rr.SystemInformationType4,),
        MALFORMED,
        "44.018 10.5.2.19: the pseudo length tells where the rest octets start; tshark takes a first one of 72 "
        "for the tag of the CBCH mobile allocation",
        "55061c91f2860151aa1e317d1a64aab182720340200008",
        blind=True,
    ),
    OracleFault(
        (rr.PagingRequestType1,),
        "Group Call Information: Data(Not decoded)",
        "44.018 10.5.2.23: group call information, which tshark leaves alone",
        "31062151081a182205267338818783b3a82b0b73ab331b",
    ),
    OracleFault(
        (llc.Null, llc.Dm, llc.Disc),
        "No Information Field",
        "44.064 6.4.1: these frames have no information field",
        "09f0beb4c8",
    ),
    OracleFault(
        (llc.Rr, llc.Ack, llc.Rnr, llc.Sack),
        MALFORMED,
        "44.064 6.3.2: an S frame has no information; tshark takes the FCS of one of SAPI 8 for a TOM header",
        "42800068c0b3",
        blind=True,
    ),
    OracleFault(
        (ns.SnsAck, ns.SnsDelete),
        "./epan/proto.c:4752: field nsip.ipv4_address is not of type FT_IPv6; malformed",
        "48.016 10.3.2b: an IPv6 address; tshark trips over a fault of its own",
        "0c0482009d240b0200000000000000000000000000000000",
        blind=True,
    ),
    OracleFault(
        (bssgp.FlushLl, bssgp.FlushLlAck),
        "Not dissected yet",
        "48.018 10.4.1, 10.4.2: the NSEI (R4), which tshark leaves alone",
        "2a1f8464d92481048202f704822ca73e822ca7",
    ),
    OracleFault(
        (bssgp.SgsnInvokeTrace,),
        f"Unknown - aborting dissection; {EXTRANEOUS}",
        "48.018 11.3.20: tshark does not know the mobile id, 11, in this message",
        "40228181218200812485df4acda406118829936740113160951489e63f9036152b47c8c7",
    ),
    OracleFault(
        (bssgp.SgsnInvokeTrace,),
        EXTRANEOUS,
        "48.018 10.4.15: tshark expects the OMC id and the transaction id in another place",
        "402281ff21820f7a24839a4f2111843981095323820324",
    ),
    OracleFault(
        (bssgp.PerformLocationRequest,),
        "Satellite related data Not decoded yet",
        "48.018 11.3.52: what tshark leaves alone",
        "601f840cb447cc0d8819689133186585160a8286aa0482035c3e82687f43810108884439430070df1508478101428a1a01408e200211a73258",
    ),
    OracleFault(
        (bssgp.PositionCommand,),
        f"Missing Mandatory element (0x3f) RRLP APDU, rest of dissection is suspect; {EXTRANEOUS}",
        "48.018 11.3.57: RRLP flags have one octet; tshark goes on behind the wrong one",
        "631f8400000872048200004a81003f8126",
        blind=True,
    ),
    OracleFault(
        (bssgp.PositionResponse,),
        EXTRANEOUS,
        "48.018 11.3.57: the same",
        "641f8400000961048201034a81003f8126",
        blind=True,
    ),
    OracleFault(
        (bssgp.PositionResponse,), MALFORMED, "48.018 11.3.57: the same", "641f840038c3ed04820cd64a8100", blind=True
    ),
    OracleFault(
        (bssap_plus.DownlinkTunnelRequest, bssap_plus.UplinkTunnelRequest),
        MALFORMED,
        "29.018 18.4.3, 18.4.25: the message starts in octet 4; tshark starts in octet 5, where a short one has ended",
        "070107116527741872f50207915176428721571c0278e9",
        blind=True,
    ),
    OracleFault(
        (sccp.Ssc,),
        "Unknown message",
        "Q.713 5.3: the subsystem congested message; tshark names it, shows all of it, and wants more",
        "060b00000000",
    ),
)

FIELD_FAULTS = (
    FieldFault(
        (bssgp.MsRegistrationEnquiry, bssgp.MsRegistrationEnquiryResponse),
        ("e212.imsi",),
        "48.018 10.3.15, 10.3.16: tshark knows the names of these two, and reads none of their elements",
        "140d8879578808656194609e8100",
    ),
    FieldFault(
        (gmm.DetachRequestMo,),
        ("gsm_a.gm.gmm.power_off", "gsm_a.gm.gmm.force_to_standby"),
        "24.008 9.4.5: without further elements tshark takes a mobile's request for one of the network",
        "08050b",
    ),
    FieldFault(
        tuple(cls for cls in layout.messages(cc.CcMessage) if any(field.type is cc.Cause for field in cls.fields)),
        ("gsm_a.dtap.cause",),
        "24.008 10.5.4.11: octet 3a, there where the EXT bit of octet 3 is 0, is not the cause value",
        "f3e908d1080442a4ba6115028c072d0101",
    ),
    FieldFault(
        (ns.SnsAck, ns.SnsDelete),
        ("nsip.ipv4_address", "nsip.ipv6_address"),
        "48.016 9.3.1, 9.3.6: behind an IPv4 address tshark reads no further",
        "0c0482ffffa80081020b01c00000aa0590c00000aa004f61d4c00000aa004f61d4",
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
