"""Every timer: what it is called, how long it runs, how often it may expire, and what starts and stops it.

Durations are microseconds. ``expiries`` counts the expiry that gives up: with 5, the message is sent once and again on
the first four expiries, and the fifth ends the procedure (TS 24.008 4.7, table 11.3 and 11.4). Names that begin with X
are ours, where the specification names none. ``configs/timers.yaml`` may change durations, nothing else.
"""

from dataclasses import dataclass
from typing import Literal

SECOND = 1_000_000
"""One second in the unit of all times."""

Side = Literal["mobile", "network"]


@dataclass(frozen=True, slots=True, eq=False)
class Timer:
    """One row of the table; compared by identity."""

    name: str
    duration: int
    expiries: int
    side: Side
    start: str
    stop: str
    expiry: str

    def __str__(self) -> str:
        return self.name


TIMERS: dict[str, Timer] = {}
"""All timers by name."""


def timer(name: str, seconds: float, expiries: int, side: Side, *, start: str, stop: str, expiry: str) -> Timer:
    """Enter a timer into the table."""
    assert name not in TIMERS, f"{name} stands twice in the table"
    TIMERS[name] = Timer(name, round(seconds * SECOND), expiries, side, start, stop, expiry)
    return TIMERS[name]


# --- GMM, mobile side (TS 24.008 tables 11.3 and 11.3a) -----------------------------------------------------------
T3302 = timer(
    "T3302",
    12 * 60,
    1,
    "mobile",
    start="attach or update failed, attempt counter is 5",
    stop="attach or update started",
    expiry="attach or update again",
)
T3310 = timer(
    "T3310",
    15,
    5,
    "mobile",
    start="ATTACH REQUEST sent",
    stop="ATTACH ACCEPT or REJECT received",
    expiry="ATTACH REQUEST again; the 5th ends the attempt",
)
T3311 = timer(
    "T3311",
    15,
    1,
    "mobile",
    start="attach or update failed, attempt counter below 5",
    stop="new routing area",
    expiry="attach or update again",
)
T3312 = timer(
    "T3312",
    54 * 60,
    1,
    "mobile",
    start="STANDBY entered; the network gives its value",
    stop="READY entered, GPRS detached",
    expiry="periodic routing area update",
)
T3318 = timer(
    "T3318",
    20,
    1,
    "mobile",
    start="AUTHENTICATION AND CIPHERING FAILURE with #20 or #23 sent",
    stop="AUTHENTICATION AND CIPHERING REQUEST received",
    expiry="the network is taken for a false one",
)
T3320 = timer(
    "T3320",
    15,
    1,
    "mobile",
    start="AUTHENTICATION AND CIPHERING FAILURE with #21 sent",
    stop="AUTHENTICATION AND CIPHERING REQUEST received",
    expiry="the network is taken for a false one",
)
T3321 = timer(
    "T3321",
    15,
    5,
    "mobile",
    start="DETACH REQUEST sent",
    stop="DETACH ACCEPT received",
    expiry="DETACH REQUEST again; the 5th detaches locally",
)
T3330 = timer(
    "T3330",
    15,
    5,
    "mobile",
    start="ROUTING AREA UPDATE REQUEST sent",
    stop="ROUTING AREA UPDATE ACCEPT or REJECT received",
    expiry="ROUTING AREA UPDATE REQUEST again; the 5th ends the attempt",
)

# --- GMM, network side (TS 24.008 table 11.4) ---------------------------------------------------------------------
T3322 = timer(
    "T3322",
    6,
    5,
    "network",
    start="DETACH REQUEST sent",
    stop="DETACH ACCEPT received",
    expiry="DETACH REQUEST again; the 5th detaches locally",
)
T3350 = timer(
    "T3350",
    6,
    5,
    "network",
    start="ATTACH ACCEPT with a new P-TMSI sent",
    stop="ATTACH COMPLETE received",
    expiry="ATTACH ACCEPT again; the 5th ends the attach, old and new P-TMSI stay valid",
)
T3360 = timer(
    "T3360",
    6,
    5,
    "network",
    start="AUTHENTICATION AND CIPHERING REQUEST sent",
    stop="AUTHENTICATION AND CIPHERING RESPONSE or FAILURE received",
    expiry="the request again; the 5th ends the procedure and what runs around it",
)
T3370 = timer(
    "T3370",
    6,
    5,
    "network",
    start="IDENTITY REQUEST sent",
    stop="IDENTITY RESPONSE received",
    expiry="the request again; the 5th ends the procedure and what runs around it",
)

