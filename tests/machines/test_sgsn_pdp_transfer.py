"""PDP contexts that move with their mobile (23.060 6.9.1.2.2, 29.060 7.3.3, 7.5.3 to 7.5.5), old and new SGSN."""

from typing import Any

import pytest

from protocol import gtp
from protocol.causes import GtpCause
from protocol.gmm import RoutingAreaUpdateAccept, RoutingAreaUpdateComplete, RoutingAreaUpdateReject
from protocol.gmm.elements import CipheringAlgorithm, Cksn, DrxParameter, PdpContextStatus, UpdateTypeValue
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    EchoRequest,
    EchoResponse,
    EndUserAddress,
    GsnAddress,
    MmContext,
    QualityOfServiceProfile,
    SecurityMode,
    SgsnContextAcknowledge,
    SgsnContextRequest,
    SgsnContextResponse,
    TPdu,
    TransactionIdentifier,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import Apn, Teid, Tlli, Tmsi
from protocol.map.location import CancellationType, UpdateGprsLocationArg
from protocol.map.operations import ErrorCode
from protocol.sm import ModifyPdpContextRequestMt
from protocol.sm.quality_of_service import QualityOfService
from tests.machines.sgsn_lab import AWAY, FAR, FOREIGN, IMSI, NEAR, Mobile, Strict
from tests.machines.sgsn_sessions import GGSNS, SessionLab

OTHER = GsnAddress.parse("10.0.0.4")
QUALITY = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex("23421f")))
LESS = QualityOfServiceProfile(2, QualityOfService.from_octets(bytes.fromhex("23221f")))
NORMAL, PERIODIC = UpdateTypeValue.RA_UPDATING, UpdateTypeValue.PERIODIC_UPDATING
MM = MmContext(
    security_mode=SecurityMode.GSM_KEY_AND_TRIPLETS,
    cksn=Cksn.KEY_1,
    used_cipher=CipheringAlgorithm.NOT_USED,
    drx_parameter=DrxParameter(split_pg_cycle_code=10),
    kc=b"\6" * 8,
)


def told(nsapi: int = 5, ggsn: str = "ggsn1", **changes: Any) -> gtp.PdpContext:
    """A PDP context as the old SGSN tells it."""
    address = GsnAddress(GGSNS[ggsn].address)
    elements: dict[str, Any] = {
        "nsapi": nsapi,
        "sapi": 3,
        "quality_of_service_subscribed": QUALITY,
        "quality_of_service_requested": QUALITY,
        "quality_of_service_negotiated": QUALITY,
        "sequence_number_down": 0,
        "sequence_number_up": 0,
        "uplink_teid_control_plane": Teid(0x100 + nsapi),
        "uplink_teid_data_i": Teid(0x200 + nsapi),
        "pdp_context_identifier": 1,
        "pdp_address": EndUserAddress.dynamic(),
        "ggsn_address_for_control_plane": address,
        "ggsn_address_for_user_traffic": address,
        "access_point_name": Apn("internet"),
        "transaction_identifier": TransactionIdentifier(max(nsapi - 5, 0)),
    }
    return gtp.PdpContext(**(elements | changes))


