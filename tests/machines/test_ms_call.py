"""Calls of mobiles (24.008 4.5, 5): made and taken, ended by either side, refused, lost, not understood."""

from typing import Any

import pytest

from protocol.causes import CcCause, MmCause
from protocol.cc import (
    AlertingMo,
    AlertingMt,
    CallConfirmed,
    CallProceeding,
    CallState,
    CallStateValue,
    Cause,
    CcMessage,
    ConnectAcknowledge,
    ConnectMo,
    ConnectMt,
    DisconnectMo,
    Location,
    ReleaseCompleteMo,
    ReleaseMo,
    ReleaseMt,
    SetupMo,
    SetupMt,
    Status,
    StatusEnquiry,
    TransactionIdentifier,
)
from protocol.gmm import AttachRequest, RoutingAreaUpdateRequest
from protocol.gmm.elements import UpdateTypeValue
from protocol.identities import MobileIdentity
from protocol.mm import (
    CmServiceAbort,
    CmServiceAccept,
    CmServiceReject,
    CmServiceRequest,
    CmServiceType,
    LocationUpdatingRequest,
)
from protocol.rr import GprsSuspensionRequest, PagingResponse, RrCause, RrStatus
from protocol.timers import SECOND, X_RADIO_LINK
from tests.machines.mobile_calls import (
    ACTIVE,
    OURS,
    THEIRS,
    call_page,
    called,
    calling,
    disconnect,
    kinds,
    over,
    plain,
    release_complete,
    replies,
)
from tests.machines.mobiles import (
    ATTACHED,
    IMSI,
    TMSI,
    Around,
    accept,
    accept_both,
    accept_update,
    attached,
    attached_for_both,
    location_accept,
    release,
)

SETUP = SetupMt(transaction_identifier=THEIRS)


def by_user(cause: CcCause) -> Cause:
    """A cause as the mobile gives it."""
    return Cause(cause, location=Location.USER)


def requesting() -> Around:
    """A mobile that has asked for the service."""
    around = attached_for_both()
    around.order("call")
    return around


def dialling(**order: Any) -> Around:
    """A mobile that has said whom it calls."""
    around = attached_for_both()
    around.order("call", **order)
    assert kinds(around.tells(CmServiceAccept())) == [SetupMo]
    return around


# --- a call that the mobile makes (4.5.1.1, 5.2.1) ----------------------------------------------------------------


def test_call_made() -> None:
    """CM SERVICE REQUEST under the TMSI, SETUP with number and speech, CONNECT: the order is answered then."""
    around = attached_for_both()
    request, suspension = around.order("call", number="4912345")
    assert isinstance(request, CmServiceRequest)
    assert request.cm_service_type is CmServiceType.MOBILE_ORIGINATING_CALL_OR_PACKET_MODE_CONNECTION
    assert (request.mobile_identity.value, request.cksn) == (TMSI, 7)
    assert isinstance(suspension, GprsSuspensionRequest)
    assert around.m1["cs_state"] == "WAIT FOR OUTGOING MM CONNECTION"
    (setup,) = around.tells(CmServiceAccept())
    assert isinstance(setup, SetupMo)
    assert setup.transaction_identifier == TransactionIdentifier(0)
    assert (setup.called_party_bcd_number.digits, setup.bearer_capability_1) == ("4912345", b"\xa0")
    assert around.m1["call"] == "U1, call initiated"
    assert around.tells(CallProceeding(transaction_identifier=OURS)) == []
    assert around.m1["call"] == "U3, mobile originating call proceeding"
    assert around.tells(AlertingMt(transaction_identifier=OURS)) == []
    assert around.m1["call"] == "U4, call delivered"
    assert replies(around) == []
    acknowledge = ConnectAcknowledge(transaction_identifier=TransactionIdentifier(0))
    assert plain(around.tells(ConnectMt(transaction_identifier=OURS))) == [acknowledge]
    assert replies(around) == [("done", {"call": "active"})]
    look = around.m1
    assert (look["cs_state"], look["call"]) == ("MM CONNECTION ACTIVE", ACTIVE)
    assert around.wait(1799) == [], "a call lasts as long as its users want, and its link"


def test_call_on_a_dead_channel() -> None:
    """44.018 3.4.13.1: where nothing is heard for X-radio-link the BSS has died: the call is over, packets update."""
    around = calling()
    around.wait(1000)
    assert around.tells(RrStatus(rr_cause=RrCause.NORMAL_EVENT)) == []
    assert around.wait(X_RADIO_LINK.duration / SECOND - 1) == []
    assert around.m1["call"] == ACTIVE
    (update,) = around.wait(2)
    assert isinstance(update, RoutingAreaUpdateRequest)
    look = around.m1
    assert (look["call"], look["cs_state"]) == (None, "MM IDLE, NORMAL SERVICE")


