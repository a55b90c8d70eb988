"""Deactivation of PDP contexts in the mobile (24.008 6.1.3.4), and what ends them besides."""

from typing import Any

import pytest

from protocol.causes import GmmCause, SmCause
from protocol.gmm import AttachComplete, AttachRequest, DetachAcceptMo, DetachRequestMo, RoutingAreaUpdateRequest
from protocol.gmm.elements import DetachTypeMt, PdpContextStatus
from protocol.sm import (
    ActivatePdpContextRequest,
    ActivateSecondaryPdpContextReject,
    ActivateSecondaryPdpContextRequest,
    DeactivatePdpContextAccept,
    DeactivatePdpContextRequest,
    ModifyPdpContextAcceptMt,
    ModifyPdpContextReject,
    ModifyPdpContextRequestMo,
    SmStatus,
    TransactionIdentifier,
)
from protocol.sm.elements import TearDownIndicator
from tests.machines.mobile_calls import called, kinds, over, replies
from tests.machines.mobile_sessions import (
    ADDRESS_2,
    TI,
    TI_2,
    accept_context,
    accept_secondary,
    activated,
    contexts,
    end_context,
    modification,
    nsapis,
    only,
    reject_context,
    with_secondary,
)
from tests.machines.mobiles import (
    DETACH_ACCEPT,
    Around,
    accept,
    accept_update,
    attached,
    attached_for_both,
    detach_request,
    reject_update,
)

ACCEPT = DeactivatePdpContextAccept(transaction_identifier=TI)
TEAR_DOWN = TearDownIndicator(tear_down_requested=True)


def status(cause: SmCause, identifier: TransactionIdentifier = TI) -> SmStatus:
    """An SM STATUS."""
    return SmStatus(transaction_identifier=identifier, sm_cause=cause)


# --- by the mobile ------------------------------------------------------------------------------------------------


def test_deactivation_by_mobile() -> None:
    """#36, one context; the others stay (6.1.3.4.1)."""
    around = activated(activated(), TI_2, ADDRESS_2)
    request = only(around.order("deactivate", nsapi=5))
    assert request == DeactivatePdpContextRequest(
        transaction_identifier=TransactionIdentifier(0), sm_cause=SmCause.REGULAR_DEACTIVATION
    )
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",), ("PDP-ACTIVE",)]
    assert "T3390" in around.timers()
    assert around.says(ACCEPT) == []
    assert replies(around) == [("done", {})]
    assert nsapis(around) == [6]
    assert "T3390" not in around.timers()


def test_deactivation_of_all() -> None:
    """Without NSAPI all contexts are; the order is done when the last one is."""
    around = activated(activated(), TI_2, ADDRESS_2)
    assert len(around.order("deactivate")) == 2
    around.says(ACCEPT)
    assert replies(around) == []
    around.says(ACCEPT.replace(transaction_identifier=TI_2))
    assert replies(around) == [("done", {})]
    around.order("deactivate")
    assert replies(around) == [("failed", {"error": "m1 has no PDP contexts"})]


def test_deactivation_tears_down() -> None:
    """The tear down indicator: all contexts of the address end with the one (6.1.3.4.1)."""
    around = activated(with_secondary(), TransactionIdentifier(2, flag=True), ADDRESS_2)
    assert nsapis(around) == [5, 6, 7]
    request = only(around.order("deactivate", nsapi=6, teardown=True))
    assert (request.transaction_identifier.value, request.tear_down_indicator) == (1, TEAR_DOWN)
    around.says(ACCEPT.replace(transaction_identifier=TI_2))
    assert nsapis(around) == [7]


@pytest.mark.parametrize("tear_down", [False, True])
def test_deactivation_unanswered(tear_down: bool) -> None:
    """T3390: four repetitions, then ended without an answer (6.1.3.4.3 a)."""
    around = with_secondary()
    first = around.order("deactivate", nsapi=5, teardown=tear_down)
    assert around.wait(40.5) == first * 4
    assert replies(around) == [("done", {})]
    assert nsapis(around) == ([] if tear_down else [6])


def test_deactivation_ordered_twice() -> None:
    """It is being done: both orders are answered."""
    around = activated()
    around.order("deactivate")
    assert around.order("deactivate", nsapi=5) == []
    around.says(ACCEPT)
    assert replies(around) == [("done", {})] * 2


