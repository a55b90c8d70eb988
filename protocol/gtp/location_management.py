"""Location management: a GGSN without SS7 asks the HLR through another GSN (TS 29.060 clause 7.4)."""

from typing import Annotated

from protocol.causes import GtpCause
from protocol.gtp.elements import GsnAddress, Imsi, MsNotReachableReason, PrivateExtension
from protocol.gtp.header import GtpMessage, GtpRequest
from protocol.layout import REPEATED, TLV2, TV
from protocol.map.errors import ErrorCode


class SendRouteingInformationForGprsRequest(
    GtpRequest, code=32, title="Send Routeing Information for GPRS Request", clause="7.4.1"
):
    """GGSN → converting GSN: tell me where this mobile is."""

    imsi: Annotated[Imsi, TV(2, 8)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class SendRouteingInformationForGprsResponse(
    GtpMessage, code=33, title="Send Routeing Information for GPRS Response", clause="7.4.2"
):
    """Converting GSN → GGSN: it is with this SGSN, or why the HLR does not say so."""

    cause: Annotated[GtpCause, TV(1, 1)]
    imsi: Annotated[Imsi, TV(2, 8)]
    map_cause: Annotated[ErrorCode | None, TV(11, 1)] = None
    ms_not_reachable_reason: Annotated[MsNotReachableReason | None, TV(29, 1)] = None
    gsn_address: Annotated[GsnAddress | None, TLV2(133, 4, 16)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class FailureReportRequest(GtpRequest, code=34, title="Failure Report Request", clause="7.4.3"):
    """GGSN → converting GSN: the mobile could not be reached; let the HLR tell me when it can be."""

    imsi: Annotated[Imsi, TV(2, 8)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class FailureReportResponse(GtpMessage, code=35, title="Failure Report Response", clause="7.4.4"):
    """Converting GSN → GGSN: the HLR knows, or why not."""

    cause: Annotated[GtpCause, TV(1, 1)]
    map_cause: Annotated[ErrorCode | None, TV(11, 1)] = None
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class NoteMsGprsPresentRequest(GtpRequest, code=36, title="Note MS GPRS Present Request", clause="7.4.5"):
    """Converting GSN → GGSN: the mobile can be reached again, with this SGSN."""

    imsi: Annotated[Imsi, TV(2, 8)]
    gsn_address: Annotated[GsnAddress, TLV2(133, 4, 16)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()


class NoteMsGprsPresentResponse(GtpMessage, code=37, title="Note MS GPRS Present Response", clause="7.4.6"):
    """GGSN → converting GSN: noted."""

    cause: Annotated[GtpCause, TV(1, 1)]
    private_extensions: Annotated[tuple[PrivateExtension, ...], REPEATED(TLV2(255, 2, 65535))] = ()
