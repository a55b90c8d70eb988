"""The SGSN's own mobility management: MM states, attach for calls, P-TMSI reallocation, detaches of every kind."""

from typing import Any

import pytest

from nodes.core import hlrs
from nodes.sgsn import mobility
from protocol import bssap_plus, gtp, llc
from protocol.bssap_plus.elements import ImsiDetachFromGprsServiceType, ImsiDetachFromNonGprsServiceType
from protocol.bssgp import FlushLl, ImsiIdentity
from protocol.causes import GmmCause, GtpCause, MmCause
from protocol.gmm import (
    AttachAccept,
    AttachReject,
    AuthenticationAndCipheringRequest,
    AuthenticationAndCipheringResponse,
    DetachAcceptMo,
    DetachRequestMo,
    DetachRequestMt,
    GmmInformation,
    GmmStatus,
    IdentityRequest,
    PtmsiReallocationCommand,
    PtmsiReallocationComplete,
    RoutingAreaUpdateAccept,
    RoutingAreaUpdateReject,
)
from protocol.gmm.elements import (
    DetachTypeMo,
    DetachTypeMt,
    ForceToStandby,
    GprsTimer,
    MoDetach,
    ResultOfAttach,
    UpdateTypeValue,
)
from protocol.identities import Imsi, MobileIdentity, Tlli, Tmsi
from protocol.llc.frame import Sapi
from protocol.map.location import CancellationType
from protocol.timers import SECOND
from tests.machines.sgsn_lab import FOREIGN, IMSI, NEXT, Lab, Mobile

HOUR = 3600


@pytest.fixture
def lab() -> Lab:
    """An SGSN with a mobile that has attached."""
    lab = Lab()
    lab.attached()
    return lab


class Unproved(Mobile):
    """A mobile that answers challenges wrong, or not."""

    proof: bytes | None = None

    def hears(self, message: Any) -> None:
        if not isinstance(message, AuthenticationAndCipheringRequest):
            super().hears(message)
        elif self.proof is not None:
            self.says(
                AuthenticationAndCipheringResponse(
                    ac_reference_number=message.ac_reference_number, authentication_parameter_response=self.proof
                )
            )


NULL = llc.Null(sapi=Sapi.LLGMM, command=False).encode()


# --- MM states (23.060 6.1.2) -----------------------------------------------------------------------------------------


def test_ready_then_standby(lab: Lab) -> None:
    """23.060 6.1.2.2: 44 s after the last frame, not after the first; any frame makes the mobile READY again."""
    mobile = lab.mobiles[0]
    lab.waits(40)
    mobile.says(b"")
    lab.waits(43)
    assert lab.look["mm_state"] == "READY"
    lab.waits(2)
    assert lab.look["mm_state"] == "STANDBY"
    mobile.says(b"\x01", sapi=Sapi.LLSMS)
    assert lab.look["mm_state"] == "READY"
    assert "SAPI 7" in lab.warnings[-1]


def test_null_is_no_activity() -> None:
    """24.008 4.7.2.1.1: READY counts from frames that are not NULL; NULL moves the mobile where that was agreed."""
    lab = Lab(cell_notification=True)
    mobile = lab.mobile()
    mobile.attach()
    assert lab.last(AttachAccept).cell_notification
    lab.waits(40)
    mobile.cell = NEXT
    mobile.sends(NULL)
    assert lab.last(FlushLl).bvci_new == 3
    assert lab.context.cell == NEXT
    lab.waits(5)
    assert lab.look["mm_state"] == "STANDBY"


def test_null_without_cell_notification(lab: Lab) -> None:
    """23.060 6.9.1.1: where it was not agreed a NULL frame tells nothing."""
    mobile = lab.mobiles[0]
    mobile.cell = NEXT
    mobile.sends(NULL)
    assert lab.names() == []
    assert lab.context.cell != NEXT