# --- MM states (TS 23.060 6.1, TS 24.008 tables 11.3a and 11.4a) --------------------------------------------------
T3314 = timer(
    "T3314",
    44,
    1,
    "network",
    start="LLC frame that is not NULL sent by the mobile, received by the SGSN",
    stop="the other is told to go to STANDBY",
    expiry="READY becomes STANDBY, on either side",
)
MOBILE_REACHABLE = timer(
    "mobile reachable",
    4 * 60,
    1,
    "network",
    start="STANDBY entered; it is this much longer than T3312",
    stop="LLC frame received",
    expiry="the mobile is not paged any more",
)
X_IMPLICIT_DETACH = timer(
    "X-implicit-detach",
    60,
    1,
    "network",
    start="the mobile reachable timer has run out",
    stop="LLC frame received",
    expiry="the mobile counts as detached",
)

# --- paging and suspension (TS 24.008 table 11.4, TS 23.060 16.2) --------------------------------------------------
T3313 = timer(
    "T3313",
    10,
    3,
    "network",
    start="PAGING-PS with the P-TMSI sent",
    stop="LLC frame of the mobile received",
    expiry="PAGING-PS again; the 3rd pages by IMSI, if that is wanted",
)
X_PAGING_BY_IMSI = timer(
    "X-paging-by-imsi",
    10,
    1,
    "network",
    start="PAGING-PS with the IMSI alone sent, as the last attempt",
    stop="LLC frame of the mobile received",
    expiry="paging has failed, what was to be said is dropped",
)
X_SUSPENSION = timer(
    "X-suspension",
    2 * 3600,
    1,
    "network",
    start="SUSPEND-ACK sent",
    stop="mobile resumed or heard",
    expiry="no call lasts that long: the mobile counts as resumed",
)

# --- Gs, side of the SGSN (TS 29.018 clause 18, table of timers) --------------------------------------------------
T6_1 = timer(
    "T6-1",
    10,
    1,
    "network",
    start="LOCATION-UPDATE-REQUEST sent",
    stop="LOCATION-UPDATE-ACCEPT or REJECT received",
    expiry="the mobile is told #16, the association is Gs-NULL",
)
T8 = timer(
    "T8",
    4,
    3,
    "network",
    start="GPRS-DETACH-INDICATION sent",
    stop="GPRS-DETACH-ACK received",
    expiry="the indication again; after N8 = 2 repeats it is given up",
)
T9 = timer(
    "T9",
    4,
    3,
    "network",
    start="IMSI-DETACH-INDICATION of an explicit detach sent",
    stop="IMSI-DETACH-ACK received",
    expiry="the indication again; after N9 = 2 repeats it is given up",
)
T10 = timer(
    "T10",
    4,
    3,
    "network",
    start="IMSI-DETACH-INDICATION of an implicit detach sent",
    stop="IMSI-DETACH-ACK received",
    expiry="the indication again; after N10 = 2 repeats it is given up",
)
T12_1 = timer(
    "T12-1",
    8,
    1,
    "network",
    start="SGSN started anew; it is this much longer than T3312",
    stop="nothing",
    expiry="SGSN-Reset is false: every mobile has been heard of again",
)
T12_2 = timer(
    "T12-2",
    4,
    3,
    "network",
    start="RESET-INDICATION sent to a VLR",
    stop="RESET-ACK received",
    expiry="the indication again; after N12 = 2 repeats O&M is told",
)