def test_call_made_and_ended() -> None:
    """DISCONNECT, RELEASE, RELEASE COMPLETE; then the channel is released, and packets go on (5.4.3)."""
    around = calling()
    assert plain(around.order("hang-up")) == [
        DisconnectMo(transaction_identifier=TransactionIdentifier(0), cause=by_user(CcCause.NORMAL_CALL_CLEARING))
    ]
    assert around.order("hang-up") == [], "it is ending already"
    (complete,) = around.tells(ReleaseMt(transaction_identifier=OURS))
    assert isinstance(complete, ReleaseCompleteMo)
    assert replies(around) == [("done", {"call": None})] * 2
    look = around.m1
    assert (look["cs_state"], look["call"]) == ("WAIT FOR NETWORK COMMAND", None)
    assert around.tells(release(resumed=True)) == []
    look = around.m1
    assert (look["state"], look["cs_state"]) == (ATTACHED, "MM IDLE, NORMAL SERVICE")


def test_call_under_the_imsi() -> None:
    """Without TMSI the mobile says its IMSI."""
    around = attached_for_both(ms_identity=MobileIdentity(IMSI))
    request = around.order("call")[0]
    assert isinstance(request, CmServiceRequest)
    assert request.mobile_identity.value == IMSI


@pytest.mark.parametrize(
    ("cause", "tmsi", "then"),
    [
        (MmCause.IMSI_UNKNOWN_IN_VLR, None, UpdateTypeValue.COMBINED_RA_LA_UPDATING_WITH_IMSI_ATTACH),
        (MmCause.ILLEGAL_ME, None, None),
        (MmCause.NETWORK_FAILURE, str(TMSI), None),
        (MmCause.CONGESTION, str(TMSI), None),
        (MmCause.SERVICE_OPTION_NOT_SUPPORTED, str(TMSI), None),
        (MmCause.REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED, str(TMSI), None),
        (MmCause.SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER, str(TMSI), None),
    ],
)
@pytest.mark.parametrize("ms_class", ["A", "B"])
def test_service_refused(ms_class: Any, cause: MmCause, tmsi: str | None, then: UpdateTypeValue | None) -> None:
    """#4: the VLR has lost the mobile, which attaches for calls again; #6: no calls any more; others: not now."""
    around = attached(answer=accept_both(), combined=True, ms_class=ms_class)
    around.order("call")
    assert around.tells(CmServiceReject(reject_cause=cause)) == []
    assert replies(around) == [("failed", {"error": cause.words})]
    assert (around.m1["cs_state"], around.m1["tmsi"]) == ("WAIT FOR NETWORK COMMAND", tmsi)
    said = around.tells(release(resumed=True))
    assert len(said) == (then is not None)
    if then is not None:
        assert isinstance(said[0], RoutingAreaUpdateRequest)
        assert said[0].update_type.update_type_value is then
        around.says(accept_update("c1", combined=True))
    no_calls = cause is MmCause.ILLEGAL_ME
    assert around.m1["cs_state"] == ("MM IDLE, NO IMSI" if no_calls else "MM IDLE, NORMAL SERVICE")
    assert around.m1["state"] == ATTACHED