def test_ready_for_ever() -> None:
    """24.008 10.5.7.3: a READY timer that is deactivated never runs out."""
    lab = Lab(ready_timer=GprsTimer.lasting(None))
    lab.attached()
    lab.waits(24 * HOUR)
    assert lab.look["mm_state"] == "READY"
    lab.mobiles[0].says(b"")
    assert lab.look["mm_state"] == "READY"


@pytest.mark.parametrize("period", [GprsTimer.lasting(None), GprsTimer.lasting(0)])
def test_no_periodic_update(period: GprsTimer) -> None:
    """23.060 6.9.1.2: without T3312 nothing tells that the mobile is gone."""
    lab = Lab(periodic_ra_update_timer=period)
    lab.attached()
    lab.waits(1000 * HOUR)
    assert (lab.look["mm_state"], lab.look["ppf"]) == ("STANDBY", True)


def test_mobile_not_heard_of() -> None:
    """23.060 6.1.2, 6.6.1, 6.7: READY, STANDBY, not paged after T3312 + 4 min, detached, and purged a day later."""
    lab = Lab(periodic_ra_update_timer=GprsTimer.lasting(20 * SECOND))
    lab.attached(combined=True)
    lab.waits(44)
    assert (lab.look["mm_state"], lab.look["ppf"]) == ("STANDBY", True)
    lab.waits(20 + 4 * 60)
    assert (lab.look["mm_state"], lab.look["ppf"], lab.look["state"]) == ("STANDBY", False, "GMM-REGISTERED")
    lab.said.clear()
    lab.waits(60)
    assert (lab.look["mm_state"], lab.look["state"]) == ("IDLE", "GMM-DEREGISTERED")
    told = lab.last(bssap_plus.ImsiDetachIndication)
    kind = ImsiDetachFromNonGprsServiceType.IMPLICIT_NETWORK_INITIATED_IMSI_DETACH_FROM_NON_GPRS_SERVICES
    assert told.imsi_detach_from_non_gprs_service_type is kind
    assert "DetachRequestMt" not in lab.names()
    lab.waits(24 * HOUR)
    assert lab.sgsn.by_imsi == {}
    assert lab.sgsn.next_timer() is None


def test_mobile_heard_after_a_missed_update() -> None:
    """23.060 6.1.2: a late frame is as good as any: the mobile is paged again."""
    lab = Lab(periodic_ra_update_timer=GprsTimer.lasting(20 * SECOND))
    lab.attached()
    lab.waits(44 + 20 + 4 * 60)
    lab.mobiles[0].says(b"")
    assert (lab.look["mm_state"], lab.look["ppf"]) == ("READY", True)
    lab.waits(61)
    assert lab.look["state"] == "GMM-REGISTERED"


def test_periodic_update_keeps_the_mobile() -> None:
    """24.008 4.7.2.2: each update begins READY and the periods behind it anew."""
    lab = Lab(periodic_ra_update_timer=GprsTimer.lasting(60 * SECOND))
    mobile = lab.attached()
    for _ in range(20):
        lab.waits(44 + 60)
        mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert lab.look["state"] == "GMM-REGISTERED"


def test_implicit_detach_during_a_procedure() -> None:
    """A detach by the network that is still unanswered does not keep the mobile."""
    lab = Lab(periodic_ra_update_timer=GprsTimer.lasting(2 * SECOND), timers={"mobile reachable": 0})
    lab.attached()
    lab.waits(44 + 2 + 50)
    lab.orders("detach", imsi=IMSI)
    lab.waits(11)
    assert lab.look["state"] == "GMM-DEREGISTERED"
    assert lab.context.children == ()


# --- attach -----------------------------------------------------------------------------------------------------------


