"""The messages of call control that set up and end a call, in the order of TS 24.008 9.3.

Some have other elements in each direction: ``Mo`` goes from the mobile to the network, ``Mt`` from the network to the
mobile. The repeat indicators of low and high layer compatibility have the tag of that of the bearer capability, so they
stay among the extras.
"""

from typing import Annotated, Any

from protocol.causes import CcCause
from protocol.cc.elements import (
    AlertingPattern,
    AllowedActions,
    CallControlCapabilities,
    CalledPartyBcdNumber,
    CallingPartyBcdNumber,
    CallState,
    Cause,
    CauseOfNoCli,
    NetworkCallControlCapabilities,
    ProgressIndicator,
    RepeatIndicator,
    Signal,
)
from protocol.layout import HEADER, LV, THALF, TLV, TV, Message, Rules, T, V, When, unknown_by_tag
from protocol.mm.elements import Priority
from protocol.sm.elements import TransactionIdentifier, put_identifier, take_identifier

PROTOCOL_DISCRIMINATOR = 3

BEARER_CAPABILITY = TLV(0x04, 1, 14)
FACILITY = TLV(0x1C, 0, 253)
PROGRESS = TLV(0x1E, 2)
USER_USER = TLV(0x7E, 1, 129)
SS_VERSION = TLV(0x7F, 0, 1)
CAUSE = TLV(0x08, 2, 30)
BOTH_BEARERS = When("both bearer capabilities are there")


class CcMessage(Message):
    """A message of call control.

    ``send_sequence_number`` is the mobile's (TS 24.007 11.2.3.2), in the two top bits of the message type; the
    network has 0 there.
    """

    protocol = "cc"
    rules = Rules(
        unknown_message=CcCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED,
        missing_mandatory=CcCause.INVALID_MANDATORY_INFORMATION,
        invalid_mandatory=CcCause.INVALID_MANDATORY_INFORMATION,
        missing_conditional=CcCause.CONDITIONAL_IE_ERROR,
        longer=True,
        unknown=unknown_by_tag(CcCause.INVALID_MANDATORY_INFORMATION),
    )

    transaction_identifier: Annotated[TransactionIdentifier, HEADER("½-1½")]
    send_sequence_number: Annotated[int, HEADER("in the message type")] = 0

    @classmethod
    def take_header(cls, octets: bytes) -> tuple[tuple[Any, ...], bytes, int]:
        """The transaction identifier and the sequence number; discriminator and type were seen."""
        identifier, p = take_identifier(octets)
        return (identifier, octets[p] >> 6), octets, p + 1

    def frame(self, elements: bytes | bytearray) -> bytes:
        """Discriminator, transaction identifier, sequence number, type, and the elements."""
        if not 0 <= self.send_sequence_number < 4:
            raise ValueError(f"a send sequence number of {self.send_sequence_number} does not fit into two bits")
        head = put_identifier(self.transaction_identifier, PROTOCOL_DISCRIMINATOR)
        return head + bytes((self.send_sequence_number << 6 | self.code,)) + elements


class AlertingMt(CcMessage, code=0x01, title="ALERTING (Network to MS direction)", clause="9.3.1.1", way="down"):
    """Network → MS: the other one is being alerted."""

    facility: Annotated[bytes | None, FACILITY] = None
    progress_indicator: Annotated[ProgressIndicator | None, PROGRESS] = None
    user_user: Annotated[bytes | None, USER_USER] = None


class AlertingMo(CcMessage, code=0x01, title="ALERTING (MS to network direction)", clause="9.3.1.2", way="up"):
    """MS → network: my user is being alerted."""

    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None


class CallConfirmed(CcMessage, code=0x08, title="CALL CONFIRMED", clause="9.3.2", way="up"):
    """MS → network: your call has reached me."""

    repeat_indicator: Annotated[RepeatIndicator | None, THALF(0xD), BOTH_BEARERS] = None
    bearer_capability_1: Annotated[bytes | None, BEARER_CAPABILITY] = None
    bearer_capability_2: Annotated[bytes | None, BEARER_CAPABILITY] = None
    cause: Annotated[Cause | None, CAUSE] = None
    cc_capabilities: Annotated[CallControlCapabilities | None, TLV(0x15, 2)] = None
    stream_identifier: Annotated[int | None, TLV(0x2D, 1)] = None
    supported_codecs: Annotated[bytes | None, TLV(0x40, 3, 253)] = None