def test_deactivation_of_pending() -> None:
    """The user gives up what is not answered yet; a late answer changes nothing."""
    around = attached()
    around.order("activate")
    assert kinds(around.order("deactivate")) == [DeactivatePdpContextRequest]
    assert replies(around) == [("failed", {"cause": None, "error": "deactivated"})]
    assert around.says(accept_context()) == []
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",)]
    around.says(ACCEPT)
    assert nsapis(around) == []
    assert replies(around) == [("done", {})]


def test_deactivation_crosses_reject() -> None:
    """The network refuses what the mobile does not want any more: there is nothing to be ended."""
    around = attached()
    around.order("activate")
    around.order("deactivate")
    assert around.says(reject_context(SmCause.NETWORK_FAILURE)) == []
    assert nsapis(around) == []
    assert [answer for answer, _ in replies(around)] == ["failed", "done"]


def test_deactivation_of_pending_secondary() -> None:
    """The same beside another context."""
    around = activated()
    around.order("activate-secondary", nsapi=5)
    around.order("deactivate", nsapi=6)
    reject = reject_secondary(SmCause.NETWORK_FAILURE)
    assert around.says(reject) == []
    assert nsapis(around) == [5]


def reject_secondary(cause: SmCause) -> Any:
    """An ACTIVATE SECONDARY PDP CONTEXT REJECT."""
    return ActivateSecondaryPdpContextReject(transaction_identifier=TI_2, sm_cause=cause)


def test_deactivation_of_modified() -> None:
    """The modification is over; its late answers are ignored."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": 2})
    assert kinds(around.order("deactivate")) == [DeactivatePdpContextRequest]
    assert replies(around) == [("failed", {"cause": None, "error": "deactivated"})]
    assert around.says(ModifyPdpContextAcceptMt(transaction_identifier=TI)) == []
    late = ModifyPdpContextReject(transaction_identifier=TI, sm_cause=SmCause.NETWORK_FAILURE)
    assert around.says(late) == []
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",)]


def test_deactivation_before_modification() -> None:
    """The network's modification crosses the mobile's deactivation, which goes before: ignored (6.1.3.3.3)."""
    around = activated()
    around.order("deactivate")
    assert around.says(modification()) == []
    assert contexts(around, "state") == [("PDP-INACTIVE-PENDING",)]


def test_deactivation_waits_for_call() -> None:
    """The request waits for the end of the call."""
    around = called(activated(attached_for_both()))
    assert around.order("deactivate") == []
    assert around.wait(100) == []
    assert kinds(over(around)) == [DeactivatePdpContextRequest]


def test_deactivation_of_what_was_never_sent() -> None:
    """The request has waited for the end of a call: it is withdrawn, and the network hears of nothing."""
    around = called(attached_for_both())
    assert around.order("activate") == []
    assert around.order("deactivate") == []
    assert [answer for answer, _ in replies(around)] == ["failed", "done"]
    assert over(around) == []


@pytest.mark.parametrize("verb", ["modify", "deactivate", "activate"])
def test_update_tells_contexts_that_wait(verb: str) -> None:
    """A context whose request waits is active for the network; one that it was not asked for is not (10.5.7.1)."""
    around = called(activated(attached_for_both()))
    arguments = {"nsapi": 5, "qos": {"delay_class": 2}} if verb == "modify" else {}
    assert around.order(verb, **arguments) == []
    (update,) = over(around, resumed=False)
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert update.pdp_context_status == PdpContextStatus((5,))
    assert len(around.says(accept_update("c1"))) == 1


def test_modified_before_the_request_left() -> None:
    """The request waits for an update; meanwhile the network modifies, which goes before (6.1.3.3.3 b)."""
    around = activated()
    around.order("move", cell="c3")
    assert around.order("modify", nsapi=5, qos={"delay_class": 2}) == []
    assert len(around.says(modification())) == 1
    assert around.says(accept_update("c3")) == []
    assert contexts(around, "state") == [("PDP-ACTIVE",)]


# --- by the network -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cause",
    [
        SmCause.OPERATOR_DETERMINED_BARRING,
        SmCause.LLC_OR_SNDCP_FAILURE,
        SmCause.REGULAR_DEACTIVATION,
        SmCause.NETWORK_FAILURE,
    ],
)
def test_deactivation_by_network(cause: SmCause) -> None:
    """Granted at once, whatever the cause (6.1.3.4.2)."""
    around = activated()
    assert around.says(end_context(cause)) == [DeactivatePdpContextAccept(transaction_identifier=TI.answer)]
    assert nsapis(around) == []


@pytest.mark.parametrize("tear_down", [False, True])
def test_deactivation_by_network_of_address(tear_down: bool) -> None:
    """With the tear down indicator all contexts of the address end, else one alone (6.1.3.4.2)."""
    around = with_secondary()
    request = end_context(tear_down_indicator=TearDownIndicator(tear_down_requested=tear_down))
    assert len(around.says(request)) == 1
    assert nsapis(around) == ([] if tear_down else [6])


def test_deactivation_of_pending_by_network() -> None:
    """It can end what is not activated yet: the order has failed."""
    around = attached()
    around.order("activate")
    assert kinds(around.says(end_context(SmCause.NETWORK_FAILURE))) == [DeactivatePdpContextAccept]
    assert replies(around) == [("failed", {"cause": "NETWORK_FAILURE"})]


def test_deactivation_during_modification() -> None:
    """It takes precedence over the mobile's modification (6.1.3.3.3 c)."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": 2})
    assert kinds(around.says(end_context())) == [DeactivatePdpContextAccept]
    assert replies(around) == [("failed", {"cause": "REGULAR_DEACTIVATION"})]
    assert nsapis(around) == []