@pytest.mark.ttcn3("attach_combined")
@pytest.mark.parametrize("tmsi", [Tmsi(0x12345678), None])
def test_combined_attach(tmsi: Tmsi | None) -> None:
    """23.060 6.5 steps 6 to 10: the VLR registers the mobile; its TMSI goes with the accept."""
    lab = Lab()
    lab.mobile().attach(combined=True)
    assert lab.names()[-1] == "LocationUpdateRequest"
    lab.gs(
        bssap_plus.LocationUpdateAccept(
            imsi=ImsiIdentity(IMSI),
            location_area_identifier=lab.mobiles[0].cell.rai.lai,
            new_tmsi_or_imsi=None if tmsi is None else MobileIdentity(tmsi),
        )
    )
    accept = lab.last(AttachAccept)
    assert lab.names() == ["AttachAccept", *(["TmsiReallocationComplete"] if tmsi else [])]
    assert accept.attach_result.result_of_attach is ResultOfAttach.COMBINED_GPRS_IMSI_ATTACHED
    assert (accept.ms_identity, accept.gmm_cause) == (MobileIdentity(tmsi) if tmsi else None, None)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (MmCause.IMSI_UNKNOWN_IN_HLR, GmmCause.IMSI_UNKNOWN_IN_HLR),
        (MmCause.ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA, GmmCause.NETWORK_FAILURE),
        (MmCause.CONGESTION, GmmCause.CONGESTION),
        (None, GmmCause.MSC_TEMPORARILY_NOT_REACHABLE),
    ],
)
def test_combined_attach_succeeds_in_part(answer: MmCause | None, cause: GmmCause) -> None:
    """24.008 4.7.3.2.3.2: GPRS only, with #2, #16, #17 or #22."""
    lab = Lab()
    lab.mobile().attach(combined=True)
    if answer is None:
        lab.waits(11)
    else:
        lab.gs(bssap_plus.LocationUpdateReject(imsi=ImsiIdentity(IMSI), reject_cause=answer))
    accept = lab.last(AttachAccept)
    assert accept.attach_result.result_of_attach is ResultOfAttach.GPRS_ONLY_ATTACHED
    assert accept.gmm_cause is cause
    assert lab.context.state is mobility.S.REGISTERED


def test_combined_attach_where_no_vlr_serves() -> None:
    """23.060 6.5: without Gs a combined attach is for packets only, and says so by #16."""
    lab = Lab(vlrs={})
    lab.mobile().attach(combined=True)
    accept = lab.last(AttachAccept)
    assert accept.attach_result.result_of_attach is ResultOfAttach.GPRS_ONLY_ATTACHED
    assert accept.gmm_cause is GmmCause.MSC_TEMPORARILY_NOT_REACHABLE


def arriving() -> Lab:
    """An SGSN to which a mobile of another attaches under its P-TMSI."""
    lab = Lab()
    mobile = lab.mobile()
    mobile.area, mobile.tlli, mobile.signature = FOREIGN, Tlli.local(0xC0ABCDEF), 0x123456
    lab.said.clear()
    mobile.attach(by_ptmsi=True)
    return lab


@pytest.mark.parametrize("cause", [GtpCause.REQUEST_ACCEPTED, GtpCause.PTMSI_SIGNATURE_MISMATCH])
def test_attach_under_the_ptmsi_of_another_sgsn(cause: GtpCause) -> None:
    """23.060 6.5 step 2, 3: the old SGSN is asked for the IMSI; only if it does not help the mobile is."""
    lab = arriving()
    asked = lab.last(gtp.IdentificationRequest)
    assert (asked.rai, asked.ptmsi, asked.ptmsi_signature) == (FOREIGN, 0xC0ABCDEF, 0x123456)
    good = cause.is_acceptance
    lab.gn(
        gtp.IdentificationResponse(
            teid=asked.teid,
            sequence_number=asked.sequence_number,
            cause=cause,
            imsi=gtp.Imsi(str(IMSI)) if good else None,
        )
    )
    then = "AuthenticationAndCipheringRequest" if good else "IdentityRequest"
    assert lab.names()[:2] == ["IdentificationRequest", then]
    if good:
        assert lab.context.state is mobility.S.REGISTERED