class Moving(SessionLab, Strict):
    """A network between which and another SGSN mobiles move."""

    def arrives(self, *contexts: gtp.PdpContext, status: PdpContextStatus | None = None) -> Mobile:
        """A mobile comes from the other SGSN, which hands over its contexts."""
        mobile = self.mobile()
        mobile.tlli = Tlli.local(Tmsi(0xC0001234))
        mobile.area = FOREIGN
        mobile.signature = 1
        mobile.update(NORMAL, status=status)
        self.hands_over(*contexts)
        return mobile

    def hands_over(self, *contexts: gtp.PdpContext) -> None:
        """The other SGSN answers."""
        request = self.last(SgsnContextRequest)
        self.gn(
            SgsnContextResponse(
                teid=request.tunnel_endpoint_identifier_control_plane,
                sequence_number=request.sequence_number,
                cause=GtpCause.REQUEST_ACCEPTED,
                imsi=GtpImsi(IMSI),
                tunnel_endpoint_identifier_control_plane=Teid(9),
                mm_context=MM,
                pdp_contexts=contexts,
                sgsn_address_for_control_plane=OTHER,
            )
        )

    def answers_update(self, request: UpdatePdpContextRequest, link: str = "ggsn1", **changes: Any) -> None:
        """A GGSN answers an Update PDP Context Request."""
        own = GsnAddress(GGSNS[link].address)
        elements: dict[str, Any] = {
            "teid": request.tunnel_endpoint_identifier_control_plane or self.pdp(request.nsapi.value).teid_control,
            "sequence_number": request.sequence_number,
            "cause": GtpCause.REQUEST_ACCEPTED,
            "tunnel_endpoint_identifier_data_i": Teid(request.teid + 0x100),
            "charging_id": 1,
            "ggsn_address_for_control_plane": own,
            "ggsn_address_for_user_traffic": own,
            "quality_of_service_profile": request.quality_of_service_profile,
            "recovery": 3,
        }
        self.gn(UpdatePdpContextResponse(**(elements | changes)), link)

    def departs(self, **more: Any) -> None:
        """The other SGSN asks for the contexts of the mobile, and has them."""
        assert self.context.rai is not None
        request = SgsnContextRequest(
            teid=Teid(0),
            sequence_number=7,
            rai=self.context.rai,
            ptmsi=self.context.ptmsi,
            ptmsi_signature=self.context.ptmsi_signature,
            tunnel_endpoint_identifier_control_plane=Teid(1),
            sgsn_address_for_control_plane=OTHER,
        )
        self.gn(request)
        handover = self.context.handover
        assert handover is not None
        cause = GtpCause.REQUEST_ACCEPTED
        self.gn(SgsnContextAcknowledge(teid=handover.teid, sequence_number=7, cause=cause, **more))

    def all(self, kind: type) -> list[Any]:
        """All messages of a kind that were said since they were forgotten last."""
        return [message for _, message in self.said if isinstance(message, kind)]


@pytest.fixture
def lab() -> Moving:
    """An SGSN and another one."""
    return Moving()


@pytest.fixture
def home() -> Moving:
    """An SGSN with a mobile that has a PDP context."""
    lab = Moving()
    lab.provided()
    lab.active()
    return lab


# --- the new SGSN -----------------------------------------------------------------------------------------------------


def test_sessions_arrive(lab: Moving) -> None:
    """23.060 6.9.1.2.2 steps 4 to 12: acknowledge with tunnel ends, then the GGSNs, then the HLR, then the accept."""
    lab.arrives(told(5), told(6, "ggsn2", transaction_identifier=TransactionIdentifier(7, 0x80 | 20)))
    acknowledge = lab.last(SgsnContextAcknowledge)
    first, second = lab.all(UpdatePdpContextRequest)
    assert lab.all(RoutingAreaUpdateAccept) == []
    assert (first.teid, second.teid) == (0x105, 0x106)
    assert (first.nsapi.value, first.quality_of_service_profile) == (5, QUALITY)
    assert str(first.sgsn_address_for_user_traffic) == "10.0.0.3"
    assert [end.teid for end in acknowledge.tunnel_endpoint_identifiers_data_ii] == [
        first.tunnel_endpoint_identifier_data_i,
        second.tunnel_endpoint_identifier_data_i,
    ]
    lab.answers_update(first)
    assert lab.all(RoutingAreaUpdateAccept) == []
    lab.answers_update(second, "ggsn2")
    assert lab.last(RoutingAreaUpdateAccept).pdp_context_status is None
    look = lab.look["pdp_contexts"]
    assert [(pdp["nsapi"], pdp["ti"], pdp["state"], pdp["ggsn"]) for pdp in look] == [
        (5, 0, "PDP-ACTIVE", "10.0.0.7"),
        (6, 20, "PDP-ACTIVE", "10.0.0.12"),
    ]
    lab.mobiles[0].says(b"")
    lab.gn(TPdu(teid=first.tunnel_endpoint_identifier_data_i, payload=b"x"), "ggsn1")
    assert lab.names("ms")[-1] == "SnUnitdata"


