"""Authentication: sendAuthenticationInfo, authenticationFailureReport (TS 29.002 17.7.1)."""

from typing import Annotated

from protocol.ber import (
    BOOLEAN,
    CHOICE,
    ENUMERATED,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    SEQUENCE_OF,
    Choice,
    Sequence,
)
from protocol.declare import OpenEnum
from protocol.identities import Imsi, IsdnAddress, Plmn
from protocol.map.extension import ExtensionContainer


class ReSynchronisationInfo(Sequence):
    """The challenge that a USIM found out of sequence, and what it answered."""

    rand: Annotated[bytes, OCTETS(size=16)]
    auts: Annotated[bytes, OCTETS(size=14)]


class RequestingNodeType(OpenEnum):
    """For whose domain vectors are asked."""

    VLR = 0
    SGSN = 1


class SendAuthenticationInfoArg(Sequence):
    """SGSN or VLR → HLR: give me authentication vectors for the subscriber."""

    imsi: Annotated[Imsi, OCTETS(0)]
    number_of_requested_vectors: Annotated[int, INTEGER(least=1, most=5)]
    segmentation_prohibited: Annotated[bool, NULL()] = False
    immediate_response_preferred: Annotated[bool, NULL(1)] = False
    re_synchronisation_info: Annotated[ReSynchronisationInfo | None, SEQUENCE()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(2)] = None
    requesting_node_type: Annotated[RequestingNodeType | None, ENUMERATED(3)] = None
    requesting_plmn_id: Annotated[Plmn | None, OCTETS(4, size=3)] = None


class AuthenticationTriplet(Sequence):
    """A GSM authentication vector."""

    rand: Annotated[bytes, OCTETS(size=16)]
    sres: Annotated[bytes, OCTETS(size=4)]
    kc: Annotated[bytes, OCTETS(size=8)]


class AuthenticationQuintuplet(Sequence):
    """A UMTS authentication vector."""

    rand: Annotated[bytes, OCTETS(size=16)]
    xres: Annotated[bytes, OCTETS(least=4, most=16)]
    ck: Annotated[bytes, OCTETS(size=16)]
    ik: Annotated[bytes, OCTETS(size=16)]
    autn: Annotated[bytes, OCTETS(size=16)]


class AuthenticationSetList(Choice):
    """Vectors of one kind."""

    triplet_list: Annotated[tuple[AuthenticationTriplet, ...] | None, SEQUENCE_OF(SEQUENCE(), 0, most=5)] = None
    quintuplet_list: Annotated[tuple[AuthenticationQuintuplet, ...] | None, SEQUENCE_OF(SEQUENCE(), 1, most=5)] = None


class SendAuthenticationInfoRes(Sequence, tag=3):
    """HLR → SGSN or VLR: vectors; none at all where the subscriber's are used up for now."""

    authentication_set_list: Annotated[AuthenticationSetList | None, CHOICE()] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class SendAuthenticationInfoArgV2(Choice):
    """VLR → HLR: give me authentication vectors for the subscriber (version 2)."""

    imsi: Annotated[Imsi | None, OCTETS()] = None


class SendAuthenticationInfoResV2(Choice):
    """HLR → VLR: triplets (version 2)."""

    triplets: Annotated[tuple[AuthenticationTriplet, ...] | None, SEQUENCE_OF(SEQUENCE(), most=5)] = None


class FailureCause(OpenEnum):
    """How an authentication failed."""

    WRONG_USER_RESPONSE = 0
    WRONG_NETWORK_SIGNATURE = 1


class AccessType(OpenEnum):
    """What was going on when it failed."""

    CALL = 0
    EMERGENCY_CALL = 1
    LOCATION_UPDATING = 2
    SUPPLEMENTARY_SERVICE = 3
    SHORT_MESSAGE = 4
    GPRS_ATTACH = 5
    ROUTING_AREA_UPDATING = 6
    SERVICE_REQUEST = 7
    PDP_CONTEXT_ACTIVATION = 8
    PDP_CONTEXT_DEACTIVATION = 9
    GPRS_DETACH = 10


class AuthenticationFailureReportArg(Sequence):
    """SGSN or VLR → HLR: the subscriber's authentication failed."""

    imsi: Annotated[Imsi, OCTETS()]
    failure_cause: Annotated[FailureCause, ENUMERATED()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    re_attempt: Annotated[bool | None, BOOLEAN()] = None
    access_type: Annotated[AccessType | None, ENUMERATED()] = None
    rand: Annotated[bytes | None, OCTETS(size=16)] = None
    vlr_number: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=9)] = None
    sgsn_number: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=9)] = None


class AuthenticationFailureReportRes(Sequence):
    """HLR → SGSN or VLR: noted."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