# --- Gs, side of the VLR (TS 29.018 clause 18, table of timers) ---------------------------------------------------
T5_GS = timer(
    "T5 of Gs",
    10,
    1,
    "network",
    start="PAGING-REQUEST sent",
    stop="PAGING RESPONSE, PAGING-REJECT or MS-UNREACHABLE received",
    expiry="paging has failed",
)
T6_2 = timer(
    "T6-2",
    40,
    1,
    "network",
    start="LOCATION-UPDATE-ACCEPT with a new TMSI sent",
    stop="TMSI-REALLOCATION-COMPLETE received",
    expiry="old and new TMSI stay valid",
)
T7 = timer(
    "T7",
    4,
    3,
    "network",
    start="ALERT-REQUEST sent",
    stop="ALERT-ACK or ALERT-REJECT received",
    expiry="the request again; after N7 = 2 repeats O&M is told",
)
T11 = timer(
    "T11",
    4,
    3,
    "network",
    start="RESET-INDICATION sent to an SGSN",
    stop="RESET-ACK received",
    expiry="the indication again; after N11 = 2 repeats O&M is told",
)
X_INFORMATION = timer(
    "X-information",
    4,
    1,
    "network",
    start="MS-INFORMATION-REQUEST sent",
    stop="MS-INFORMATION-RESPONSE received",
    expiry="nobody knows",
)

# --- MM and CC, mobile side (TS 24.008 tables 11.1 and 11.3) -------------------------------------------------------
T3210 = timer(
    "T3210",
    20,
    1,
    "mobile",
    start="LOCATION UPDATING REQUEST sent",
    stop="LOCATION UPDATING ACCEPT or REJECT received, channel released",
    expiry="the channel is left, and the update has failed",
)
T3211 = timer(
    "T3211",
    15,
    1,
    "mobile",
    start="location updating failed, attempt counter below 4",
    stop="location updating started, new location area",
    expiry="location updating again",
)
T3212 = timer(
    "T3212",
    3600,
    1,
    "mobile",
    start="MM IDLE entered, or location updating failed with the attempt counter at 4; the cell gives its value",
    stop="dedicated mode entered, IMSI detached, calls through the SGSN",
    expiry="periodic location updating",
)
T3213 = timer(
    "T3213",
    4,
    1,
    "mobile",
    start="no dedicated channel for a location updating, for the first or second time",
    stop="location updating started, new location area",
    expiry="location updating again",
)
T3214 = timer(
    "T3214",
    20,
    1,
    "mobile",
    start="AUTHENTICATION FAILURE with #20 or #23 sent",
    stop="AUTHENTICATION REQUEST received",
    expiry="the network is taken for a false one",
)
T3216 = timer(
    "T3216",
    15,
    1,
    "mobile",
    start="AUTHENTICATION FAILURE with #21 sent",
    stop="AUTHENTICATION REQUEST received",
    expiry="the network is taken for a false one",
)
T3220 = timer(
    "T3220",
    5,
    1,
    "mobile",
    start="IMSI DETACH INDICATION sent",
    stop="channel released",
    expiry="the channel is left",
)
T3230 = timer(
    "T3230",
    15,
    1,
    "mobile",
    start="CM SERVICE REQUEST sent",
    stop="CM SERVICE ACCEPT or REJECT received, ciphering begun",
    expiry="there is no connection",
)
T3240 = timer(
    "T3240",
    10,
    1,
    "mobile",
    start="nothing more to do on the channel, or page answered; again with each message of MM",
    stop="channel released, SETUP received",
    expiry="the channel is left",
)
T303 = timer(
    "T303",
    30,
    1,
    "mobile",
    start="SETUP sent",
    stop="CALL PROCEEDING, ALERTING, CONNECT or RELEASE COMPLETE received",
    expiry="the call is cleared",
)
T305 = timer(
    "T305",
    30,
    1,
    "mobile",
    start="DISCONNECT sent",
    stop="RELEASE or DISCONNECT received",
    expiry="RELEASE is sent",
)
T308 = timer(
    "T308",
    30,
    2,
    "mobile",
    start="RELEASE sent",
    stop="RELEASE COMPLETE or RELEASE received",
    expiry="RELEASE again; the 2nd frees the call",
)
T310 = timer(
    "T310",
    30,
    1,
    "mobile",
    start="CALL PROCEEDING received",
    stop="ALERTING, CONNECT or DISCONNECT received",
    expiry="the call is cleared",
)
T313 = timer(
    "T313",
    30,
    1,
    "mobile",
    start="CONNECT sent",
    stop="CONNECT ACKNOWLEDGE received",
    expiry="the call is cleared",
)