def test_impostor_under_the_ptmsi_of_another_sgsn() -> None:
    """24.008 4.7.7.5: the P-TMSI may be another's: the IMSI is asked."""
    lab = Lab()
    mobile = Unproved(lab)
    mobile.proof = b"bad!"
    lab.mobiles.append(mobile)
    mobile.area, mobile.tlli = FOREIGN, Tlli.local(0xC0ABCDEF)
    mobile.attach(by_ptmsi=True)
    asked = lab.last(gtp.IdentificationRequest)
    lab.gn(
        gtp.IdentificationResponse(
            teid=asked.teid,
            sequence_number=asked.sequence_number,
            cause=GtpCause.REQUEST_ACCEPTED,
            imsi=gtp.Imsi(str(IMSI)),
        )
    )
    assert isinstance(lab.said[-1][1], IdentityRequest)


def test_name_of_the_network() -> None:
    """24.008 4.7.12: who has attached is told what the network is called, if it is called anything."""
    lab = Lab(network_name="Laboratory", network_name_short="Lab")
    lab.mobile().attach()
    told = lab.last(GmmInformation)
    assert (told.full_name_for_network.text, told.short_name_for_network.text) == ("Laboratory", "Lab")
    lab = Lab(network_name="Laboratory")
    lab.mobile().attach()
    assert lab.last(GmmInformation).short_name_for_network is None


def test_nri_in_ptmsis() -> None:
    """23.236 4.4: the NRI stands from bit 23 down in each P-TMSI."""
    lab = Lab(nri_bits=6, nri=37)
    lab.attached()
    ptmsi = lab.context.ptmsi
    assert ptmsi is not None
    assert ptmsi >> 18 & 0x3F == 37
    assert ptmsi >> 30 == 3


# --- P-TMSI reallocation (24.008 4.7.6) -------------------------------------------------------------------------------


@pytest.mark.parametrize("to_standby", [False, True])
def test_ptmsi_reallocation(lab: Lab, to_standby: bool) -> None:
    """24.008 4.7.6: a new P-TMSI and signature; the mobile may be sent to STANDBY by the way."""
    mobile, before = lab.mobiles[0], lab.context.ptmsi
    assert lab.orders("reallocate", imsi=IMSI, force_to_standby=to_standby).status == "done"
    command = lab.last(PtmsiReallocationCommand)
    assert command.allocated_ptmsi.value == lab.context.ptmsi != before
    assert command.ptmsi_signature == lab.context.ptmsi_signature
    assert (command.force_to_standby is ForceToStandby.INDICATED) == to_standby
    assert set(lab.sgsn.by_ptmsi) == {before, lab.context.ptmsi}
    mobile.tlli = lab.context.tlli
    mobile.says(PtmsiReallocationComplete())
    assert lab.context.state is mobility.S.REGISTERED
    assert set(lab.sgsn.by_ptmsi) == {lab.context.ptmsi}
    assert set(lab.sgsn.by_tlli) == {mobile.tlli}
    assert lab.look["mm_state"] == ("STANDBY" if to_standby else "READY")
    assert lab.orders("reallocate", imsi="999").status == "failed"


@pytest.mark.parametrize("has_new", [True, False])
def test_ptmsi_reallocation_not_completed(lab: Lab, has_new: bool) -> None:
    """24.008 4.7.6.6 b: five commands; then both P-TMSIs are valid, and the next one frees the unused."""
    mobile, before = lab.mobiles[0], lab.context.ptmsi
    lab.orders("reallocate", imsi=IMSI)
    lab.waits(29)
    assert lab.names("ms") == ["PtmsiReallocationCommand"] * 5
    lab.waits(2)
    assert lab.names("ms") == []
    assert lab.context.state is mobility.S.REGISTERED
    second = lab.context.ptmsi
    assert set(lab.sgsn.by_ptmsi) == {before, second}
    if has_new:
        mobile.tlli = lab.context.tlli
    mobile.says(b"")
    lab.orders("reallocate", imsi=IMSI)
    assert set(lab.sgsn.by_ptmsi) == {second if has_new else before, lab.context.ptmsi}
    mobile.tlli = lab.context.tlli
    mobile.says(PtmsiReallocationComplete())
    assert list(lab.sgsn.by_tlli) == [mobile.tlli]


