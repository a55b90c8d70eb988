"""What MAP itself says when a dialogue is opened, refused or aborted: MAP-DialogueInformation (TS 29.002 17.4).

It travels as user information in the dialogue portion of TCAP, under the abstract syntax :data:`MAP_DIALOGUE_AS`.
"""

from typing import Annotated

from protocol.ber import CHOICE, ENUMERATED, NULL, OCTETS, OID, SEQUENCE, Choice, Oid, Sequence
from protocol.declare import OpenEnum
from protocol.identities import IsdnAddress
from protocol.map.contexts import ApplicationContext
from protocol.map.extension import ExtensionContainer

MAP_DIALOGUE_AS = Oid("0.4.0.0.1.1.1.1")
"""{map-DialogueAS}: the name of the abstract syntax of these types."""


class MapOpenInfo(Sequence):
    """With TC-BEGIN: for whom in the other node, and from whom in this."""

    destination_reference: Annotated[IsdnAddress | None, OCTETS(0, least=1, most=20)] = None
    origination_reference: Annotated[IsdnAddress | None, OCTETS(1, least=1, most=20)] = None
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MapAcceptInfo(Sequence):
    """With the first answer: the dialogue is accepted."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MapCloseInfo(Sequence):
    """With TC-END: the dialogue is over."""

    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class RefuseReason(OpenEnum):
    """Why a dialogue is refused."""

    NO_REASON_GIVEN = 0
    INVALID_DESTINATION_REFERENCE = 1
    INVALID_ORIGINATING_REFERENCE = 2


class MapRefuseInfo(Sequence):
    """With an abort: the dialogue is refused."""

    reason: Annotated[RefuseReason, ENUMERATED()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None
    alternative_application_context: Annotated[ApplicationContext | None, OID()] = None


class ResourceUnavailableReason(OpenEnum):
    """For how long something is not to be had."""

    SHORT_TERM_RESOURCE_LIMITATION = 0
    LONG_TERM_RESOURCE_LIMITATION = 1


class ProcedureCancellationReason(OpenEnum):
    """What ended the procedure."""

    HANDOVER_CANCELLATION = 0
    RADIO_CHANNEL_RELEASE = 1
    NETWORK_PATH_RELEASE = 2
    CALL_RELEASE = 3
    ASSOCIATED_PROCEDURE_FAILURE = 4
    TANDEM_DIALOGUE_RELEASE = 5
    REMOTE_OPERATIONS_FAILURE = 6


class MapUserAbortChoice(Choice):
    """Why the user aborts."""

    user_specific_reason: Annotated[bool | None, NULL(0)] = None
    user_resource_limitation: Annotated[bool | None, NULL(1)] = None
    resource_unavailable: Annotated[ResourceUnavailableReason | None, ENUMERATED(2)] = None
    application_procedure_cancellation: Annotated[ProcedureCancellationReason | None, ENUMERATED(3)] = None


class MapUserAbortInfo(Sequence):
    """With an abort: the user ends the dialogue."""

    map_user_abort_choice: Annotated[MapUserAbortChoice, CHOICE()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class ProviderAbortReason(OpenEnum):
    """Why MAP itself aborts."""

    ABNORMAL_DIALOGUE = 0
    INVALID_PDU = 1


class MapProviderAbortInfo(Sequence):
    """With an abort: MAP itself ends the dialogue."""

    map_provider_abort_reason: Annotated[ProviderAbortReason, ENUMERATED()]
    extension_container: Annotated[ExtensionContainer | None, SEQUENCE()] = None


class MapDialoguePdu(Choice):
    """MAP-DialoguePDU: one of these."""

    map_open: Annotated[MapOpenInfo | None, SEQUENCE(0)] = None
    map_accept: Annotated[MapAcceptInfo | None, SEQUENCE(1)] = None
    map_close: Annotated[MapCloseInfo | None, SEQUENCE(2)] = None
    map_refuse: Annotated[MapRefuseInfo | None, SEQUENCE(3)] = None
    map_user_abort: Annotated[MapUserAbortInfo | None, SEQUENCE(4)] = None
    map_provider_abort: Annotated[MapProviderAbortInfo | None, SEQUENCE(5)] = None