def test_service_refused_without_gs() -> None:
    """#4 where calls do not go through the SGSN: location updating at once, under the IMSI (4.5.1.1)."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    around.locates(around.order("attach"))
    around.says(accept(routing_area=around.mobile.cell.identifier.rai))
    around.order("call")
    around.tells(CmServiceReject(reject_cause=MmCause.IMSI_UNKNOWN_IN_VLR))
    request, suspension = around.tells(release(resumed=True))
    assert isinstance(request, LocationUpdatingRequest)
    assert request.mobile_identity.value == IMSI
    assert isinstance(suspension, GprsSuspensionRequest)


def test_service_not_answered() -> None:
    """T3230: there is no connection; the channel is released by the network, or left (4.5.1.2 b)."""
    around = requesting()
    assert around.wait(14.9) == []
    assert around.wait(0.2) == []
    assert replies(around) == [("failed", {"error": "CM SERVICE REQUEST is not answered"})]
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"
    assert len(around.wait(10)) == 1
    assert around.ms.channels == {}


def test_service_not_wanted_any_more() -> None:
    """Hung up before the service was granted: CM SERVICE ABORT (4.5.1.7)."""
    around = requesting()
    assert kinds(around.order("hang-up")) == [CmServiceAbort]
    assert replies(around) == [("done", {"call": None}), ("failed", {"error": "hung up"})]
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"


@pytest.mark.parametrize("state", ["requesting", "dialling", "calling"])
def test_channel_released_in_a_call(state: str) -> None:
    """The call is lost; whoever waits for it is told."""
    around = {"requesting": requesting, "dialling": dialling, "calling": calling}[state]()
    assert around.tells(release(resumed=True)) == []
    failed = [("failed", {"error": "the channel is lost"})] if state != "calling" else []
    assert replies(around) == failed
    assert (around.m1["cs_state"], around.m1["call"]) == ("MM IDLE, NORMAL SERVICE", None)


@pytest.mark.parametrize("proceeding", [False, True])
def test_call_does_not_come_about(proceeding: bool) -> None:
    """T303, T310: the call is cleared (5.2.1.1, 5.2.1.3)."""
    around = dialling()
    if proceeding:
        around.tells(CallProceeding(transaction_identifier=OURS))
    assert around.wait(29.9) == []
    (clearing,) = around.wait(0.2)
    assert isinstance(clearing, DisconnectMo)
    assert clearing.cause == by_user(CcCause.RECOVERY_ON_TIMER_EXPIRY)
    over(around)
    assert replies(around) == [("failed", {"error": CcCause.RECOVERY_ON_TIMER_EXPIRY.words})]


def test_call_alerting_at_once() -> None:
    """CALL PROCEEDING may be left out (5.2.1.5)."""
    around = dialling()
    around.tells(AlertingMt(transaction_identifier=OURS))
    assert kinds(around.tells(ConnectMt(transaction_identifier=OURS))) == [ConnectAcknowledge]


def test_call_refused_by_network() -> None:
    """RELEASE COMPLETE in answer to SETUP: the cause is told (5.4.2)."""
    around = dialling()
    assert around.tells(release_complete(cause=Cause(CcCause.UNASSIGNED_NUMBER))) == []
    assert replies(around) == [("failed", {"error": str(Cause(CcCause.UNASSIGNED_NUMBER))})]
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"


# --- a call that is offered (5.2.2) -------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", [TMSI, IMSI])
@pytest.mark.parametrize("bearer", [None, b"\xa0"])
def test_call_taken(identity: Any, bearer: bytes | None) -> None:
    """PAGING RESPONSE under what was paged; the call is confirmed, rings, and is taken at once (5.2.2.3 to 5.2.2.6)."""
    around = attached_for_both()
    response, suspension = around.pages(call_page(identity))
    assert isinstance(response, PagingResponse)
    assert response.mobile_identity.value == identity
    assert isinstance(suspension, GprsSuspensionRequest)
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"
    own = TransactionIdentifier(3, flag=True)
    assert plain(around.tells(SETUP.replace(bearer_capability_1=bearer))) == [
        CallConfirmed(transaction_identifier=own, bearer_capability_1=None if bearer else b"\xa0"),
        AlertingMo(transaction_identifier=own),
        ConnectMo(transaction_identifier=own),
    ]
    look = around.m1
    assert (look["cs_state"], look["call"]) == ("MM CONNECTION ACTIVE", "U8, connect request")
    assert around.tells(ConnectAcknowledge(transaction_identifier=THEIRS)) == []
    assert around.m1["call"] == ACTIVE


def test_call_taken_but_not_acknowledged() -> None:
    """T313: the call is cleared (5.2.2.6)."""
    around = attached_for_both()
    around.pages(call_page())
    around.tells(SETUP)
    (clearing,) = around.wait(30)
    assert isinstance(clearing, DisconnectMo)
    assert clearing.cause == by_user(CcCause.RECOVERY_ON_TIMER_EXPIRY)


def test_setup_repeated() -> None:
    """The same SETUP once more is nothing new (24.008 8.3.1)."""
    around = called()
    assert around.tells(SETUP) == []
    assert around.m1["call"] == ACTIVE


def test_another_call_offered() -> None:
    """One call at a time: user busy (5.2.2.3.1)."""
    around = called()
    (refusal,) = plain(around.tells(SETUP.replace(transaction_identifier=TransactionIdentifier(4))))
    identifier = TransactionIdentifier(4, flag=True)
    assert refusal == ReleaseCompleteMo(transaction_identifier=identifier, cause=by_user(CcCause.USER_BUSY))
    assert around.m1["call"] == ACTIVE


@pytest.mark.parametrize("identifier", [TransactionIdentifier(3, flag=True), THEIRS])
def test_setup_that_makes_no_sense(identifier: TransactionIdentifier) -> None:
    """SETUP as if the mobile had begun it, or to a mobile that has asked for something else, is ignored (8.3.1)."""
    around = attached_for_both()
    if identifier.flag:
        around.pages(call_page())
    else:
        around.order("call")
    assert around.tells(SETUP.replace(transaction_identifier=identifier)) == []
    assert any("ignored" in warning for warning in around.warnings)


def test_page_unanswered() -> None:
    """Nobody wants anything after all: T3240, and the channel is left."""
    around = attached_for_both()
    around.pages(call_page())
    assert len(around.wait(10)) == 1
    assert around.m1["cs_state"] == "MM IDLE, NORMAL SERVICE"


# --- the end of a call (5.4) --------------------------------------------------------------------------------------


def test_call_ended_by_network() -> None:
    """DISCONNECT is answered by RELEASE (5.4.4.1.1)."""
    around = called()
    (releasing,) = plain(around.tells(disconnect(THEIRS)))
    assert releasing == ReleaseMo(transaction_identifier=TransactionIdentifier(3, flag=True))
    assert around.m1["call"] == "U19, release request"
    assert around.order("hang-up") == []
    assert around.tells(release_complete(THEIRS)) == []
    assert replies(around) == [("done", {"call": None})]
    assert around.tells(release(resumed=True)) == []


def test_call_ended_by_both() -> None:
    """DISCONNECT crosses DISCONNECT, RELEASE crosses RELEASE (5.4.5)."""
    around = calling()
    around.order("hang-up")
    assert kinds(around.tells(disconnect())) == [ReleaseMo]
    assert around.tells(ReleaseMt(transaction_identifier=OURS)) == []
    assert around.m1["call"] is None


def test_disconnect_not_answered() -> None:
    """T305: RELEASE; T308 twice: the transaction is gone (5.4.3.5, 5.4.4.1.3)."""
    around = calling()
    around.order("hang-up")
    (releasing,) = around.wait(30)
    assert isinstance(releasing, ReleaseMo)
    assert releasing.cause == by_user(CcCause.NORMAL_CALL_CLEARING)
    assert plain(around.wait(30)) == plain([releasing])
    assert replies(around) == []
    assert around.wait(29.9) == []
    around.wait(0.2)
    assert replies(around) == [("done", {"call": None})]
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"


def test_release_with_cause() -> None:
    """What the network says is told to whom it concerns."""
    around = dialling()
    message = ReleaseMt(transaction_identifier=OURS, cause=Cause(CcCause.USER_BUSY))
    assert kinds(around.tells(message)) == [ReleaseCompleteMo]
    assert replies(around) == [("failed", {"error": str(Cause(CcCause.USER_BUSY))})]


# --- status (5.5.3) -----------------------------------------------------------------------------------------------


def status(state: CallStateValue, cause: CcCause = CcCause.PROTOCOL_ERROR_UNSPECIFIED) -> Status:
    """A STATUS of the network."""
    return Status(transaction_identifier=OURS, cause=Cause(cause), call_state=CallState(call_state_value=state))


def test_status_enquired() -> None:
    """The state is told (5.5.3.1)."""
    around = calling()
    (told,) = around.tells(StatusEnquiry(transaction_identifier=OURS))
    assert isinstance(told, Status)
    assert told.cause == by_user(CcCause.RESPONSE_TO_STATUS_ENQUIRY)
    assert told.call_state.call_state_value is CallStateValue.ACTIVE


def test_status_told() -> None:
    """A network that knows of no call has none; any other state is only noted (5.5.3.2)."""
    around = calling()
    assert around.tells(status(CallStateValue.CALL_DELIVERED)) == []
    assert around.m1["call"] == ACTIVE
    assert any("STATUS to m1" in warning for warning in around.warnings)
    assert around.tells(status(CallStateValue.NULL)) == []
    assert around.m1["call"] is None


def test_status_while_releasing() -> None:
    """The same while the call is being released."""
    around = calling()
    around.tells(disconnect())
    assert around.tells(status(CallStateValue.NULL)) == []
    assert around.m1["cs_state"] == "WAIT FOR NETWORK COMMAND"


# --- errors (8) ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [ConnectMt, AlertingMt, ReleaseMt, StatusEnquiry])
def test_message_of_no_transaction(message: type[CcMessage]) -> None:
    """8.3.1: RELEASE COMPLETE #81 for a transaction that is not known."""
    around = calling()
    other = TransactionIdentifier(5)
    (refusal,) = plain(around.tells(message(transaction_identifier=other)))
    cause = by_user(CcCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)
    assert refusal == ReleaseCompleteMo(transaction_identifier=other.answer, cause=cause)
    assert around.tells(release_complete(other)) == []
    assert around.m1["call"] == ACTIVE