@pytest.mark.parametrize("tear_down", [False, True])
@pytest.mark.parametrize("cause", [SmCause.REGULAR_DEACTIVATION, SmCause.REACTIVATION_REQUESTED])
def test_deactivations_collide(tear_down: bool, cause: SmCause) -> None:
    """Each side grants the other's request, and waits no more (6.1.3.4.3 b); none is wanted again."""
    around = with_secondary()
    around.order("deactivate", nsapi=5, teardown=tear_down)
    assert kinds(around.says(end_context(cause))) == [DeactivatePdpContextAccept]
    assert replies(around) == [("done", {})]
    assert nsapis(around) == ([] if tear_down else [6])
    assert "T3390" not in around.timers()


def test_reactivation_requested() -> None:
    """#39: the mobile activates what it had, with the same demands (6.1.3.4.2)."""
    around = activated(order={"apn": "internet", "nsapi": 9, "qos": {"delay_class": 2}})
    granted, request = around.says(end_context(SmCause.REACTIVATION_REQUESTED))
    assert isinstance(granted, DeactivatePdpContextAccept)
    assert isinstance(request, ActivatePdpContextRequest)
    assert (request.requested_nsapi.value, request.access_point_name) == (9, "internet")
    assert request.requested_pdp_address.is_dynamic
    assert request.requested_qos.delay_class == 2
    around.says(accept_context(address=ADDRESS_2))
    assert contexts(around, "nsapi", "address") == [(9, "10.100.0.2")]
    assert replies(around) == [], "nobody has ordered it"


def test_reactivation_of_address() -> None:
    """#39 for a whole address: the first context, and once it is active those beside it."""
    around = with_secondary()
    said = around.says(end_context(SmCause.REACTIVATION_REQUESTED, tear_down_indicator=TEAR_DOWN))
    assert kinds(said) == [DeactivatePdpContextAccept, ActivatePdpContextRequest]
    assert kinds(around.says(accept_context(address=ADDRESS_2))) == [ActivateSecondaryPdpContextRequest]
    around.says(accept_secondary())
    assert contexts(around, "nsapi", "address") == [(5, "10.100.0.2"), (6, "10.100.0.2")]


def test_reactivation_while_another_one_is_asked_for() -> None:
    """#39 while a secondary context is asked for: it shares the address that the first one has got anew."""
    around = activated()
    around.order("activate-secondary", nsapi=5, filter={"protocol": "udp"})
    around.says(end_context(SmCause.REACTIVATION_REQUESTED))
    around.says(accept_context(address=ADDRESS_2))
    around.says(accept_secondary())
    assert sorted(contexts(around, "nsapi", "address")) == [(5, "10.100.0.2"), (6, "10.100.0.2")]


def test_reactivation_as_modified() -> None:
    """#39 after a modification: the quality and the filters that were wanted last."""
    around = with_secondary()
    around.order("modify", nsapi=6, qos={"delay_class": 2}, filter={"protocol": "icmp"})
    around.says(ModifyPdpContextAcceptMt(transaction_identifier=TI_2))
    around.order("modify", nsapi=5, filter={"protocol": "udp"})
    around.says(ModifyPdpContextAcceptMt(transaction_identifier=TI))
    _, request = around.says(end_context(SmCause.REACTIVATION_REQUESTED, TI_2))
    assert isinstance(request, ActivateSecondaryPdpContextRequest)
    assert request.requested_qos.delay_class == 2
    assert request.tft is not None
    assert [item.identifier for item in request.tft.filters] == [0, 1]
    assert request.tft.fault() is None
    around.says(end_context(SmCause.REACTIVATION_REQUESTED))
    around.says(accept_context())
    assert around.mobile.sessions.contexts[5].filters == (), "a first context begins without"