# --- MM, CC and A interface, side of the network (TS 24.008 tables 11.2 and 11.4, TS 44.018, TS 48.008) ------------
T3250 = timer(
    "T3250",
    12,
    1,
    "network",
    start="LOCATION UPDATING ACCEPT with a new TMSI sent",
    stop="TMSI REALLOCATION COMPLETE received",
    expiry="the channel is released, old and new TMSI stay valid",
)
T3260 = timer(
    "T3260",
    12,
    1,
    "network",
    start="AUTHENTICATION REQUEST sent",
    stop="AUTHENTICATION RESPONSE or FAILURE received",
    expiry="the channel is released",
)
T3270 = timer(
    "T3270",
    12,
    1,
    "network",
    start="IDENTITY REQUEST sent",
    stop="IDENTITY RESPONSE received",
    expiry="the channel is released",
)
T3113 = timer(
    "T3113",
    8,
    2,
    "network",
    start="PAGING sent on the A interface",
    stop="PAGING RESPONSE received",
    expiry="PAGING again; the 2nd gives it up",
)
T301_NETWORK = timer(
    "T301 of the network",
    180,
    1,
    "network",
    start="ALERTING received",
    stop="CONNECT received",
    expiry="the call is cleared",
)
T303_NETWORK = timer(
    "T303 of the network",
    30,
    1,
    "network",
    start="SETUP sent",
    stop="CALL CONFIRMED, CONNECT or RELEASE COMPLETE received",
    expiry="the call is cleared",
)
T305_NETWORK = timer(
    "T305 of the network",
    30,
    1,
    "network",
    start="DISCONNECT sent",
    stop="RELEASE or DISCONNECT received",
    expiry="RELEASE is sent",
)
T308_NETWORK = timer(
    "T308 of the network",
    30,
    2,
    "network",
    start="RELEASE sent",
    stop="RELEASE COMPLETE or RELEASE received",
    expiry="RELEASE again; the 2nd frees the call",
)
T310_NETWORK = timer(
    "T310 of the network",
    30,
    1,
    "network",
    start="CALL CONFIRMED received",
    stop="ALERTING or CONNECT received",
    expiry="the call is cleared",
)
T313_NETWORK = timer(
    "T313 of the network",
    30,
    1,
    "network",
    start="CONNECT sent",
    stop="CONNECT ACKNOWLEDGE received",
    expiry="the call is cleared",
)
X_SETUP = timer(
    "X-setup",
    10,
    1,
    "network",
    start="CM SERVICE ACCEPT sent",
    stop="SETUP received",
    expiry="the channel is released",
)
T16 = timer(
    "T16",
    30,
    4,
    "network",
    start="RESET sent on the A interface by the MSC",
    stop="RESET ACKNOWLEDGE received",
    expiry="RESET again; after the 4th O&M is told",
)
X_FOLLOW_ON = timer(
    "X-follow-on",
    5,
    1,
    "network",
    start="location updated on a channel on which the mobile wants more",
    stop="CM SERVICE REQUEST received",
    expiry="the channel is cleared",
)
X_CIPHER_MODE = timer(
    "X-cipher-mode",
    8,
    1,
    "network",
    start="CIPHER MODE COMMAND or CLASSMARK REQUEST sent",
    stop="CIPHER MODE COMPLETE or REJECT, or CLASSMARK UPDATE received",
    expiry="the channel is not ciphered, or the classmark not known",
)
X_CLEAR_COMMAND = timer(
    "X-clear-command",
    20,
    1,
    "network",
    start="CLEAR COMMAND sent",
    stop="CLEAR COMPLETE received",
    expiry="the connection is released all the same",
)
X_IMSI_DETACH = timer(
    "X-imsi-detach",
    14400,
    1,
    "network",
    start="mobile heard that is not associated with an SGSN",
    stop="mobile heard, or associated",
    expiry="the mobile counts as detached",
)
X_VLR_PURGE = timer(
    "X-vlr-purge",
    86400,
    1,
    "network",
    start="mobile detached",
    stop="mobile attached",
    expiry="subscriber deleted, HLR told by purgeMS",
)