def test_forwarded_packets_wait_for_the_update(lab: Moving) -> None:
    """23.060 6.9.1.2.2 step 5: what the old SGSN forwards reaches the mobile once its update is accepted."""
    lab.arrives(told())
    (end,) = lab.last(SgsnContextAcknowledge).tunnel_endpoint_identifiers_data_ii
    lab.gn(TPdu(teid=end.teid, payload=b"forwarded"))
    assert "SnUnitdata" not in [type(message).__name__ for _, message in lab.said]
    lab.answers_update(lab.last(UpdatePdpContextRequest))
    assert lab.names("ms")[-1] == "SnUnitdata"


def test_sessions_arrive_of_one_address(lab: Moving) -> None:
    """29.060 7.3.3: contexts of one address share their tunnel for control, here as in the GGSN."""
    lab.arrives(told(5), told(6, uplink_teid_control_plane=Teid(0x105)), told(7, uplink_teid_control_plane=Teid(0x105)))
    requests = lab.all(UpdatePdpContextRequest)
    assert len({request.tunnel_endpoint_identifier_control_plane for request in requests}) == 1
    for request in requests:
        lab.answers_update(request)
    assert [pdp["linked_nsapi"] for pdp in lab.look["pdp_contexts"]] == [None, 5, 5]


@pytest.mark.parametrize(("cause", "deleted"), [(GtpCause.NON_EXISTENT, 0), (GtpCause.SYSTEM_FAILURE, 1), (None, 1)])
def test_sessions_refused_by_their_ggsn(lab: Moving, cause: GtpCause | None, deleted: int) -> None:
    """23.060 6.9.1.2.2: a context that its GGSN does not keep, or about which it is silent, goes; the mobile hears."""
    mobile = lab.arrives(told(5), told(6, "ggsn2"))
    first, second = lab.all(UpdatePdpContextRequest)
    lab.answers_update(second, "ggsn2")
    if cause is None:
        lab.waits(11)
    else:
        lab.answers_update(first, cause=cause)
    accept = lab.last(RoutingAreaUpdateAccept)
    assert accept.pdp_context_status == PdpContextStatus((6,))
    assert list(lab.context.pdp) == [6]
    assert len({request.sequence_number for request in lab.all(DeletePdpContextRequest)}) == deleted
    assert mobile.heard


def test_session_deleted_while_the_ggsns_are_told(lab: Moving) -> None:
    """A GGSN deletes a context meanwhile: its answer to the update is about nothing any more."""
    lab.arrives(told(5), told(6, "ggsn2"))
    first, second = lab.all(UpdatePdpContextRequest)
    next(iter(lab.sgsn.gn.tunnels.values())).drop()
    lab.answers_update(first)
    lab.answers_update(second, "ggsn2")
    assert list(lab.context.pdp) == [6]


def test_quality_lowered_by_the_ggsn(lab: Moving) -> None:
    """29.060 7.3.4: the GGSN may agree to less, and have its end of the tunnel elsewhere; the mobile is told."""
    lab.arrives(told())
    lab.answers_update(
        lab.last(UpdatePdpContextRequest),
        quality_of_service_profile=LESS,
        tunnel_endpoint_identifier_control_plane=Teid(0x777),
    )
    pdp = lab.pdp()
    assert (pdp.ggsn_teid_control, pdp.ggsn_teid_data) == (0x777, 0x205)
    lab.answers_update(lab.last(UpdatePdpContextRequest), quality_of_service_profile=LESS)  # and the mobile is told
    assert lab.last(ModifyPdpContextRequestMt).new_qos == LESS.quality_of_service


def test_sessions_that_cannot_be(lab: Moving) -> None:
    """29.060 11.1.7: a context with an NSAPI, a SAPI, a transaction or an address that cannot be is left out."""
    lab.arrives(
        told(4),
        told(8, sapi=1),
        told(9, sapi=4),
        told(5, ggsn_address_for_control_plane=None),
        told(6, transaction_identifier=TransactionIdentifier(7, 0xFF)),
        told(7),
        told(7),
    )
    assert [request.nsapi.value for request in lab.all(UpdatePdpContextRequest)] == [7]


