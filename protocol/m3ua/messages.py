"""M3UA messages (RFC 4666 3.3 to 3.8)."""

from typing import Annotated

from protocol.m3ua.message import PARAMETER, M3uaMessage
from protocol.m3ua.parameters import (
    AffectedPointCode,
    CongestionIndications,
    ErrorParameter,
    InfoString,
    ProtocolData,
    Status,
    TrafficModeParameter,
    UserCause,
)

# --- management (3.8) ---


class Error(M3uaMessage, code=0x0000, title="ERR", clause="3.8.1"):
    """ERR: a message of yours cannot be."""

    error_code: Annotated[ErrorParameter, PARAMETER(0x000C)]
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)] = ()
    diagnostic_information: Annotated[bytes | None, PARAMETER(0x0007)] = None


class Notify(M3uaMessage, code=0x0001, title="NTFY", clause="3.8.2"):
    """NTFY: this has happened to the application server."""

    status: Annotated[Status, PARAMETER(0x000D)]
    asp_identifier: Annotated[int | None, PARAMETER(0x0011)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


# --- transfer (3.3) ---


class Data(M3uaMessage, code=0x0101, title="DATA", clause="3.3.1"):
    """DATA: a message of an MTP user."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    protocol_data: Annotated[ProtocolData, PARAMETER(0x0210)]
    correlation_id: Annotated[int | None, PARAMETER(0x0013)] = None


# --- signalling network management (3.4) ---


class Duna(M3uaMessage, code=0x0201, title="DUNA", clause="3.4.1"):
    """DUNA: the destination cannot be reached."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Dava(M3uaMessage, code=0x0202, title="DAVA", clause="3.4.2"):
    """DAVA: the destination can be reached again."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Daud(M3uaMessage, code=0x0203, title="DAUD", clause="3.4.3"):
    """DAUD: tell me how the destination is."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Scon(M3uaMessage, code=0x0204, title="SCON", clause="3.4.4"):
    """SCON: the way to the destination is congested."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    concerned_destination: Annotated[AffectedPointCode | None, PARAMETER(0x0206)] = None
    congestion_indications: Annotated[CongestionIndications | None, PARAMETER(0x0205)] = None
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Dupu(M3uaMessage, code=0x0205, title="DUPU", clause="3.4.5"):
    """DUPU: a user part of the destination is not available."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    user_cause: Annotated[UserCause, PARAMETER(0x0204)]
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Drst(M3uaMessage, code=0x0206, title="DRST", clause="3.4.6"):
    """DRST: the destination is better not reached this way."""

    network_appearance: Annotated[int | None, PARAMETER(0x0200)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    affected_point_code: Annotated[tuple[AffectedPointCode, ...], PARAMETER(0x0012)]
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


# --- states of ASPs (3.5) ---


class AspUp(M3uaMessage, code=0x0301, title="ASPUP", clause="3.5.1"):
    """ASPUP: I am ready."""

    asp_identifier: Annotated[int | None, PARAMETER(0x0011)] = None
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class AspDown(M3uaMessage, code=0x0302, title="ASPDN", clause="3.5.3"):
    """ASPDN: I am ready no more."""

    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class Beat(M3uaMessage, code=0x0303, title="BEAT", clause="3.5.5"):
    """BEAT: tell me that you are there."""

    heartbeat_data: Annotated[bytes | None, PARAMETER(0x0009)] = None


class AspUpAck(M3uaMessage, code=0x0304, title="ASPUP ACK", clause="3.5.2"):
    """ASPUP ACK: good."""

    asp_identifier: Annotated[int | None, PARAMETER(0x0011)] = None
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class AspDownAck(M3uaMessage, code=0x0305, title="ASPDN ACK", clause="3.5.4"):
    """ASPDN ACK: good."""

    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class BeatAck(M3uaMessage, code=0x0306, title="BEAT ACK", clause="3.5.6"):
    """BEAT ACK: I am there, and this is what you had sent."""

    heartbeat_data: Annotated[bytes | None, PARAMETER(0x0009)] = None


# --- traffic of ASPs (3.7) ---


class AspActive(M3uaMessage, code=0x0401, title="ASPAC", clause="3.7.1"):
    """ASPAC: I take the traffic."""

    traffic_mode_type: Annotated[TrafficModeParameter | None, PARAMETER(0x000B)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class AspInactive(M3uaMessage, code=0x0402, title="ASPIA", clause="3.7.3"):
    """ASPIA: I take it no more."""

    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class AspActiveAck(M3uaMessage, code=0x0403, title="ASPAC ACK", clause="3.7.2"):
    """ASPAC ACK: good."""

    traffic_mode_type: Annotated[TrafficModeParameter | None, PARAMETER(0x000B)] = None
    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None


class AspInactiveAck(M3uaMessage, code=0x0404, title="ASPIA ACK", clause="3.7.4"):
    """ASPIA ACK: good."""

    routing_context: Annotated[tuple[int, ...], PARAMETER(0x0006)] = ()
    info_string: Annotated[InfoString | None, PARAMETER(0x0004)] = None