# --- session management, mobile side (TS 24.008 table 11.2) -------------------------------------------------------
T3380 = timer(
    "T3380",
    30,
    5,
    "mobile",
    start="ACTIVATE PDP CONTEXT REQUEST or ACTIVATE SECONDARY PDP CONTEXT REQUEST sent",
    stop="the ACCEPT or REJECT received",
    expiry="the request again; the 5th ends the activation",
)
T3381 = timer(
    "T3381",
    8,
    5,
    "mobile",
    start="MODIFY PDP CONTEXT REQUEST sent",
    stop="MODIFY PDP CONTEXT ACCEPT or REJECT received",
    expiry="the request again; the 5th leaves the context as it was",
)
T3390 = timer(
    "T3390",
    8,
    5,
    "mobile",
    start="DEACTIVATE PDP CONTEXT REQUEST sent",
    stop="DEACTIVATE PDP CONTEXT ACCEPT received",
    expiry="the request again; the 5th deletes the context without an answer",
)

# --- session management, network side (TS 24.008 table 11.2a) -----------------------------------------------------
T3385 = timer(
    "T3385",
    8,
    5,
    "network",
    start="REQUEST PDP CONTEXT ACTIVATION sent",
    stop="ACTIVATE PDP CONTEXT REQUEST or REQUEST PDP CONTEXT ACTIVATION REJECT received",
    expiry="the request again; the 5th ends the activation",
)
T3386 = timer(
    "T3386",
    8,
    5,
    "network",
    start="MODIFY PDP CONTEXT REQUEST sent",
    stop="MODIFY PDP CONTEXT ACCEPT received",
    expiry="the request again; the 5th leaves the context as it was",
)
T3395 = timer(
    "T3395",
    8,
    5,
    "network",
    start="DEACTIVATE PDP CONTEXT REQUEST sent",
    stop="DEACTIVATE PDP CONTEXT ACCEPT received",
    expiry="the request again; the 5th deletes the context without an answer",
)

# --- packets and their paths --------------------------------------------------------------------------------------
X_ECHO = timer(
    "X-echo",
    60,
    1,
    "network",
    start="Echo Response received; 60 s at least (TS 29.060 7.2.1)",
    stop="the last PDP context of the path deleted",
    expiry="Echo Request",
)
X_INACTIVITY = timer(
    "X-inactivity",
    1800,
    1,
    "network",
    start="PDP context made, packet of it passed; the access point gives its value",
    stop="PDP context deleted",
    expiry="the GGSN deletes the PDP context, its address is free",
)
X_N_PDU = timer(
    "X-n-pdu",
    15,
    1,
    "network",
    start="first segment of an N-PDU received",
    stop="last segment received",
    expiry="the segments are dropped (TS 44.065 6.7.2)",
)
X_SOLICITATION = timer(
    "X-solicitation",
    4,
    3,
    "mobile",
    start="Router Solicitation sent (RFC 4861 10)",
    stop="Router Advertisement received",
    expiry="the solicitation again; the 3rd ends the search, the mobile has a link-local address",
)
X_INTERVAL = timer(
    "X-interval",
    1,
    1,
    "mobile",
    start="echo request or datagram of an order sent; the order gives its value",
    stop="nothing",
    expiry="the next one",
)
X_ACTIVATION = timer(
    "X-activation",
    90,
    1,
    "network",
    start="PDU Notification Response received: the SGSN asks the mobile for a context; longer than T3385 five times",
    stop="Create PDP Context Request or PDU Notification Reject Request received",
    expiry="the GGSN gives the activation up, the packets that wait are dropped",
)
X_PRESENT = timer(
    "X-present",
    120,
    1,
    "network",
    start="MNRG set in the GGSN",
    stop="Note MS Present or Create PDP Context Request received",
    expiry="the packets that wait are dropped",
)
X_QUIET = timer(
    "X-quiet",
    10,
    1,
    "network",
    start="network-requested activation failed in the GGSN, MNRG not set",
    stop="Create PDP Context Request received",
    expiry="the next packet for the address makes the GGSN try again",
)
X_PING = timer(
    "X-ping",
    10,
    1,
    "mobile",
    start="last echo request or datagram of an order sent",
    stop="all answers received",
    expiry="those that have not come are lost",
)

# --- BSSGP (TS 48.018 clause 12) ----------------------------------------------------------------------------------
T1 = timer(
    "T1",
    3,
    4,
    "network",
    start="BVC-BLOCK or BVC-UNBLOCK sent",
    stop="the ACK received",
    expiry="the request again; after 3 repeats O&M is told",
)
T2 = timer(
    "T2",
    3,
    4,
    "network",
    start="BVC-RESET sent",
    stop="BVC-RESET-ACK received",
    expiry="the request again; after 3 repeats O&M is told",
)