def test_ptmsi_reallocation_and_attach(lab: Lab) -> None:
    """24.008 4.7.6.6 c: the attach is progressed, and what was is deleted."""
    lab.orders("reallocate", imsi=IMSI)
    lab.mobiles[0].attach(by_ptmsi=True)
    assert lab.names("ms")[-1] == "AttachAccept"
    lab.waits(31)
    assert lab.names("ms") == []
    assert lab.context.state is mobility.S.REGISTERED


def test_ptmsi_reallocation_during_a_detach(lab: Lab) -> None:
    """Nothing is reallocated while the mobile is sent away from calls, or asked whether it has sent a detach."""
    lab.attached()
    assert lab.orders("detach", imsi=IMSI, type="imsi").status == "done"
    refused = lab.orders("reallocate", imsi=IMSI)
    assert (refused.status, refused.body) == ("failed", {"error": f"{IMSI} is being detached"})
    lab.waits(40)  # the detach is never accepted
    assert lab.orders("reallocate", imsi=IMSI).status == "done"


def test_ptmsi_reallocation_and_detach(lab: Lab) -> None:
    """24.008 4.7.6.6 d: the reallocation is aborted, the detach granted."""
    lab.orders("reallocate", imsi=IMSI)
    lab.mobiles[0].says(leave(DetachTypeMo.GPRS_DETACH))
    assert lab.names("ms") == ["PtmsiReallocationCommand", "DetachAcceptMt"]
    assert lab.context.state is mobility.S.DEREGISTERED
    assert lab.context.children == ()


def test_ptmsi_reallocation_and_update(lab: Lab) -> None:
    """24.008 4.7.6.6 e: the reallocation is aborted, the update progressed; it brings another P-TMSI."""
    lab.orders("reallocate", imsi=IMSI)
    lab.mobiles[0].update(UpdateTypeValue.RA_UPDATING)
    assert lab.names("ms") == ["PtmsiReallocationCommand", "RoutingAreaUpdateAccept"]
    assert lab.context.state is mobility.S.REGISTERED
    assert set(lab.sgsn.by_ptmsi) == {lab.context.ptmsi}


# --- detach by the mobile ---------------------------------------------------------------------------------------------


def leave(kind: DetachTypeMo, signature: int | None = None, *, power_off: bool = False) -> DetachRequestMo:
    """A DETACH REQUEST."""
    return DetachRequestMo(detach_type=MoDetach(power_off=power_off, type=kind), ptmsi_signature=signature)


@pytest.mark.parametrize(
    ("kind", "told", "state"),
    [
        (DetachTypeMo.GPRS_DETACH, "GprsDetachIndication", "GMM-DEREGISTERED"),
        (DetachTypeMo.IMSI_DETACH, "ImsiDetachIndication", "GMM-REGISTERED"),
        (DetachTypeMo.COMBINED_GPRS_IMSI_DETACH, "ImsiDetachIndication", "GMM-DEREGISTERED"),
    ],
)
def test_detach_of_a_mobile_with_calls(kind: DetachTypeMo, told: str, state: str) -> None:
    """23.060 6.6.1: packets, calls or both; the VLR hears what is over."""
    lab = Lab()
    mobile = lab.attached(combined=True)
    mobile.says(leave(kind, mobile.signature))
    message = lab.said[0][1]
    assert lab.names() == [told, "DetachAcceptMt"]
    assert lab.look["state"] == state
    if isinstance(message, bssap_plus.GprsDetachIndication):
        wanted = ImsiDetachFromGprsServiceType.MS_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES
        assert message.imsi_detach_from_gprs_service_type is wanted