def test_reactivation_refused() -> None:
    """The first context is not to be had again: those beside it are not asked for."""
    around = with_secondary()
    around.says(end_context(SmCause.REACTIVATION_REQUESTED, tear_down_indicator=TEAR_DOWN))
    assert around.says(reject_context(SmCause.INSUFFICIENT_RESOURCES)) == []
    around.order("move", cell="c2")
    assert nsapis(around) == []
    assert around.mobile.sessions.wanted == ()


def test_reactivation_waits_for_call() -> None:
    """#39 before a routing area update: the mobile activates again when it is served."""
    around = activated()
    around.order("move", cell="c3")
    assert kinds(around.says(end_context(SmCause.REACTIVATION_REQUESTED))) == [DeactivatePdpContextAccept]
    assert kinds(around.says(accept_update("c3"))) == [ActivatePdpContextRequest]


def test_reactivation_of_unknown_cause() -> None:
    """A cause that is not known counts as #34: not wanted again."""
    around = activated()
    assert kinds(around.says(end_context(SmCause(200)))) == [DeactivatePdpContextAccept]
    assert nsapis(around) == []


# --- with the registration ----------------------------------------------------------------------------------------


def test_detach_ends_contexts() -> None:
    """All contexts end with the attachment, silently (4.7.4.1)."""
    around = activated(activated(), TI_2, ADDRESS_2)
    assert kinds(around.order("detach")) == [DetachRequestMo]
    around.says(DETACH_ACCEPT)
    assert nsapis(around) == []
    assert kinds(around.order("attach")) == [AttachRequest]
    assert kinds(around.says(accept())) == [AttachComplete], "they are not wanted any more"


@pytest.mark.parametrize("verb", ["power-off", "deregister"])
def test_end_of_service_ends_contexts(verb: str) -> None:
    """Switched off, or detached by the network for good."""
    around = activated()
    if verb == "power-off":
        around.order(verb)
    else:
        around.says(detach_request(DetachTypeMt.RE_ATTACH_NOT_REQUIRED, GmmCause.GPRS_SERVICES_NOT_ALLOWED))
    assert nsapis(around) == []
    assert around.order("deactivate") == []


def test_detach_with_attach_again() -> None:
    """Re-attach required: what was active is activated again (4.7.4.2.2)."""
    around = activated(order={"apn": "internet"})
    around.order("activate-secondary", nsapi=5)
    said = around.says(detach_request(DetachTypeMt.RE_ATTACH_REQUIRED))
    assert kinds(said) == [DetachAcceptMo, AttachRequest]
    _, request = around.says(accept())
    assert isinstance(request, ActivatePdpContextRequest)
    assert request.access_point_name == "internet"
    assert around.says(accept_context()) == [], "the other one was not active yet"


def test_update_tells_contexts() -> None:
    """The update names what is not inactive, and ends what the network does not have (4.7.5.1.3)."""
    around = activated(with_secondary(), TransactionIdentifier(2, flag=True), ADDRESS_2)
    (update,) = around.order("move", cell="c3")
    assert isinstance(update, RoutingAreaUpdateRequest)
    assert update.pdp_context_status == PdpContextStatus((5, 6, 7))
    around.says(accept_update("c3", pdp_context_status=PdpContextStatus((6,))))
    assert nsapis(around) == [6]


def test_update_without_status_keeps_contexts() -> None:
    """An accept that says nothing of contexts changes none."""
    around = activated()
    around.order("move", cell="c3")
    around.says(accept_update("c3"))
    assert nsapis(around) == [5]


def test_update_ends_what_was_to_end() -> None:
    """A context that is being deactivated and that the network does not have any more is deactivated."""
    around = activated()
    around.order("deactivate")
    around.order("move", cell="c3")
    around.says(accept_update("c3", pdp_context_status=PdpContextStatus(())))
    assert replies(around) == [("done", {}), ("done", {"state": around.m1["state"], "cause": None})]


@pytest.mark.parametrize("cause", [GmmCause.IMPLICITLY_DETACHED, GmmCause.MS_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK])
def test_update_refused_activates_again(cause: GmmCause) -> None:
    """#9 and #10: attach, and activate what was active (4.7.5.1.4)."""
    around = activated()
    around.order("move", cell="c3")
    assert kinds(around.says(reject_update(cause))) == [AttachRequest]
    assert kinds(around.says(accept())) == [AttachComplete, ActivatePdpContextRequest]