T3 = timer(
    "T3",
    1,
    4,
    "network",
    start="SUSPEND sent",
    stop="SUSPEND-ACK or SUSPEND-NACK received",
    expiry="SUSPEND again; after 3 repeats O&M is told",
)
T4 = timer(
    "T4",
    1,
    4,
    "network",
    start="RESUME sent",
    stop="RESUME-ACK or RESUME-NACK received",
    expiry="RESUME again; after 3 repeats O&M is told, and the mobile that it is not resumed",
)
T5 = timer(
    "T5",
    10,
    4,
    "network",
    start="RA-CAPABILITY-UPDATE sent",
    stop="RA-CAPABILITY-UPDATE-ACK received",
    expiry="RA-CAPABILITY-UPDATE again; after 3 repeats O&M is told",
)
C = timer(
    "C",
    1,
    1,
    "network",
    start="FLOW-CONTROL-BVC-ACK or FLOW-CONTROL-MS-ACK received",
    stop="nothing",
    expiry="the next FLOW-CONTROL may be sent",
)
TH = timer(
    "Th",
    600,
    1,
    "network",
    start="FLOW-CONTROL-MS sent or received",
    stop="the next one, or the mobile leaves the cell",
    expiry="SGSN: the default values hold again. BSS: tells its values anew, at half of it",
)

# --- network service (TS 48.016 clause 11) ------------------------------------------------------------------------
TNS_BLOCK = timer(
    "Tns-block",
    3,
    4,
    "network",
    start="NS-BLOCK or NS-UNBLOCK sent",
    stop="the ACK received",
    expiry="the PDU again; after 3 repeats O&M is told",
)
TNS_RESET = timer(
    "Tns-reset",
    3,
    4,
    "network",
    start="NS-RESET sent",
    stop="NS-RESET-ACK received",
    expiry="NS-RESET again; after 3 repeats O&M is told",
)
TNS_ALIVE = timer(
    "Tns-alive",
    3,
    11,
    "network",
    start="NS-ALIVE sent",
    stop="NS-ALIVE-ACK received",
    expiry="NS-ALIVE again; after 10 repeats the NS-VC is dead, and reset",
)
TSNS_PROV = timer(
    "Tsns-prov",
    3,
    4,
    "network",
    start="SNS-SIZE or SNS-CONFIG sent",
    stop="the ACK received",
    expiry="the PDU again; after 3 repeats O&M is told",
)
X_SGSN_CONFIG = timer(
    "X-sgsn-config",
    15,
    1,
    "network",
    start="SNS-CONFIG-ACK received by the BSS",
    stop="SNS-CONFIG of the SGSN received",
    expiry="the sub-network service is not configured",
)
X_BSS_CONFIG = timer(
    "X-bss-config",
    15,
    1,
    "network",
    start="SNS-SIZE-ACK sent by the SGSN",
    stop="SNS-CONFIG of the BSS received",
    expiry="the sub-network service is not configured",
)
TNS_TEST = timer(
    "Tns-test",
    30,
    1,
    "network",
    start="NS-ALIVE-ACK received",
    stop="NS-VC reset",
    expiry="NS-ALIVE is sent",
)

# --- MAP operations by class (TS 29.002 17.1.2) -------------------------------------------------------------------
MAP_S = timer("MAP s", 10, 1, "network", start="invoke sent", stop="result, error or reject", expiry="no answer")
MAP_M = timer("MAP m", 20, 1, "network", start="invoke sent", stop="result, error or reject", expiry="no answer")
MAP_ML = timer("MAP ml", 60, 1, "network", start="invoke sent", stop="result, error or reject", expiry="no answer")

# --- GTP (TS 29.060 14) -------------------------------------------------------------------------------------------
T3_RESPONSE = timer(
    "T3-RESPONSE",
    2,
    5,
    "network",
    start="GTP request sent, or SGSN Context Response",
    stop="response received, or SGSN Context Acknowledge",
    expiry="sent again; after N3-REQUESTS (5) in all it is given up, before the mobile asks again (7.6)",
)