class CallProceeding(CcMessage, code=0x02, title="CALL PROCEEDING", clause="9.3.3", way="down"):
    """Network → MS: I have all that I need, and am setting up the call."""

    repeat_indicator: Annotated[RepeatIndicator | None, THALF(0xD), BOTH_BEARERS] = None
    bearer_capability_1: Annotated[bytes | None, BEARER_CAPABILITY] = None
    bearer_capability_2: Annotated[bytes | None, BEARER_CAPABILITY] = None
    facility: Annotated[bytes | None, FACILITY] = None
    progress_indicator: Annotated[ProgressIndicator | None, PROGRESS] = None
    priority_granted: Annotated[Priority | None, THALF(0x8)] = None
    network_cc_capabilities: Annotated[NetworkCallControlCapabilities | None, TLV(0x2F, 1)] = None


class ConnectMt(CcMessage, code=0x07, title="CONNECT (Network to MS direction)", clause="9.3.5.1", way="down"):
    """Network → MS: the other one has accepted your call."""

    facility: Annotated[bytes | None, FACILITY] = None
    progress_indicator: Annotated[ProgressIndicator | None, PROGRESS] = None
    connected_number: Annotated[CallingPartyBcdNumber | None, TLV(0x4C, 1, 12)] = None
    connected_subaddress: Annotated[bytes | None, TLV(0x4D, 0, 21)] = None
    user_user: Annotated[bytes | None, USER_USER] = None


class ConnectMo(CcMessage, code=0x07, title="CONNECT (MS to network direction)", clause="9.3.5.2", way="up"):
    """MS → network: my user has accepted the call."""

    facility: Annotated[bytes | None, FACILITY] = None
    connected_subaddress: Annotated[bytes | None, TLV(0x4D, 0, 21)] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None
    stream_identifier: Annotated[int | None, TLV(0x2D, 1)] = None


class ConnectAcknowledge(CcMessage, code=0x0F, title="CONNECT ACKNOWLEDGE", clause="9.3.6"):
    """Either → the other: the call is yours."""


class DisconnectMt(CcMessage, code=0x25, title="DISCONNECT (Network to MS direction)", clause="9.3.7.1", way="down"):
    """Network → MS: the call is over end to end, and this is why."""

    cause: Annotated[Cause, LV(2, 30)]
    facility: Annotated[bytes | None, FACILITY] = None
    progress_indicator: Annotated[ProgressIndicator | None, PROGRESS] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    allowed_actions: Annotated[AllowedActions | None, TLV(0x7B, 1)] = None


class DisconnectMo(CcMessage, code=0x25, title="DISCONNECT (MS to network direction)", clause="9.3.7.2", way="up"):
    """MS → network: end the call end to end, and this is why."""

    cause: Annotated[Cause, LV(2, 30)]
    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None


class EmergencySetup(CcMessage, code=0x0E, title="EMERGENCY SETUP", clause="9.3.8", way="up"):
    """MS → network: set up an emergency call."""

    bearer_capability: Annotated[bytes | None, BEARER_CAPABILITY] = None
    stream_identifier: Annotated[int | None, TLV(0x2D, 1)] = None
    supported_codecs: Annotated[bytes | None, TLV(0x40, 3, 253)] = None


class ReleaseMt(CcMessage, code=0x2D, title="RELEASE (Network to MS direction)", clause="9.3.18.1", way="down"):
    """Network → MS: I let the transaction go; do so too."""

    cause: Annotated[Cause | None, CAUSE] = None
    second_cause: Annotated[Cause | None, CAUSE] = None
    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None


class ReleaseMo(CcMessage, code=0x2D, title="RELEASE (MS to network direction)", clause="9.3.18.2", way="up"):
    """MS → network: I let the transaction go; do so too."""

    cause: Annotated[Cause | None, CAUSE] = None
    second_cause: Annotated[Cause | None, CAUSE] = None
    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None


class ReleaseCompleteMt(
    CcMessage, code=0x2A, title="RELEASE COMPLETE (Network to MS direction)", clause="9.3.19.1", way="down"
):
    """Network → MS: the transaction is gone."""

    cause: Annotated[Cause | None, CAUSE] = None
    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None


class ReleaseCompleteMo(
    CcMessage, code=0x2A, title="RELEASE COMPLETE (MS to network direction)", clause="9.3.19.2", way="up"
):
    """MS → network: the transaction is gone."""

    cause: Annotated[Cause | None, CAUSE] = None
    facility: Annotated[bytes | None, FACILITY] = None
    user_user: Annotated[bytes | None, USER_USER] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None