def test_detach_from_calls_during_a_procedure(lab: Lab) -> None:
    """24.008 4.7.4.1: who leaves calls only stays where it is, in whatever runs."""
    lab.orders("reallocate", imsi=IMSI)
    lab.mobiles[0].says(leave(DetachTypeMo.IMSI_DETACH))
    assert lab.names("ms") == ["PtmsiReallocationCommand", "DetachAcceptMt"]
    assert len(lab.context.children) == 1


def test_detach_from_calls_of_who_is_not_attached() -> None:
    """A mobile that has not been accepted has nothing to keep."""
    lab = Lab()
    mobile = Unproved(lab)
    lab.mobiles.append(mobile)
    mobile.attach()
    mobile.says(leave(DetachTypeMo.IMSI_DETACH))
    assert lab.sgsn.by_tlli == {}


def doubtful(lab: Lab, proof: bytes | None) -> Mobile:
    """Somebody on the link of the first mobile that answers challenges so."""
    real = lab.mobiles.pop()
    other = Unproved(lab)
    other.proof, other.tlli, other.nu, other.cell = proof, real.tlli, real.nu, real.cell
    lab.mobiles.append(other)
    return other


def test_detach_with_a_wrong_signature_proved(lab: Lab) -> None:
    """23.060 6.6.1: signature wrong: the mobile is authenticated, and then detached."""
    lab.mobiles[0].says(leave(DetachTypeMo.GPRS_DETACH, 1))
    assert lab.names("ms") == ["AuthenticationAndCipheringRequest", "DetachAcceptMt"]
    assert lab.context.state is mobility.S.DEREGISTERED


@pytest.mark.parametrize("proof", [b"bad!", None])
def test_detach_with_a_wrong_signature_not_proved(lab: Lab, proof: bytes | None) -> None:
    """23.060 6.6.1: who cannot prove who it is detaches nobody."""
    other = doubtful(lab, proof)
    other.says(leave(DetachTypeMo.GPRS_DETACH, 1))
    if proof is None:
        other.says(leave(DetachTypeMo.GPRS_DETACH, 2))
        lab.waits(31)
    assert "DetachAcceptMt" not in lab.names("ms")
    assert lab.context.state is mobility.S.REGISTERED


def test_detach_with_a_wrong_signature_and_no_vectors() -> None:
    """Where nobody can tell who it is nobody is detached."""
    lab = Lab()
    mobile = lab.attached()
    lab.context.vectors = ()
    lab.sgsn.hlr_of = hlrs.finder({})
    mobile.says(leave(DetachTypeMo.GPRS_DETACH, 1))
    assert lab.names() == []
    assert lab.context.state is mobility.S.REGISTERED


def test_switched_off_with_a_wrong_signature(lab: Lab) -> None:
    """A mobile that is off cannot prove anything: when nobody answers, it counts as gone."""
    doubtful(lab, None).says(leave(DetachTypeMo.GPRS_DETACH, 1, power_off=True))
    lab.waits(31)
    assert "DetachAcceptMt" not in lab.names("ms")
    assert lab.context.state is mobility.S.DEREGISTERED


def test_detach_with_a_wrong_signature_during_a_procedure(lab: Lab) -> None:
    """While something runs a doubtful detach is not looked into."""
    lab.orders("reallocate", imsi=IMSI)
    lab.mobiles[0].says(leave(DetachTypeMo.GPRS_DETACH, 1))
    assert lab.names("ms") == ["PtmsiReallocationCommand"]
    assert "wrong P-TMSI signature" in lab.warnings[-1]


# --- detach by the network --------------------------------------------------------------------------------------------