def test_message_that_does_not_fit() -> None:
    """8.4: STATUS #98, and nothing to a STATUS."""
    around = calling()
    (told,) = around.tells(AlertingMt(transaction_identifier=OURS))
    assert isinstance(told, Status)
    assert told.cause == by_user(CcCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE)


def test_message_not_understood() -> None:
    """8.4, 8.5: an unknown type gets STATUS #97; a STATUS without its cause nothing; what is too short neither."""
    around = calling()
    (told,) = around.tells(b"\x83\x3e")
    assert isinstance(told, Status)
    assert told.cause == by_user(CcCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
    assert around.tells(b"\x83\x3d") == []
    assert around.tells(b"\x83") == []
    assert around.tells(b"\x93\x3e") == [], "of a transaction that is not known"


def test_disconnect_without_its_cause() -> None:
    """8.5.3: DISCONNECT with an error in a mandatory element ends the call as well."""
    around = calling()
    assert kinds(around.tells(b"\x83\x25")) == [ReleaseMo]


def test_setup_not_understood() -> None:
    """8.5.2: SETUP with an error is refused, #96; one that could not be an offer is not."""
    around = attached_for_both()
    around.pages(call_page())
    (refusal,) = plain(around.tells(b"\x33\x05\x0a\x00"))
    cause = by_user(CcCause.INVALID_MANDATORY_INFORMATION)
    assert refusal == ReleaseCompleteMo(transaction_identifier=TransactionIdentifier(3, flag=True), cause=cause)
    assert around.tells(b"\xb3\x05\x0a\x00") == []


# --- who may call -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"ms_class": "C", "combined": True}, "m1 is not attached for calls"),
        ({"ms_class": "B"}, "m1 is not attached for calls"),
    ],
)
def test_call_of_who_is_not_attached_for_calls(settings: dict[str, Any], why: str) -> None:
    """Class C, or no wish for calls: none can be made, and none is taken (23.060 5.4.5)."""
    around = attached(**settings)
    assert around.order("call") == []
    assert replies(around) == [("failed", {"error": why})]
    assert around.pages(call_page(IMSI)) == []
    assert "is paged for a call" in around.warnings[0]
    around.order("hang-up")
    assert replies(around) == [("failed", {"error": "m1 has no call"})]