# --- what cannot be taken -----------------------------------------------------------------------------------------


def test_status_unknown_transaction() -> None:
    """A transaction that nothing is known of: #81, but not for an SM STATUS (8.3.2)."""
    around = attached()
    for message in (ACCEPT, end_context(), accept_context(), modification()):
        assert around.says(message) == [status(SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, TI.answer)]
    assert around.says(status(SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE)) == []


def test_status_unknown_type() -> None:
    """A type that is not known: #97 (8.4)."""
    around = activated()
    said = around.says(bytes.fromhex("8a7f"))
    assert said == [status(SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED, TI.answer)]


def test_status_wrong_state() -> None:
    """A type that does not fit the state: #98 (8.4)."""
    around = activated()
    said = around.says(ACCEPT)
    assert said == [status(SmCause.MESSAGE_TYPE_NOT_COMPATIBLE_WITH_THE_PROTOCOL_STATE, TI.answer)]
    assert contexts(around, "state") == [("PDP-ACTIVE",)]


def test_status_mandatory_element() -> None:
    """A mandatory element is missing: #96 (8.5)."""
    around = attached()
    around.order("activate")
    said = around.says(accept_context().encode()[:3])
    assert said == [status(SmCause.INVALID_MANDATORY_INFORMATION, TI.answer)]
    assert contexts(around, "state") == [("PDP-ACTIVE-PENDING",)]
    assert around.says(status(SmCause.NETWORK_FAILURE).encode()[:2]) == [], "an SM STATUS is never answered"


def test_deactivation_cannot_be_read() -> None:
    """A request to deactivate without its cause ends the context all the same (8.5.3)."""
    around = activated()
    assert around.says(end_context().encode()[:2]) == [DeactivatePdpContextAccept(transaction_identifier=TI.answer)]
    assert nsapis(around) == []


def test_request_cannot_be_read() -> None:
    """A request for activation without an address is refused with #96 (8.5.3)."""
    around = attached()
    reject = only(around.says(bytes.fromhex("2a44")))
    assert type(reject).__name__ == "RequestPdpContextActivationReject"
    assert reject.sm_cause is SmCause.INVALID_MANDATORY_INFORMATION


@pytest.mark.parametrize("octets", ["8a", "fa", "fa80", "7a0142", "0a"])
def test_message_too_short(octets: str) -> None:
    """What is too short, or of no transaction, is ignored (8.2, 8.3)."""
    around = activated()
    assert around.says(bytes.fromhex(octets)) == []
    assert nsapis(around) == [5]


def test_message_while_not_attached() -> None:
    """Session management is not there before the attach."""
    around = Around()
    around.order("attach")
    assert around.says(accept_context()) == []


@pytest.mark.parametrize(
    ("doing", "cause", "state"),
    [
        ("activate", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, None),
        ("activate", SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED, None),
        ("activate", SmCause.CONDITIONAL_IE_ERROR, "PDP-ACTIVE-PENDING"),
        ("nothing", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, None),
        ("nothing", SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED, "PDP-ACTIVE"),
        ("modify", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, None),
        ("modify", SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED, "PDP-ACTIVE"),
        ("deactivate", SmCause.INVALID_TRANSACTION_IDENTIFIER_VALUE, None),
        ("deactivate", SmCause.MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED, None),
    ],
)
def test_status_received(doing: str, cause: SmCause, state: str | None) -> None:
    """#81 ends the context, #97 what was going on, any other cause nothing (6.1.3.7)."""
    around = attached() if doing == "activate" else activated()
    if doing != "nothing":
        around.order(doing, **({"nsapi": 5, "qos": {"delay_class": 1}} if doing == "modify" else {}))
    assert around.says(status(cause)) == []
    assert contexts(around, "state") == ([] if state is None else [(state,)])
    answered = [answer for answer, _ in replies(around)]
    assert answered == (
        [] if doing == "nothing" or state == "PDP-ACTIVE-PENDING" else ["done" if doing == "deactivate" else "failed"]
    )
    assert len(around.warnings) == 1


def test_requests_of_modify_stay() -> None:
    """A request to modify that the mobile does not know is none of the network's."""
    around = activated()
    around.order("modify", nsapi=5, qos={"delay_class": 2})
    assert kinds(around.wait(9)) == [ModifyPdpContextRequestMo]