def test_network_detach_tells_the_vlr() -> None:
    """23.060 6.6.2.1: DETACH REQUEST to the mobile, GPRS detach indication to the VLR."""
    lab = Lab()
    mobile = lab.attached(combined=True)
    assert lab.orders("detach", imsi=IMSI, type="reattach").status == "done"
    assert lab.last(DetachRequestMt).detach_type.type is DetachTypeMt.RE_ATTACH_REQUIRED
    told = lab.last(bssap_plus.GprsDetachIndication)
    wanted = ImsiDetachFromGprsServiceType.NETWORK_INITIATED_IMSI_DETACH_FROM_GPRS_SERVICES
    assert told.imsi_detach_from_gprs_service_type is wanted
    mobile.says(DetachAcceptMo())
    assert lab.look["state"] == "GMM-DEREGISTERED"
    assert lab.orders("detach", imsi=IMSI).status == "failed"


def test_network_detach_of_a_kind_that_is_none(lab: Lab) -> None:
    """Every command is answered."""
    assert lab.orders("detach", imsi=IMSI, type="away").status == "failed"


def test_network_detach_from_calls(lab: Lab) -> None:
    """24.008 4.7.4.2: type IMSI detach leaves the mobile registered, answered or not."""
    lab.orders("detach", imsi=IMSI, type="imsi")
    assert lab.last(DetachRequestMt).detach_type.type is DetachTypeMt.IMSI_DETACH
    lab.mobiles[0].says(DetachAcceptMo())
    assert lab.context.children == ()
    lab.orders("detach", imsi=IMSI, type="imsi")
    lab.waits(31)
    assert lab.context.state is mobility.S.REGISTERED
    assert lab.context.children == ()


@pytest.mark.parametrize("kind", ["imsi", "reattach", "no-reattach"])
@pytest.mark.parametrize("power_off", [False, True])
def test_detaches_cross(lab: Lab, kind: str, power_off: bool) -> None:
    """24.008 4.7.4.2.5 c: the mobile's own is answered, unless it is switched off, and both are done."""
    lab.orders("detach", imsi=IMSI, type=kind)
    lab.said.clear()
    lab.mobiles[0].says(leave(DetachTypeMo.GPRS_DETACH, power_off=power_off))
    assert lab.names("ms") == ([] if power_off else ["DetachAcceptMt"])
    lab.waits(31)
    assert lab.names("ms") == []
    assert lab.context.state is mobility.S.DEREGISTERED


def test_attach_during_network_detach_from_calls(lab: Lab) -> None:
    """24.008 4.7.4.2.5 d: the detach is aborted and the attach progressed."""
    lab.orders("detach", imsi=IMSI, type="imsi")
    lab.mobiles[0].attach(by_ptmsi=True)
    assert lab.names("ms")[-1] == "AttachAccept"
    lab.waits(31)
    assert lab.names("ms") == []


@pytest.mark.ttcn3("hlr_location_cancel_request_withdraw")
def test_subscription_withdrawn_tells_the_vlr() -> None:
    """23.060 6.6.2.2: detach, no re-attach; the VLR hears that packets are not allowed any more."""
    lab = Lab()
    lab.attached(combined=True)
    lab.cancels(CancellationType.SUBSCRIPTION_WITHDRAW)
    assert lab.last(DetachRequestMt).detach_type.type is DetachTypeMt.RE_ATTACH_NOT_REQUIRED
    told = lab.last(bssap_plus.GprsDetachIndication)
    assert told.imsi_detach_from_gprs_service_type is ImsiDetachFromGprsServiceType.GPRS_SERVICES_NOT_ALLOWED