def test_sessions_that_the_mobile_does_not_have(lab: Moving) -> None:
    """24.008 4.7.5.1.3: by the status in its request; they are deleted in the GGSN, too, and the answer tells."""
    lab.arrives(told(5), told(6, "ggsn2"), status=PdpContextStatus((6, 9)))
    assert lab.all(DeletePdpContextRequest) == [], "the GGSN does not know yet that the context is here"
    for request, link in zip(lab.all(UpdatePdpContextRequest), ("ggsn1", "ggsn2"), strict=True):
        lab.answers_update(request, link)
    assert [request.teid for request in lab.all(DeletePdpContextRequest)] == [0x105]
    assert lab.last(RoutingAreaUpdateAccept).pdp_context_status == PdpContextStatus((6,))


def test_sessions_of_a_mobile_that_the_hlr_refuses(lab: Moving) -> None:
    """23.060 6.9.1.2.2: the update is rejected: the GGSNs delete what is left here of the mobile."""
    lab.hlr_errors = {UpdateGprsLocationArg: ErrorCode.ROAMING_NOT_ALLOWED}
    lab.arrives(told())
    lab.answers_update(lab.last(UpdatePdpContextRequest))
    assert lab.all(RoutingAreaUpdateReject)
    assert lab.last(DeletePdpContextRequest).teid == 0x105
    lab.waits(11)
    assert lab.is_clean


# --- the old SGSN -----------------------------------------------------------------------------------------------------


def test_sessions_depart(home: Moving) -> None:
    """29.060 7.5.4, 23.060 6.9.1.2.2: all active contexts are told; when the timer ends they go without a word."""
    home.departs()
    (pdp,) = home.last(SgsnContextResponse).pdp_contexts
    first = home.pdp()
    assert (pdp.nsapi, pdp.uplink_teid_control_plane) == (5, first.ggsn_teid_control)
    assert (pdp.access_point_name, str(pdp.pdp_address)) == ("internet", str(pdp.pdp_address))
    assert home.look["departed"]
    home.said.clear()
    home.cancels(CancellationType.UPDATE_PROCEDURE)
    home.waits(61 + 11)  # and the GGSN's echo
    assert home.all(DeletePdpContextRequest) == []
    assert home.is_clean


def test_sessions_whose_new_sgsn_has_died(home: Moving) -> None:
    """The HLR does not know of the other SGSN when the timer ends: if the GGSN does not either, it deletes them."""
    home.departs()
    home.said.clear()
    home.waits(61)
    assert home.last(DeletePdpContextRequest).nsapi.value == 5
    home.waits(11)
    assert home.is_clean


def test_session_in_the_making_does_not_move(home: Moving) -> None:
    """A context that is not active yet stays behind, and is deleted in its GGSN when that answers."""
    home.asks(nsapi=6, ti=1)
    request = home.last(CreatePdpContextRequest)
    home.departs()
    assert len(home.last(SgsnContextResponse).pdp_contexts) == 1
    assert list(home.context.pdp) == [5]
    home.creates(request)
    assert home.last(DeletePdpContextRequest).nsapi.value == 6


def test_session_in_the_making_when_the_hlr_knows_first(home: Moving) -> None:
    """23.060 6.9.1.2.2: the HLR cancels before the other SGSN has acknowledged: the same."""
    home.asks(nsapi=6, ti=1)
    assert home.context.rai is not None
    home.gn(
        SgsnContextRequest(
            teid=Teid(0),
            sequence_number=7,
            rai=home.context.rai,
            ptmsi=home.context.ptmsi,
            ptmsi_signature=home.context.ptmsi_signature,
            tunnel_endpoint_identifier_control_plane=Teid(1),
            sgsn_address_for_control_plane=OTHER,
        )
    )
    home.cancels(CancellationType.UPDATE_PROCEDURE)
    assert list(home.context.pdp) == [5]


def test_sessions_return(home: Moving) -> None:
    """23.060 6.9.1.2.2 step 4: a mobile that comes back: its GGSNs are told again, then the HLR."""
    home.departs()
    home.said.clear()
    home.mobiles[0].update(NORMAL, FAR)
    request = home.last(UpdatePdpContextRequest)
    assert request.tunnel_endpoint_identifier_data_i == home.pdp().teid_data
    home.answers_update(request)
    assert home.last(RoutingAreaUpdateAccept)
    home.said.clear()
    home.mobiles[0].update(PERIODIC)
    assert home.all(UpdatePdpContextRequest) == []


