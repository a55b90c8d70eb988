"""Messages of BSSAP+ between SGSN and VLR (TS 29.018 clause 17), in the clause's order."""

from typing import Annotated

from protocol.bssap_plus.elements import (
    GprsLocationUpdateType,
    ImsiDetachFromGprsServiceType,
    ImsiDetachFromNonGprsServiceType,
    InformationRequested,
    LocationInformationAge,
    MmInformation,
    MobileStationState,
    ServiceAreaIdentification,
    TmsiStatus,
    TunnelPayload,
)
from protocol.bssgp.elements import ChannelNeeded, EmlppPriority, GlobalCnId, ImsiIdentity
from protocol.causes import GsCause, MmCause
from protocol.classmarks import MobileStationClassmark1
from protocol.identities import CellIdentifier, Imei, Imeisv, IsdnAddress, Lai, MobileIdentity, Tmsi
from protocol.layout import TLV, Message, Rules, When, find_end


def unknown(d: bytes, p: int) -> int:
    """Find the end of an unknown element: all are TLV (18.2)."""
    return find_end(d, p + 1, 1)


class BssapPlusMessage(Message):
    """A message between SGSN and VLR; ``up`` are those of the SGSN.

    What is unknown is ignored, be it a message or an element; a message with a mandatory or conditional element amiss
    is answered by MOBILE-STATUS, unless it is one itself (clause 16).
    """

    protocol = "bssap_plus"
    rules = Rules(
        unknown_message=None,
        missing_mandatory=GsCause.MISSING_MANDATORY_INFORMATION_ELEMENT,
        invalid_mandatory=GsCause.INVALID_MANDATORY_INFORMATION,
        unknown=unknown,
        missing_conditional=GsCause.CONDITIONAL_IE_ERROR,
        invalid_conditional=GsCause.CONDITIONAL_IE_ERROR,
        unexpected_conditional=GsCause.CONDITIONAL_IE_ERROR,
        any_order=True,
        longer=True,
    )

    @classmethod
    def header(cls, code: int) -> bytes:
        return bytes((code,))


class AlertAck(BssapPlusMessage, code=14, title="ALERT-ACK", clause="17.1.1", way="up"):
    """SGSN → VLR: I shall tell when this mobile is heard."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]


class AlertReject(BssapPlusMessage, code=15, title="ALERT-REJECT", clause="17.1.2", way="up"):
    """SGSN → VLR: I do not know this mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    gs_cause: Annotated[GsCause, TLV(0x08, 1)]


class AlertRequest(BssapPlusMessage, code=13, title="ALERT-REQUEST", clause="17.1.3", way="down"):
    """VLR → SGSN: tell me when this mobile is heard."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]


class DownlinkTunnelRequest(BssapPlusMessage, code=7, title="DOWNLINK-TUNNEL-REQUEST", clause="17.1.4", way="down"):
    """VLR → SGSN: carry this message to the mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    vlr_number: Annotated[IsdnAddress, TLV(0x02, 3, 9)]
    downlink_tunnel_payload_control_and_info: Annotated[TunnelPayload, TLV(0x1C, 1, 221)]


class GprsDetachAck(BssapPlusMessage, code=18, title="GPRS-DETACH-ACK", clause="17.1.5", way="down"):
    """VLR → SGSN: this mobile is no longer known to be yours."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]


class GprsDetachIndication(BssapPlusMessage, code=17, title="GPRS-DETACH-INDICATION", clause="17.1.6", way="up"):
    """SGSN → VLR: this mobile is detached from packet services."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    sgsn_number: Annotated[IsdnAddress, TLV(0x09, 3, 9)]
    imsi_detach_from_gprs_service_type: Annotated[ImsiDetachFromGprsServiceType, TLV(0x10, 1)]
    cell_global_identity: Annotated[CellIdentifier | None, TLV(0x18, 8)] = None
    service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None