# --- mobiles that are not known ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "tlli", "then"),
    [
        ("detach", Tlli.local(0xC0000001), ["Xid", "DetachRequestMt"]),
        ("detach", Tlli.random(1), []),
        ("discard", Tlli.local(0xC0000001), []),
    ],
)
@pytest.mark.parametrize("said", [b"", PtmsiReallocationComplete()])
def test_frame_of_an_unknown_mobile(policy: Any, tlli: Tlli, then: list[str], said: Any) -> None:
    """23.007 11, 44.064 7.2.1.1: by policy told to attach again (#10); a random TLLI is not attached anyway."""
    lab = Lab(unknown_mobiles=policy)
    mobile = lab.mobile()
    lab.said.clear()
    mobile.tlli = tlli
    mobile.says(said)
    if then:
        request = lab.last(DetachRequestMt)
        assert request.detach_type.type is DetachTypeMt.RE_ATTACH_REQUIRED
        assert request.gmm_cause is GmmCause.IMPLICITLY_DETACHED
    assert lab.names() == then
    assert lab.sgsn.by_tlli == {}


@pytest.mark.parametrize("said", [DetachAcceptMo(), GmmStatus(gmm_cause=GmmCause.CONGESTION)])
def test_answer_of_an_unknown_mobile(said: Any) -> None:
    """What answers is not answered: there would be no end."""
    lab = Lab()
    mobile = lab.mobile()
    lab.said.clear()
    mobile.tlli = Tlli.local(0xC0000001)
    mobile.says(said)
    assert lab.names() == []


def test_user_data_of_an_unknown_mobile() -> None:
    """44.064 7.2.1.1: of an unknown TLLI only SAPI 1 counts."""
    lab = Lab()
    mobile = lab.mobile()
    lab.said.clear()
    mobile.tlli = Tlli.local(0xC0000001)
    mobile.says(b"\x00", sapi=Sapi.LL3)
    assert lab.names() == []


def test_no_room_for_a_mobile_more() -> None:
    """24.008 4.7.3.1.4, 4.7.5.1.4: who comes in addition is refused for congestion (#22), who is here is not."""
    lab = Lab(capacity=4)
    mobile = lab.attached()
    others = [lab.mobile(Imsi(f"00101000000001{number}")) for number in range(6)]
    lab.mobiles[1:] = []  # nobody answers: all of them stay in their procedures
    for number, other in enumerate(others):
        other.tlli = Tlli.random(number + 100)
        other.attach()
    assert len(lab.sgsn.by_tlli) == 4
    refused = [said for _, said in lab.said if isinstance(said, AttachReject)]
    assert {reject.gmm_cause for reject in refused} == {GmmCause.CONGESTION}
    assert len(refused) == 3
    lab.said.clear()
    others[5].tlli = Tlli(0x80000077)
    others[5].update(UpdateTypeValue.RA_UPDATING)
    [reject] = [said for _, said in lab.said if isinstance(said, RoutingAreaUpdateReject)]
    assert reject.gmm_cause is GmmCause.CONGESTION
    mobile.update(UpdateTypeValue.PERIODIC_UPDATING)
    assert any(isinstance(said, RoutingAreaUpdateAccept) for _, said in lab.said)
    lab.waits(600)
    lab.said.clear()
    others[5].attach()
    assert not any(isinstance(said, AttachReject) for _, said in lab.said)


def test_everybody(lab: Lab) -> None:
    """Inspect tells of all mobiles."""
    assert lab.orders("inspect", subject="*").body["subjects"][IMSI]["mm_state"] == "READY"


@pytest.mark.parametrize("by_ptmsi", [True, False])
def test_attach_under_another_tlli_during_detach_by_the_network(lab: Lab, by_ptmsi: bool) -> None:
    """24.008 4.7.4.2.5 d: ignored till the detach has ended, whatever the TLLI; under P-TMSI and IMSI alike."""
    mobile = lab.mobiles[0]
    lab.orders("detach", imsi=IMSI)
    lab.said.clear()
    if not by_ptmsi:
        mobile.tlli = Tlli.random(5)
    mobile.attach(by_ptmsi=by_ptmsi)
    assert lab.names() == []
    lab.waits(31)
    lab.said.clear()
    mobile.nu = 0
    mobile.attach(by_ptmsi=by_ptmsi)
    assert lab.last(AttachAccept)