@pytest.mark.parametrize("number", ["12a", 5, "1" * 33, ""])
def test_number_of_no_use(number: object) -> None:
    """A number is of digits, up to 32 of them."""
    around = attached_for_both()
    assert around.order("call", number=number) == []
    assert replies(around) == [("failed", {"error": f"number is up to 32 digits, not {number!r}"})]


def test_call_where_access_is_barred() -> None:
    """The access class of the mobile is barred: no access for any reason (44.018 3.3.1.1.1)."""
    around = attached_for_both()
    around.announce("c1", ac_1=True)
    around.order("call")
    assert replies(around) == [("failed", {"error": "m1 may not use c1: its access class is barred"})]
    assert around.pages(call_page()) == []


def test_second_call() -> None:
    """One at a time."""
    around = calling()
    assert around.order("call") == []
    assert replies(around) == [("failed", {"error": "m1 is in MM CONNECTION ACTIVE: no call now"})]


def test_page_in_a_call() -> None:
    """A mobile in dedicated mode hears no pages; one of class A that does, in a cell of its own, takes none."""
    around = calling(attached(answer=accept_both(), combined=True, ms_class="A"))
    assert around.pages(call_page()) == []
    assert around.m1["call"] == ACTIVE


# --- calls that must wait -----------------------------------------------------------------------------------------


def test_call_waits_for_the_channel() -> None:
    """The channel of the last call is not yet released: the next one waits; a third one is not taken on."""
    around = calling()
    around.order("hang-up")
    around.tells(ReleaseMt(transaction_identifier=OURS))
    replies(around)
    assert around.order("call") == []
    assert around.order("call") == []
    assert replies(around) == [("failed", {"error": "m1 is in WAIT FOR NETWORK COMMAND: no call now"})]
    assert kinds(around.tells(release(resumed=True))) == [CmServiceRequest, GprsSuspensionRequest]