class ImsiDetachAck(BssapPlusMessage, code=20, title="IMSI-DETACH-ACK", clause="17.1.7", way="down"):
    """VLR → SGSN: this mobile is detached from calls, too."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]


class ImsiDetachIndication(BssapPlusMessage, code=19, title="IMSI-DETACH-INDICATION", clause="17.1.8", way="up"):
    """SGSN → VLR: this mobile is detached from calls."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    sgsn_number: Annotated[IsdnAddress, TLV(0x09, 3, 9)]
    imsi_detach_from_non_gprs_service_type: Annotated[ImsiDetachFromNonGprsServiceType, TLV(0x11, 1)]
    cell_global_identity: Annotated[CellIdentifier | None, TLV(0x18, 8)] = None
    location_information_age: Annotated[LocationInformationAge | None, TLV(0x19, 2)] = None
    service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None


class LocationUpdateAccept(BssapPlusMessage, code=10, title="LOCATION-UPDATE-ACCEPT", clause="17.1.9", way="down"):
    """VLR → SGSN: this mobile is registered with me, in that location area."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    location_area_identifier: Annotated[Lai, TLV(0x04, 5)]
    new_tmsi_or_imsi: Annotated[MobileIdentity | None, TLV(0x0E, 1, 8)] = None


class LocationUpdateReject(BssapPlusMessage, code=11, title="LOCATION-UPDATE-REJECT", clause="17.1.10", way="down"):
    """VLR → SGSN: this mobile is not registered with me; tell it why."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    reject_cause: Annotated[MmCause, TLV(0x0F, 1)]


class LocationUpdateRequest(BssapPlusMessage, code=9, title="LOCATION-UPDATE-REQUEST", clause="17.1.11", way="up"):
    """SGSN → VLR: this mobile is mine and wants to be registered with you, too."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    sgsn_number: Annotated[IsdnAddress, TLV(0x09, 3, 9)]
    update_type: Annotated[GprsLocationUpdateType, TLV(0x0A, 1)]
    new_cell_global_identity: Annotated[CellIdentifier, TLV(0x18, 8)]
    mobile_station_classmark: Annotated[MobileStationClassmark1, TLV(0x0D, 1)]
    old_location_area_identifier: Annotated[Lai | None, TLV(0x04, 5)] = None
    tmsi_status: Annotated[TmsiStatus | None, TLV(0x07, 1)] = None
    new_service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None
    imeisv: Annotated[Imeisv | None, TLV(0x15, 8)] = None


class MmInformationRequest(BssapPlusMessage, code=26, title="MM-INFORMATION-REQUEST", clause="17.1.12", way="down"):
    """VLR → SGSN: tell this mobile what the network is called, and what time it is."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    mm_information: Annotated[MmInformation | None, TLV(0x17, 0, 255)] = None


class MobileStatus(BssapPlusMessage, code=29, title="MOBILE-STATUS", clause="17.1.13"):
    """Either → the other: I got something that I cannot take, and this is why."""

    imsi: Annotated[ImsiIdentity | None, TLV(0x01, 3, 8)] = None
    gs_cause: Annotated[GsCause, TLV(0x08, 1)]
    erroneous_message: Annotated[bytes, TLV(0x1B, 1, 255)]


class MsActivityIndication(BssapPlusMessage, code=16, title="MS-ACTIVITY-INDICATION", clause="17.1.14", way="up"):
    """SGSN → VLR: the mobile that you want to hear of is heard."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    cell_global_identity: Annotated[CellIdentifier | None, TLV(0x18, 8)] = None
    service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None


class MsInformationRequest(BssapPlusMessage, code=23, title="MS-INFORMATION-REQUEST", clause="17.1.15", way="down"):
    """VLR → SGSN: tell me this of that mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    information_requested: Annotated[InformationRequested, TLV(0x12, 1)]


