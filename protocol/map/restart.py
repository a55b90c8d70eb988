"""Restart of registers: reset, forwardCheckSS-Indication, restoreData (TS 29.002 17.7.1)."""

from typing import Annotated

from protocol.ber import ENUMERATED, NULL, OCTETS, SEQUENCE, SEQUENCE_OF, Sequence
from protocol.identities import Imsi, IsdnAddress
from protocol.map.errors import NetworkResource
from protocol.map.extension import ExtensionContainer
from protocol.map.location import VlrCapability
from protocol.map.numbers import HlrId


class ResetArg(Sequence):
    """HLR → SGSN or VLR: I have lost data; confirm the subscribers whose IMSI begins so when you hear of them.

    ``network_resource`` is sent in version 1 alone, and must be there.
    """

    network_resource: Annotated[NetworkResource | None, ENUMERATED()] = None
    hlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    hlr_list: Annotated[tuple[HlrId, ...], SEQUENCE_OF(OCTETS(least=3, most=8), most=50)] = ()
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE(0)] = None


class RestoreDataArg(Sequence):
    """VLR → HLR: give me the data of this subscriber, whom I should know."""

    imsi: Annotated[Imsi, OCTETS()]
    lmsi: Annotated[bytes | None, OCTETS(size=4)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    vlr_capability: Annotated[VlrCapability | None, SEQUENCE(6)] = None


class RestoreDataRes(Sequence):
    """HLR → VLR: the data have been inserted; and tell me when the mobile is there, where it was not reached."""

    hlr_number: Annotated[IsdnAddress, OCTETS(least=1, most=9)]
    ms_not_reachable: Annotated[bool, NULL()] = False
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
