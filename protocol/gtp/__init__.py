"""GTP version 1: GTP-C between support nodes (TS 29.060), and GTP-U (TS 29.281)."""

from protocol import layout
from protocol.causes import GtpCause
from protocol.errors import DecodeError
from protocol.gtp.elements import (
    ContextRadioPriority,
    EndUserAddress,
    ExtensionHeaderTypeList,
    GsnAddress,
    Imsi,
    MsNotReachableReason,
    MsValidated,
    Nsapi,
    PacketFlowId,
    PrivateExtension,
    QualityOfServiceProfile,
    RabContext,
    RabSetupInformation,
    RadioPrioritySms,
    RanapCause,
    ReorderingRequired,
    SelectionMode,
    SelectionModeValue,
    TargetIdentification,
    TeardownInd,
    TunnelEndpointIdentifierDataII,
)
from protocol.gtp.header import (
    VERSION,
    ExtensionHeader,
    ExtensionHeaderType,
    GtpMessage,
    GtpRequest,
    UnusedFields,
)
from protocol.gtp.location_management import (
    FailureReportRequest,
    FailureReportResponse,
    NoteMsGprsPresentRequest,
    NoteMsGprsPresentResponse,
    SendRouteingInformationForGprsRequest,
    SendRouteingInformationForGprsResponse,
)
from protocol.gtp.mm_context import (
    AuthenticationQuintuplet,
    AuthenticationTriplet,
    Container,
    MmContext,
    SecurityMode,
)
from protocol.gtp.mobility_management import (
    ForwardRelocationComplete,
    ForwardRelocationCompleteAcknowledge,
    ForwardRelocationRequest,
    ForwardRelocationResponse,
    ForwardSrnsContext,
    ForwardSrnsContextAcknowledge,
    IdentificationRequest,
    IdentificationResponse,
    RelocationCancelRequest,
    RelocationCancelResponse,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
)
from protocol.gtp.path_management import (
    EchoRequest,
    EchoResponse,
    SupportedExtensionHeadersNotification,
    VersionNotSupported,
)
from protocol.gtp.pdp_context import PdpContext, TransactionIdentifier
from protocol.gtp.tunnel_management import (
    CreatePdpContextRequest,
    CreatePdpContextResponse,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    GgsnInitiatedUpdatePdpContextRequest,
    InitiatePdpContextActivationRequest,
    InitiatePdpContextActivationResponse,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    PduNotificationRequest,
    PduNotificationResponse,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.gtp.user_plane import EndMarker, ErrorIndication, TPdu

PROTOCOL_TYPE = 0x10
"""The bit that is set in GTP, and not in GTP' (charging)."""


def decode(octets: bytes, *, up: bool = True) -> GtpMessage:
    """Read a GTP message; DecodeError carries the cause, or none for silence (TS 29.060 11.1).

    A request is answered by a response with that cause; of a response, whoever has asked is told.
    ``up``: from an SGSN to a GGSN; an Update PDP Context Request alone differs by it. VERSION_NOT_SUPPORTED is answered
    by the message of that name (11.1.1).
    """
    if len(octets) < 2:
        raise DecodeError("too short for a GTP header", at=len(octets))
    first, kind = octets[0], octets[1]
    if first >> 5 != VERSION:
        told = f"GTP version {first >> 5}"
        if kind == VersionNotSupported.code:  # in all versions; an answer would never end
            raise DecodeError(f"{told} is the latest that the sender knows")
        raise DecodeError(f"{told} is not supported", GtpCause.VERSION_NOT_SUPPORTED)
    if not first & PROTOCOL_TYPE:
        raise DecodeError("this is GTP', the charging protocol")
    if kind == TPdu.code:
        return TPdu.decode(octets)
    message: GtpMessage = layout.decode(GtpMessage, octets, kind, up=up, at=1)
    return message


__all__ = [
    "VERSION",
    "AuthenticationQuintuplet",
    "AuthenticationTriplet",
    "Container",
    "ContextRadioPriority",
    "CreatePdpContextRequest",
    "CreatePdpContextResponse",
    "DeletePdpContextRequest",
    "DeletePdpContextResponse",
    "EchoRequest",
    "EchoResponse",
    "EndMarker",
    "EndUserAddress",
    "ErrorIndication",
    "ExtensionHeader",
    "ExtensionHeaderType",
    "ExtensionHeaderTypeList",
    "FailureReportRequest",
    "FailureReportResponse",
    "ForwardRelocationComplete",
    "ForwardRelocationCompleteAcknowledge",
    "ForwardRelocationRequest",
    "ForwardRelocationResponse",
    "ForwardSrnsContext",
    "ForwardSrnsContextAcknowledge",
    "GgsnInitiatedUpdatePdpContextRequest",
    "GsnAddress",
    "GtpCause",
    "GtpMessage",
    "GtpRequest",
    "IdentificationRequest",
    "IdentificationResponse",
    "Imsi",
    "InitiatePdpContextActivationRequest",
    "InitiatePdpContextActivationResponse",
    "MmContext",
    "MsNotReachableReason",
    "MsValidated",
    "NoteMsGprsPresentRequest",
    "NoteMsGprsPresentResponse",
    "Nsapi",
    "PacketFlowId",
    "PdpContext",
    "PduNotificationRejectRequest",
    "PduNotificationRejectResponse",
    "PduNotificationRequest",
    "PduNotificationResponse",
    "PrivateExtension",
    "QualityOfServiceProfile",
    "RabContext",
    "RabSetupInformation",
    "RadioPrioritySms",
    "RanapCause",
    "RelocationCancelRequest",
    "RelocationCancelResponse",
    "ReorderingRequired",
    "SecurityMode",
    "SelectionMode",
    "SelectionModeValue",
    "SendRouteingInformationForGprsRequest",
    "SendRouteingInformationForGprsResponse",
    "SgsnContextAcknowledge",
    "SgsnContextRequest",
    "SgsnContextResponse",
    "SupportedExtensionHeadersNotification",
    "TPdu",
    "TargetIdentification",
    "TeardownInd",
    "TransactionIdentifier",
    "TunnelEndpointIdentifierDataII",
    "UnusedFields",
    "UpdatePdpContextRequest",
    "UpdatePdpContextResponse",
    "VersionNotSupported",
    "decode",
]
