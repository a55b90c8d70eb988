"""A mobile to which anything happens at any time: no fault of ours, nothing left over, and it can be switched off."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from nodes.core.machine import Procedure
from nodes.ms.mobile import Barring
from protocol.causes import CcCause, GmmCause, MmCause
from protocol.cc import (
    AlertingMt,
    CallProceeding,
    Cause,
    ConnectAcknowledge,
    ConnectMt,
    DisconnectMt,
    ReleaseCompleteMt,
    ReleaseMt,
    SetupMt,
    StatusEnquiry,
    TransactionIdentifier,
)
from protocol.gmm import (
    AttachReject,
    AuthenticationAndCipheringReject,
    GmmInformation,
    GmmMessage,
    GmmStatus,
)
from protocol.gmm.elements import Cksn, DetachTypeMt, ForceToStandby, GprsTimer, IdentityType
from protocol.identities import MobileIdentity, Tlli, Tmsi
from protocol.mm import (
    Abort,
    AuthenticationReject,
    AuthenticationRequest,
    CmServiceAccept,
    CmServiceReject,
    LocationUpdatingAccept,
    LocationUpdatingReject,
    MmStatus,
    TmsiReallocationCommand,
)
from protocol.mm import IdentityRequest as MmIdentityRequest
from protocol.timers import SECOND
from tests.machines.mobiles import (
    CELLS,
    DETACH_ACCEPT,
    IMSI,
    OFF,
    PTMSI,
    TMSI,
    Around,
    accept,
    accept_both,
    accept_update,
    challenge,
    challenge_on_channel,
    detach_request,
    forged,
    identity_request,
    reject_update,
    release,
)
from tests.machines.test_ms_paging import page, reallocation

CAUSES = [cause for cause in GmmCause if not cause.is_reserved]
MM_CAUSES = [cause for cause in MmCause if not cause.is_reserved]
TIMERS = [GprsTimer.lasting(seconds and seconds * SECOND) for seconds in (None, 0, 2, 60, 3240)]


def message(dice: Random, around: Around) -> GmmMessage:
    """Whatever a network may say."""
    cause: Any = dice.choice([*CAUSES, GmmCause.CONGESTION, GmmCause.NETWORK_FAILURE])
    cell = dice.choice(list(CELLS))
    ptmsi = MobileIdentity(Tmsi(0xC0000000 | dice.getrandbits(30))) if dice.random() < 0.5 else None
    timers = {"periodic_ra_update_timer": dice.choice(TIMERS), "negotiated_ready_timer": dice.choice([*TIMERS, None])}
    common: dict[str, Any] = {"routing_area": around.mobile.cell.identifier.rai, "allocated_ptmsi": ptmsi} | timers
    makers: list[Callable[[], GmmMessage]] = [
        lambda: accept(**common),
        lambda: accept_both(**common),
        lambda: accept(gmm_cause=cause, **common),
        lambda: AttachReject(gmm_cause=cause),
        lambda: accept_update(cell, **common),
        lambda: accept_update(cell, combined=True, ms_identity=MobileIdentity(TMSI), **common),
        lambda: reject_update(cause),
        lambda: challenge(32 * (around.now // SECOND + 2), dice.randrange(1, 16)),
        lambda: forged(dice.randrange(1, 16)),
        lambda: DETACH_ACCEPT,
        lambda: detach_request(dice.choice(list(DetachTypeMt)), dice.choice([None, cause])),
        lambda: identity_request(dice.choice(list(IdentityType))),
        lambda: reallocation(Tmsi(0xC0000000 | dice.getrandbits(30))),
        lambda: GmmStatus(gmm_cause=cause),
        GmmInformation,
    ]
    if dice.random() < 0.03:
        return AuthenticationAndCipheringReject()
    made = dice.choice(makers)()
    if hasattr(made, "force_to_standby") and dice.random() < 0.2:
        made = made.replace(force_to_standby=ForceToStandby.INDICATED)
    return made


def said_on_channel(dice: Random, around: Around) -> Any:
    """Whatever a network may say on a dedicated channel."""
    cause = dice.choice([*MM_CAUSES, MmCause.CONGESTION, MmCause.NETWORK_FAILURE])
    lai = around.mobile.cell.identifier.rai.lai
    identity = dice.choice([None, MobileIdentity(TMSI), MobileIdentity(IMSI)])
    answer = TransactionIdentifier(0, flag=True)
    offer = TransactionIdentifier(dice.choice([0, 0, 1]))
    rand = bytes([dice.randrange(1, 16)]) * 16
    why = Cause(CcCause.NORMAL_CALL_CLEARING)
    call = around.mobile.mm.call
    known = call.identifier.answer if call is not None and dice.random() < 0.9 else dice.choice([answer, offer])
    makers: list[Callable[[], Any]] = [
        lambda: LocationUpdatingAccept(location_area_identification=lai, mobile_identity=identity),
        lambda: LocationUpdatingReject(reject_cause=cause),
        lambda: TmsiReallocationCommand(
            location_area_identification=lai, mobile_identity=identity or MobileIdentity(IMSI)
        ),
        CmServiceAccept,
        CmServiceAccept,
        lambda: CmServiceReject(reject_cause=cause),
        lambda: Abort(reject_cause=cause),
        lambda: AuthenticationRequest(cksn=Cksn(3), rand=rand, autn=None),
        lambda: challenge_on_channel(32 * (around.now // SECOND + 2), rand[0]),
        lambda: MmIdentityRequest(identity_type=dice.choice(list(IdentityType))),
        lambda: MmStatus(reject_cause=cause),
        lambda: SetupMt(transaction_identifier=offer),
        lambda: SetupMt(transaction_identifier=offer),
        lambda: CallProceeding(transaction_identifier=known),
        lambda: AlertingMt(transaction_identifier=known),
        lambda: ConnectMt(transaction_identifier=known),
        lambda: ConnectMt(transaction_identifier=known),
        lambda: ConnectAcknowledge(transaction_identifier=known),
        lambda: DisconnectMt(transaction_identifier=known, cause=why),
        lambda: ReleaseMt(transaction_identifier=known),
        lambda: ReleaseCompleteMt(transaction_identifier=known),
        lambda: StatusEnquiry(transaction_identifier=known),
        lambda: release(dice.choice([None, False, True])),
        lambda: release(dice.choice([None, False, True])),
    ]
    if dice.random() < 0.02:
        return AuthenticationReject()
    return dice.choice(makers)()


def step(dice: Random, around: Around) -> None:
    """Something happens."""
    what = dice.random()
    cell = dice.choice(list(CELLS))
    if around.ms.channels and dice.random() < 0.5:
        (around.reference,) = around.ms.channels
        channel = around.ms.channels[around.reference]
        around.channel_cell = channel.cell.name
        around.tells(said_on_channel(dice, around))
    elif what < 0.5:
        tlli = dice.choice([around.mobile.tlli, around.mobile.tlli_old, Tlli.local(PTMSI)])
        around.cell = around.mobile.cell.name
        around.says(message(dice, around), tlli or around.tlli)
    elif what < 0.6:
        around.wait(dice.choice([0.1, 3, 15, 60, 900]))
    elif what < 0.65:
        mode: Any = dice.choice(["I", "II", "III"])
        t3212, att = dice.choice([0, 1]), dice.random() < 0.9
        barred = what < 0.61
        around.announce(cell, mode, t3212=t3212, att=att, ac_1=dice.random() < 0.2, cell_bar_access=barred)
    elif what < 0.7:
        around.pages(page(dice.choice([IMSI, TMSI, around.mobile.card.ptmsi]), packets=dice.random() < 0.7), cell)
    else:
        orders: list[tuple[str, dict[str, Any]]] = [
            ("power-on", {}),
            ("attach", {}),
            ("attach", {"combined": dice.random() < 0.7}),
            ("detach", {"type": dice.choice(["gprs", "imsi", "combined", None])}),
            ("power-off", {}),
            ("move", {"cell": cell}),
            ("move", {"cell": cell}),
            ("cover", {"on": dice.random() < 0.7}),
            ("call", {}),
            ("call", {"number": "12345"}),
            ("hang-up", {}),
        ]
        verb, arguments = dice.choice(orders)
        around.order(verb, **arguments)
    around.drain()


def check(around: Around) -> None:
    """Nothing is listed that should not be, and no timer is nobody's."""
    ms, mobile = around.ms, around.mobile
    listed = {tlli for (cell, tlli), found in ms.listening.by_tlli.items() if cell == mobile.cell.identifier}
    assert len(ms.listening.by_tlli) == len(listed)
    own = {tlli for tlli in (mobile.tlli, mobile.tlli_old) if tlli is not None}
    assert listed == (own if mobile.listens else set())
    assert sum(mobile in found for found in ms.listening.in_cell.values()) == (around.m1["state"] != OFF)
    assert len(ms.channels) == (mobile.mm.channel is not None)
    suspends = mobile.mm.channel is not None and mobile.mm.channel.suspends
    assert around.m1["suspended"] <= suspends
    assert not ms.unsettled
    for running in ms.clock.running():
        if not isinstance(running.owner, Barring):
            assert isinstance(running.owner, Procedure)
            assert running.owner.is_guarded_by(running)
    asked = [child for child in mobile.children if child.machine.title != "authentication and ciphering, mobile side"]
    initiated = around.m1["state"].endswith(("-INITIATED", "REGISTERED-INITIATED"))
    assert len(asked) == initiated, (around.m1["state"], asked)
    if around.m1["state"] != "GMM-DEREGISTERED-INITIATED":
        registered = around.m1["state"].startswith(("GMM-REGISTERED.", "GMM-ROUTING"))
        assert (around.m1["mm_state"] != "IDLE") == registered


@pytest.mark.parametrize("seed", range(60))
def test_anything_at_any_time(seed: int) -> None:
    """Orders, messages, pages, news of cells, calls and time in any order; every order has its one answer."""
    dice = Random(seed)
    around = Around(combined=dice.random() < 0.5, ms_class=dice.choice("ABC"), announced=dice.random() < 0.8)
    for _ in range(150):
        step(dice, around)
        check(around)
    around.order("cover", on=True)
    around.order("power-off")
    around.order("power-off")
    assert around.m1["state"] == OFF
    around.wait(10)
    assert (around.m1["cs_state"], around.ms.channels) == ("NULL", {})
    assert around.ms.listening.by_tlli == {}
    assert around.timers() == set()
    orders = [reply for reply in around.replies if reply.status == "accepted"]
    ended = [reply.id for reply in around.replies if reply.status != "accepted"]
    assert len(ended) == len(set(ended))
    assert {reply.id for reply in orders} <= set(ended)