class MsInformationResponse(BssapPlusMessage, code=24, title="MS-INFORMATION-RESPONSE", clause="17.1.16", way="up"):
    """SGSN → VLR: this I know of that mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    tmsi: Annotated[Tmsi | None, TLV(0x03, 4)] = None
    ptmsi: Annotated[Tmsi | None, TLV(0x13, 4)] = None
    imei: Annotated[Imei | None, TLV(0x14, 8)] = None
    imeisv: Annotated[Imeisv | None, TLV(0x15, 8)] = None
    cell_global_identity: Annotated[CellIdentifier | None, TLV(0x18, 8)] = None
    location_information_age: Annotated[LocationInformationAge | None, TLV(0x19, 2)] = None
    mobile_station_state: Annotated[MobileStationState | None, TLV(0x1A, 1)] = None
    service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None


class MsUnreachable(BssapPlusMessage, code=31, title="MS-UNREACHABLE", clause="17.1.17", way="up"):
    """SGSN → VLR: I paged this mobile, and it does not answer."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    gs_cause: Annotated[GsCause, TLV(0x08, 1)]


class PagingReject(BssapPlusMessage, code=2, title="PAGING-REJECT", clause="17.1.18", way="up"):
    """SGSN → VLR: I cannot page this mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    gs_cause: Annotated[GsCause, TLV(0x08, 1)]


class PagingRequest(BssapPlusMessage, code=1, title="PAGING-REQUEST", clause="17.1.19", way="down"):
    """VLR → SGSN: page this mobile for me; there is a call, or a short message."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    vlr_number: Annotated[IsdnAddress, TLV(0x02, 3, 9)]
    tmsi: Annotated[Tmsi | None, TLV(0x03, 4)] = None
    location_area_identifier: Annotated[Lai | None, TLV(0x04, 5)] = None
    channel_needed: Annotated[ChannelNeeded | None, TLV(0x05, 1)] = None
    emlpp_priority: Annotated[EmlppPriority | None, TLV(0x06, 1)] = None
    global_cn_id: Annotated[GlobalCnId | None, TLV(0x0B, 5)] = None


OF_SGSN = When(
    "the sender is an SGSN; one and only one of SGSN number and VLR number",
    lambda message: message.vlr_number is None,
    lambda message: message.vlr_number is not None,
)
OF_VLR = When(
    "the sender is a VLR; one and only one of SGSN number and VLR number",
    lambda message: message.sgsn_number is None,
    lambda message: message.sgsn_number is not None,
)


class ResetAck(BssapPlusMessage, code=22, title="RESET-ACK", clause="17.1.20"):
    """Either → the other: I do not trust what I knew of your mobiles."""

    sgsn_number: Annotated[IsdnAddress | None, TLV(0x09, 3, 9), OF_SGSN] = None
    vlr_number: Annotated[IsdnAddress | None, TLV(0x02, 3, 9), OF_VLR] = None


class ResetIndication(BssapPlusMessage, code=21, title="RESET-INDICATION", clause="17.1.21"):
    """Either → the other: I have forgotten all mobiles."""

    sgsn_number: Annotated[IsdnAddress | None, TLV(0x09, 3, 9), OF_SGSN] = None
    vlr_number: Annotated[IsdnAddress | None, TLV(0x02, 3, 9), OF_VLR] = None


class TmsiReallocationComplete(
    BssapPlusMessage, code=12, title="TMSI-REALLOCATION-COMPLETE", clause="17.1.22", way="up"
):
    """SGSN → VLR: this mobile has its new TMSI."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    cell_global_identity: Annotated[CellIdentifier | None, TLV(0x18, 8)] = None
    service_area_identification: Annotated[ServiceAreaIdentification | None, TLV(0x1E, 7)] = None


class UplinkTunnelRequest(BssapPlusMessage, code=8, title="UPLINK-TUNNEL-REQUEST", clause="17.1.23", way="up"):
    """SGSN → VLR: this message came from that mobile."""

    imsi: Annotated[ImsiIdentity, TLV(0x01, 3, 8)]
    sgsn_number: Annotated[IsdnAddress, TLV(0x09, 3, 9)]
    uplink_tunnel_payload_control_and_info: Annotated[TunnelPayload, TLV(0x1D, 1, 221)]
