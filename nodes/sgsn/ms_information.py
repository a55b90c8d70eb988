"""MS information, SGSN side (TS 29.018 clause 13): the VLR asks what the SGSN knows of a mobile.

An IMEI or IMEISV that is not known is asked from the mobile first; one that does not answer leaves it out.
"""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from nodes.sgsn import identification
from nodes.sgsn.identification import Identification
from protocol.bssap_plus import MsInformationRequest, MsInformationResponse
from protocol.bssap_plus.elements import InformationRequested, MobileStationState
from protocol.bssgp import ImsiIdentity
from protocol.gmm.elements import IdentityType
from protocol.identities import Gt, Imei, Imeisv

I = InformationRequested  # noqa: E741  the tables below are of it
WITH_PTMSI = (I.PTMSI, I.PTMSI_AND_IMEI, I.PTMSI_AND_IMEISV, I.PTMSI_IMEI_AND_IMEISV)
WITH_IMEI = (I.IMEI, I.PTMSI_AND_IMEI, I.IMEI_AND_IMEISV, I.PTMSI_IMEI_AND_IMEISV)
WITH_IMEISV = (I.IMEISV, I.PTMSI_AND_IMEISV, I.IMEI_AND_IMEISV, I.PTMSI_IMEI_AND_IMEISV)

STATES = {
    "IDLE": MobileStationState.IDLE_OR_PMM_DETACHED,
    "STANDBY": MobileStationState.STANDBY_OR_PMM_IDLE_0_PDP_CONTEXTS_ACTIVE,
    "READY": MobileStationState.READY_OR_PMM_CONNECTED_0_PDP_CONTEXTS_ACTIVE,
}
"""What the VLR is told of an MM state."""

WITH_PDP_CONTEXTS = 1
"""How much further the state stands that says the same of a mobile with active PDP contexts."""


class MsInformationWanted:
    """Gs → context: the VLR asks for what only the mobile can tell."""

    __slots__ = ("request", "vlr")

    def __init__(self, vlr: Gt, request: MsInformationRequest) -> None:
        self.vlr = vlr
        self.request = request


class S(State):
    """States of the answer."""

    START = "start"
    WAIT_IMEI = "wait for the IMEI"
    WAIT_IMEISV = "wait for the IMEISV"
    ANSWERED = "answered"


class MsInformation(Procedure):
    """One answer to ``vlr`` about the mobile of ``context``."""

    __slots__ = ("context", "imei", "imeisv", "request", "vlr")

    def __init__(self, context: Any, vlr: Gt, request: MsInformationRequest) -> None:
        super().__init__(context.stage, context)
        self.context = context
        self.vlr = vlr
        self.request = request
        self.imei: Imei | None = context.imei
        self.imeisv: Imeisv | None = None

    def ended(self) -> None:
        """The answer leaves in any case, with what is known by then."""
        self.stage.gs.link.send(self.vlr, make_response(self.context, self.request, self.imei, self.imeisv))

    def go_on(self) -> S:
        """Ask for the software version too, if it is wanted."""
        if self.request.information_requested in WITH_IMEISV:
            self.start(Identification(self, IdentityType.IMEISV))
            return S.WAIT_IMEISV
        return S.ANSWERED


def needs_mobile(context: Any, request: MsInformationRequest) -> bool:
    """True where only the mobile can tell what is wanted."""
    wanted = request.information_requested
    return wanted in WITH_IMEISV or (wanted in WITH_IMEI and context.imei is None)


def make_response(
    context: Any, request: MsInformationRequest, imei: Imei | None = None, imeisv: Imeisv | None = None
) -> MsInformationResponse:
    """What is known of a mobile and was asked for (13.2); location and age go together with the state."""
    wanted = request.information_requested
    if wanted.is_reserved:
        state: MobileStationState | None = MobileStationState.INFORMATION_REQUESTED_NOT_SUPPORTED
        return MsInformationResponse(imsi=request.imsi, mobile_station_state=state)
    association = context.stage.gs.associations.get(context.imsi)
    located = wanted is I.MOBILE_LOCATION_INFORMATION and association is not None
    cell, age = association.place() if located else (None, None)
    return MsInformationResponse(
        imsi=ImsiIdentity(context.imsi),
        tmsi=association.tmsi if wanted is I.TMSI and association is not None else None,
        ptmsi=context.ptmsi if wanted in WITH_PTMSI else None,
        imei=imei if wanted in WITH_IMEI else None,
        imeisv=imeisv if wanted in WITH_IMEISV else None,
        cell_global_identity=cell,
        location_information_age=age,
        mobile_station_state=state_of(context),
    )


def state_of(context: Any) -> MobileStationState:
    """The state of the mobile (18.4.19)."""
    state = STATES[context.reachability.mm_state]
    if context.suspended is not None:
        state = MobileStationState.SUSPENDED_0_PDP_CONTEXTS_ACTIVE
    if context.pdp and state is not MobileStationState.IDLE_OR_PMM_DETACHED:
        state = MobileStationState(state + WITH_PDP_CONTEXTS)
    return state


def begun(information: MsInformation, event: Begin) -> S:
    """Ask the mobile who its equipment is."""
    if information.request.information_requested in WITH_IMEI and information.imei is None:
        information.start(Identification(information, IdentityType.IMEI))
        return S.WAIT_IMEI
    return information.go_on()


def imei_told(information: MsInformation, event: Identification) -> S:
    """It has said."""
    assert isinstance(event.identity, Imei)
    information.imei = information.context.imei = event.identity
    return information.go_on()


def imei_not_told(information: MsInformation, event: Identification) -> S:
    """It does not answer, and would not the second time."""
    return S.ANSWERED


def imeisv_told(information: MsInformation, event: Identification) -> S:
    """It has said."""
    assert isinstance(event.identity, Imeisv)
    information.imeisv = event.identity
    return S.ANSWERED


MS_INFORMATION = Machine(
    "MS information",
    clause="29.018 13",
    of=MsInformation,
    initial=S.START,
    final=(S.ANSWERED,),
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_IMEI, S.WAIT_IMEISV)),
        (S.WAIT_IMEI, identification.S.IDENTIFIED, imei_told, (S.WAIT_IMEISV, S.ANSWERED)),
        (S.WAIT_IMEI, identification.S.UNIDENTIFIED, imei_not_told, (S.ANSWERED,)),
        (S.WAIT_IMEISV, identification.S.IDENTIFIED, imeisv_told, (S.ANSWERED,)),
        (S.WAIT_IMEISV, identification.S.UNIDENTIFIED, imei_not_told, (S.ANSWERED,)),
    ],
)