class SetupMt(CcMessage, code=0x05, title="SETUP (Network to MS direction)", clause="9.3.23.1", way="down"):
    """Network → MS: there is a call for you."""

    repeat_indicator: Annotated[RepeatIndicator | None, THALF(0xD), BOTH_BEARERS] = None
    bearer_capability_1: Annotated[bytes | None, BEARER_CAPABILITY] = None
    bearer_capability_2: Annotated[bytes | None, BEARER_CAPABILITY] = None
    facility: Annotated[bytes | None, FACILITY] = None
    progress_indicator: Annotated[ProgressIndicator | None, PROGRESS] = None
    signal: Annotated[Signal | None, TV(0x34, 1)] = None
    calling_party_bcd_number: Annotated[CallingPartyBcdNumber | None, TLV(0x5C, 1, 12)] = None
    calling_party_subaddress: Annotated[bytes | None, TLV(0x5D, 0, 21)] = None
    called_party_bcd_number: Annotated[CalledPartyBcdNumber | None, TLV(0x5E, 1, 17)] = None
    called_party_subaddress: Annotated[bytes | None, TLV(0x6D, 0, 21)] = None
    redirecting_party_bcd_number: Annotated[CallingPartyBcdNumber | None, TLV(0x74, 1, 17)] = None
    redirecting_party_subaddress: Annotated[bytes | None, TLV(0x75, 0, 21)] = None
    low_layer_compatibility_1: Annotated[bytes | None, TLV(0x7C, 0, 16)] = None
    low_layer_compatibility_2: Annotated[bytes | None, TLV(0x7C, 0, 16)] = None
    high_layer_compatibility_1: Annotated[bytes | None, TLV(0x7D, 0, 3)] = None
    high_layer_compatibility_2: Annotated[bytes | None, TLV(0x7D, 0, 3)] = None
    user_user: Annotated[bytes | None, TLV(0x7E, 1, 33)] = None
    priority: Annotated[Priority | None, THALF(0x8)] = None
    alert: Annotated[AlertingPattern | None, TLV(0x19, 1)] = None
    network_cc_capabilities: Annotated[NetworkCallControlCapabilities | None, TLV(0x2F, 1)] = None
    cause_of_no_cli: Annotated[CauseOfNoCli | None, TLV(0x3A, 1)] = None
    backup_bearer_capability: Annotated[bytes | None, TLV(0x41, 1, 13)] = None


class SetupMo(CcMessage, code=0x05, title="SETUP (MS to network direction)", clause="9.3.23.2", way="up"):
    """MS → network: set up a call to this number."""

    repeat_indicator: Annotated[RepeatIndicator | None, THALF(0xD), BOTH_BEARERS] = None
    bearer_capability_1: Annotated[bytes, BEARER_CAPABILITY]
    bearer_capability_2: Annotated[bytes | None, BEARER_CAPABILITY] = None
    facility: Annotated[bytes | None, FACILITY] = None
    calling_party_subaddress: Annotated[bytes | None, TLV(0x5D, 0, 21)] = None
    called_party_bcd_number: Annotated[CalledPartyBcdNumber, TLV(0x5E, 1, 41)]
    called_party_subaddress: Annotated[bytes | None, TLV(0x6D, 0, 21)] = None
    low_layer_compatibility_1: Annotated[bytes | None, TLV(0x7C, 0, 16)] = None
    low_layer_compatibility_2: Annotated[bytes | None, TLV(0x7C, 0, 16)] = None
    high_layer_compatibility_1: Annotated[bytes | None, TLV(0x7D, 0, 3)] = None
    high_layer_compatibility_2: Annotated[bytes | None, TLV(0x7D, 0, 3)] = None
    user_user: Annotated[bytes | None, TLV(0x7E, 1, 33)] = None
    ss_version: Annotated[bytes | None, SS_VERSION] = None
    clir_suppression: Annotated[bool | None, T(0xA1)] = None
    clir_invocation: Annotated[bool | None, T(0xA2)] = None
    cc_capabilities: Annotated[CallControlCapabilities | None, TLV(0x15, 2)] = None
    facility_ccbs_advanced_recall_alignment: Annotated[bytes | None, TLV(0x1D, 0, 253)] = None
    facility_ccbs_recall_alignment_not_essential: Annotated[bytes | None, TLV(0x1B, 0, 253)] = None
    stream_identifier: Annotated[int | None, TLV(0x2D, 1)] = None
    supported_codecs: Annotated[bytes | None, TLV(0x40, 3, 253)] = None


class Status(CcMessage, code=0x3D, title="STATUS", clause="9.3.27"):
    """Either → the other: the call is in this state with me, and this is why I say so."""

    cause: Annotated[Cause, LV(2, 30)]
    call_state: Annotated[CallState, V(1)]
    auxiliary_states: Annotated[bytes | None, TLV(0x24, 1)] = None


class StatusEnquiry(CcMessage, code=0x34, title="STATUS ENQUIRY", clause="9.3.28"):
    """Either → the other: tell me the state that the call is in with you."""