def test_call_waits_for_packets() -> None:
    """Packets update the location for both: the call comes after that (4.5.1.1)."""
    around = attached_for_both()
    around.order("move", cell="c4")
    assert around.m1["cs_state"] == "LOCATION UPDATING PENDING"
    assert around.order("call") == []
    said = around.says(accept_update("c4", combined=True))
    assert kinds(said) == [CmServiceRequest, GprsSuspensionRequest]


def test_call_hastens_packets() -> None:
    """Calls were refused for now: the wish for one has them attached again at once (4.2.2.2)."""
    around = attached_for_both()
    around.order("move", cell="c4")
    around.says(accept_update("c4"))
    assert around.m1["cs_state"] == "LOCATION UPDATING PENDING"
    replies(around)
    (update,) = around.order("call")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert around.says(accept_update("c4")) == []
    assert replies(around) == [("failed", {"error": "m1 is in LOCATION UPDATING PENDING"})]


def test_call_that_waits_is_given_up() -> None:
    """Hung up before it began."""
    around = attached_for_both()
    around.order("move", cell="c4")
    around.order("call")
    assert around.order("hang-up") == []
    assert replies(around) == [("failed", {"error": "hung up"}), ("done", {"call": None})]
    assert around.says(accept_update("c4", combined=True)) == []


def test_call_that_waits_finds_no_service() -> None:
    """What it waits for does not come."""
    around = attached_for_both()
    around.order("move", cell="c4")
    around.order("call")
    around.order("cover", on=False)
    assert ("failed", {"error": "m1 is in MM IDLE, NO CELL AVAILABLE"}) in replies(around)


def ringing() -> Around:
    """A mobile whose phone rings for 20 s."""
    around = attached(answer=accept_both(), combined=True, rings=20 * SECOND)
    around.pages(call_page())
    said = around.tells(SetupMt(transaction_identifier=THEIRS))
    assert kinds(said) == [CallConfirmed, AlertingMo]
    assert around.m1["call"] == "U7, call received"
    return around


def test_call_rings() -> None:
    """24.008 5.2.2.4, 5.2.2.5: the user takes the call after a while."""
    around = ringing()
    assert around.wait(19) == []
    assert kinds(around.wait(1)) == [ConnectMo]


def test_call_that_rings_is_taken_or_not() -> None:
    """24.008 5.2.2.5, 5.4.3: at once, if the user likes; or it is ended."""
    around = ringing()
    assert kinds(around.order("answer")) == [ConnectMo]
    assert replies(around)[-1] == ("done", None)
    around.order("answer")
    assert replies(around)[-1] == ("failed", {"error": "m1 has no call that rings"})
    around = ringing()
    assert kinds(around.order("hang-up")) == [DisconnectMo]
    around = ringing()
    assert kinds(around.tells(disconnect(THEIRS))) == [ReleaseMo]
    assert around.wait(30) != [ConnectMo]


def test_link_lost_in_a_call() -> None:
    """44.018 3.4.13.1, 24.008 4.5.2.3: the channel is left without a word, the call is over, and packets update."""
    around = calling()
    (update,) = around.order("lose-link")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert (around.m1["call"], around.ms.channels) == (None, {})
    assert replies(around) == [("done", None)]
    around.order("lose-link")
    assert replies(around) == [("failed", {"error": "m1 has no dedicated channel"})]


def test_link_lost_before_the_call() -> None:
    """24.008 4.5.1.2 a: there is no connection: whoever ordered the call is told."""
    around = attached_for_both()
    around.order("call")
    around.order("lose-link")
    assert replies(around) == [("failed", {"error": "the channel is lost"}), ("done", None)]


def test_call_waits_for_location_updating() -> None:
    """Without Gs: a call ordered during the update comes on a channel after it."""
    around = Around(combined=True)
    around.order("move", cell="c5")
    around.order("attach")
    assert around.order("call") == []
    around.tells(location_accept())
    assert kinds(around.tells(release())) == [CmServiceRequest], "the attach waits on"
    assert around.m1["state"] == "GMM-DEREGISTERED.SUSPENDED"
    around.tells(CmServiceReject(reject_cause=MmCause.CONGESTION))
    assert kinds(around.tells(release())) == [AttachRequest]