def test_attached_elsewhere(home: Moving) -> None:
    """23.060 6.5 step 8 d: the HLR cancels a mobile that attached elsewhere: its PDP contexts are deleted."""
    home.cancels(CancellationType.UPDATE_PROCEDURE)
    assert home.last(DeletePdpContextRequest).nsapi.value == 5
    home.deletes()
    assert home.is_clean


def test_returned_to_the_old_sgsn(lab: Moving) -> None:
    """23.060 6.5 step 8 d: it never completed its update here: the GGSN knows whether the contexts are with another."""
    mobile = lab.arrives(told())
    mobile.completes = False
    lab.answers_update(lab.last(UpdatePdpContextRequest))
    lab.cancels(CancellationType.UPDATE_PROCEDURE)
    lab.deletes(GtpCause.NON_EXISTENT)
    asked = lab.last(EchoRequest)
    lab.gn(EchoResponse(teid=Teid(0), sequence_number=asked.sequence_number, recovery=3), "ggsn1")
    assert lab.is_clean


def test_heard_once_after_it_has_gone_before_its_update_was_complete(lab: Moving) -> None:
    """23.060 6.9.1.2.2 step 4: a COMPLETE that comes late looks like a return: the mobile is missed after a time."""
    mobile = lab.arrives(told())
    mobile.completes = False
    lab.answers_update(lab.last(UpdatePdpContextRequest))
    lab.departs()
    mobile.says(RoutingAreaUpdateComplete())
    assert not lab.look["departed"]
    lab.waits(45 + 58 * 60 + 61 + 11)
    assert not lab.sgsn.by_imsi


def test_back_through_the_other_sgsn(home: Moving) -> None:
    """A, B, A: the contexts come back with the mobile, and those that were left here go without a word to the GGSN."""
    home.departs()
    first = home.pdp()
    mobile = home.mobiles[0]
    mobile.tlli, mobile.area, mobile.signature, mobile.cell = Tlli.local(Tmsi(0xC0001234)), FOREIGN, 1, AWAY
    mobile.update(NORMAL)
    home.said = [entry for entry in home.said if isinstance(entry[1], SgsnContextRequest)]
    back = told(5, uplink_teid_control_plane=first.ggsn_teid_control, uplink_teid_data_i=first.ggsn_teid_data)
    home.hands_over(back)
    home.answers_update(home.last(UpdatePdpContextRequest), tunnel_endpoint_identifier_data_i=first.ggsn_teid_data)
    assert home.last(RoutingAreaUpdateAccept)
    assert home.all(DeletePdpContextRequest) == []
    assert home.pdp() is not first
    mobile.says(RoutingAreaUpdateComplete())
    home.waits(61)
    assert home.all(DeletePdpContextRequest) == []
    assert home.pdp().state.value == "PDP-ACTIVE"
    assert NEAR.rai != home.context.rai


def test_back_with_a_session_that_was_made_anew(home: Moving) -> None:
    """A, B, A: under B a context was deactivated and activated again: what is left in A of the old one is not that."""
    first = home.beside()
    home.departs()
    home.cancels(CancellationType.UPDATE_PROCEDURE)
    mobile = home.mobiles[0]
    mobile.tlli, mobile.area, mobile.signature, mobile.cell = Tlli.local(Tmsi(0xC0001234)), FOREIGN, 1, AWAY
    mobile.update(NORMAL)
    home.said = [entry for entry in home.said if isinstance(entry[1], SgsnContextRequest)]
    control = first.ggsn_teid_control
    home.hands_over(*(told(nsapi, uplink_teid_control_plane=control) for nsapi in (5, 6)))
    for request in home.all(UpdatePdpContextRequest):
        home.answers_update(request, tunnel_endpoint_identifier_data_i=Teid(0x200 + request.nsapi.value))
    assert home.last(RoutingAreaUpdateAccept)
    mobile.says(RoutingAreaUpdateComplete())
    home.waits(61)
    assert home.all(DeletePdpContextRequest) == []
    assert list(home.context.pdp) == [5, 6]