X_LATE = timer(
    "X-late",
    20,
    1,
    "network",
    start="Create PDP Context Request given up",
    stop="its response has come all the same: what it made is deleted",
    expiry="no answer is expected any more",
)

# --- ours ---------------------------------------------------------------------------------------------------------
X_SEGMENTS = timer(
    "X-segments",
    15,
    1,
    "network",
    start="first SCCP segment received",
    stop="last segment received",
    expiry="the segments are dropped (T(reass), Q.714)",
)
X_MORE_DATA = timer(
    "X-more-data",
    20,
    1,
    "network",
    start="InsertSubscriberData answered in a dialogue that the HLR began for it",
    stop="InsertSubscriberData received, or the dialogue ended by the HLR",
    expiry="the dialogue is aborted",
)
X_CANCEL = timer(
    "X-cancel",
    30,
    20,
    "network",
    start="CancelLocation sent to a node that the HLR names no more",
    stop="result or error received, or the subscriber there again",
    expiry="CancelLocation again; the 20th gives up (29.002 19.1.2)",
)
X_SUBSCRIBER_DATA = timer(
    "X-subscriber-data",
    30,
    5,
    "network",
    start="changed subscriber data sent to a serving node",
    stop="result or error received, or the data sent otherwise",
    expiry="the data again; the 5th gives up (29.002 19.4)",
)
X_MS_PRESENT = timer(
    "X-ms-present",
    30,
    5,
    "network",
    start="NoteMsPresentForGprs sent",
    stop="result or error received",
    expiry="NoteMsPresentForGprs again; the 5th gives up (23.060 9.2.2.2)",
)
X_HLR_RESET = timer(
    "X-hlr-reset",
    30,
    5,
    "network",
    start="Reset sent after a restart",
    stop="the dialogue ended by the peer",
    expiry="Reset again; the 5th gives up (29.002 19.3.2)",
)
X_CONNECTION = timer(
    "X-connection",
    20,
    1,
    "network",
    start="SCCP CR sent",
    stop="CC or CREF received",
    expiry="the connection is given up (T(conn est), Q.714)",
)
X_RELEASE = timer(
    "X-release",
    10,
    4,
    "network",
    start="SCCP RLSD sent",
    stop="RLC received",
    expiry="RLSD again; the 4th frees the reference (T(rel) and T(int), Q.714)",
)
T_IAS = timer(
    "T(ias)",
    420,
    1,
    "network",
    start="anything sent on an SCCP connection (Q.714 3.4; 5 to 10 min)",
    stop="the next message sent, or the connection released",
    expiry="IT sent: the connection is still there",
)
T_IAR = timer(
    "T(iar)",
    900,
    1,
    "network",
    start="anything received on an SCCP connection (Q.714 3.4; 11 to 21 min)",
    stop="the next message received, or the connection released",
    expiry="the connection is released",
)
X_DOWNLINK = timer(
    "X-downlink",
    1,
    1,
    "network",
    start="a bucket lets no frame pass; it runs as long as that lasts",
    stop="new limits",
    expiry="the next frame goes",
)
X_AIR = timer(
    "X-air",
    120,
    1,
    "network",
    start="uplink frame with a TLLI received by the BSS",
    stop="next uplink frame",
    expiry="the BSS forgets where that TLLI is",
)
X_RETRY = timer(
    "X-retry",
    30,
    1,
    "network",
    start="a BVC could not be reset or unblocked",
    stop="nothing",
    expiry="the BSS tries again",
)
X_FLOW_CONTROL = timer(
    "X-flow-control",
    1,
    4,
    "network",
    start="FLOW-CONTROL-BVC or FLOW-CONTROL-MS sent; not shorter than C",
    stop="the ACK received",
    expiry="the PDU again; after 3 repeats O&M is told",
)
X_BUCKET = timer(
    "X-bucket",
    1,
    1,
    "network",
    start="a downlink frame must wait for the air; runs as long as the leaky bucket says",
    stop="the frame leaves, or its mobile the cell",
    expiry="the frame is sent",
)
X_LIFETIME = timer(
    "X-lifetime",
    6,
    1,
    "network",
    start="a downlink frame must wait, in the SGSN or the BSS; runs for the PDU lifetime (48.018 11.3.47)",
    stop="nothing waits any more",
    expiry="the frames whose life is over are discarded",
)
X_REGISTRATION = timer(
    "X-registration",
    4,
    2,
    "network",
    start="MS-REGISTRATION-ENQUIRY or DUMMY-PAGING-PS sent",
    stop="the response received",
    expiry="the PDU again; the 2nd gives up",
)
X_PUT_OFF = timer(
    "X-put-off",
    1,
    1,
    "network",
    start="PAGING-PS-REJECT received; it runs for the time until the next paging occasion that the BSS tells",
    stop="the mobile heard",
    expiry="PAGING-PS is sent again",
)
X_CIPHERING = timer(
    "X-ciphering",
    6,
    1,
    "network",
    start="CIPHERING MODE COMMAND sent by the BSS",
    stop="CIPHERING MODE COMPLETE received",
    expiry="CIPHER MODE REJECT: the channel is not ciphered",
)
X_OCCASION = timer(
    "X-occasion",
    3060 / 13 / 1000,
    1,
    "network",
    start="pages sent in a cell: a 51-multiframe begins (45.002 4.3.1, 3060/13 ms)",
    stop="nothing",
    expiry="the next paging occasion is there: whoever waits is paged",
)
X_FLUSH = timer(
    "X-flush",
    10,
    1,
    "network",
    start="a mobile for which frames wait was heard in another cell",
    stop="FLUSH-LL received, or the mobile is back",
    expiry="the frames are discarded",
)
X_SILENCE = timer(
    "X-silence",
    1800,
    1,
    "network",
    start="a message of the mobile received on its dedicated channel",
    stop="the next one, or CLEAR COMMAND",
    expiry="the radio link is taken for lost: CLEAR REQUEST",
)
X_CLEAR = timer(
    "X-clear",
    10,
    4,
    "network",
    start="CLEAR REQUEST sent",
    stop="CLEAR COMMAND received",
    expiry="CLEAR REQUEST again; the 4th releases the connection",
)
X_CLEARED = timer(
    "X-cleared",
    30,
    1,
    "network",
    start="CLEAR COMPLETE sent",
    stop="SCCP connection released by the MSC",
    expiry="the BSS releases the connection",
)
X_RESET = timer(
    "X-reset",
    10,
    4,
    "network",
    start="RESET sent on the A interface by the BSS (T4, TS 48.008 3.1.4)",
    stop="RESET ACKNOWLEDGE received",
    expiry="RESET again; after the 4th O&M is told",
)
X_RADIO_LINK = timer(
    "X-radio-link",
    1800,
    1,
    "mobile",
    start="a message of the network received on the dedicated channel",
    stop="the next one, or CHANNEL RELEASE",
    expiry="the radio link is taken for lost, and the channel is left (44.018 3.4.13.1)",
)
X_BARRED = timer(
    "X-barred",
    1280,
    1,
    "mobile",
    start="the network in a cell has failed authentication",
    stop="mobile switched off",
    expiry="the cell may be used again (the maximum of Tbarred, 25.331 8.1.4a)",
)
X_RINGING = timer(
    "X-ringing",
    10,
    1,
    "mobile",
    start="ALERTING sent; each mobile has its own value",
    stop="the call taken or ended by its user, or ended by the network",
    expiry="the user takes the call",
)
X_SEARCH = timer(
    "X-search",
    30,
    1,
    "mobile",
    start="a mobile looks for its cell, of which it has not heard",
    stop="system information of the cell heard",
    expiry="no cell is available",
)
X_PURGE = timer(
    "X-purge",
    24 * 3600,
    1,
    "network",
    start="mobile detached",
    stop="mobile attached",
    expiry="context deleted, HLR told by purgeMS",
)
X_MOVED = timer(
    "X-moved",
    60,
    1,
    "network",
    start="contexts handed to another SGSN",
    stop="the mobile comes back",
    expiry="the contexts are removed (23.060 6.9.1.2.2, the old SGSN's timer)",
)


def reference() -> str:
    """A Markdown table of all timers."""
    rows = ["| timer | default | expiries | side | start | stop | on expiry |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| {t.name} | {t.duration / SECOND:g} s | {t.expiries} | {t.side} | {t.start} | {t.stop} | {t.expiry} |"
        for t in TIMERS.values()
    ]
    return "\n".join(rows)
