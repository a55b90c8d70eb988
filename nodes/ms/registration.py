"""What ATTACH ACCEPT and ROUTING AREA UPDATE ACCEPT bring (TS 24.008 4.7.3.1.3, 4.7.3.2.3, 4.7.5.1.3, 4.7.5.2.3)."""

from typing import TYPE_CHECKING

from nodes.ms.card import UpdateStatus
from nodes.ms.events import REGISTERED
from protocol.gmm import AttachAccept, PtmsiReallocationCommand, RoutingAreaUpdateAccept
from protocol.gmm.elements import GprsTimer
from protocol.identities import MobileIdentity, Tlli, Tmsi
from protocol.timers import T3314

if TYPE_CHECKING:
    from nodes.ms.mobile import Mobile


def register(mobile: "Mobile", accept: AttachAccept | RoutingAreaUpdateAccept, *, combined: bool) -> bool:
    """Store it all; true where a new identity must be acknowledged, on the TLLI made of it (4.7.1.4).

    ``combined``: the accept is for calls too.
    """
    card = mobile.card
    card.rai = accept.routing_area
    card.ptmsi_signature = accept.ptmsi_signature
    card.update_status = UpdateStatus.UPDATED
    acknowledged = name(mobile, accept.allocated_ptmsi)
    if combined:
        acknowledged = locate(mobile, accept.ms_identity) or acknowledged
    mobile.save()
    mobile.attempts = 0
    mobile.periodic_due = mobile.update_due = False
    mobile.cell_notification = accept.cell_notification is not None
    forbidden = mobile.forbidden
    listed = () if accept.equivalent_plmns is None else accept.equivalent_plmns.plmns
    mobile.equivalent_plmns = tuple(plmn for plmn in listed if plmn not in forbidden)
    take_timers(mobile, accept)
    return acknowledged


def take_timers(mobile: "Mobile", accept: AttachAccept | RoutingAreaUpdateAccept) -> None:
    """Take the network's values. An update that says nothing of the READY timer leaves it; an attach brings T3314."""
    mobile.t3302 = None
    if accept.t3302_value is not None:
        mobile.take_t3302(accept.t3302_value)
    mobile.t3312 = accept.periodic_ra_update_timer.duration
    negotiated: GprsTimer | None = accept.negotiated_ready_timer
    if negotiated is not None:
        mobile.t3314 = negotiated.duration
    elif isinstance(accept, AttachAccept):
        mobile.t3314 = mobile.stage.clock.duration(T3314)
    mobile.readiness.hear(REGISTERED)


def name(mobile: "Mobile", allocated: MobileIdentity | None) -> bool:
    """Take a new P-TMSI, if there is one, and go on under the local TLLI; true where it is to be acknowledged."""
    card = mobile.card
    value = None if allocated is None else allocated.value
    if isinstance(value, Tmsi):
        card.ptmsi = value
    if card.ptmsi is not None:
        mobile.stage.listening.change_tlli(mobile, Tlli.local(card.ptmsi))
    return isinstance(value, Tmsi)


def locate(mobile: "Mobile", identity: MobileIdentity | None) -> bool:
    """Attached for calls in this location area: a TMSI is taken, an IMSI deletes it, nothing keeps it (4.7.3.2.3.1)."""
    card = mobile.card
    assert card.rai is not None
    value = None if identity is None else identity.value
    tmsi = card.tmsi if value is None else value if isinstance(value, Tmsi) else None
    mobile.stage.listening.name(mobile, card.rai.lai, tmsi)
    card.location_status = UpdateStatus.UPDATED
    mobile.imsi_attached, mobile.imsi_attach_due = True, False
    mobile.mm.by_gs = True
    return isinstance(value, Tmsi)


def rename(mobile: "Mobile", command: PtmsiReallocationCommand) -> bool:
    """Take what P-TMSI REALLOCATION COMMAND brings; the signature stays where it brings none (4.7.6.2)."""
    card = mobile.card
    card.rai = command.routing_area
    if command.ptmsi_signature is not None:
        card.ptmsi_signature = command.ptmsi_signature
    renamed = name(mobile, command.allocated_ptmsi)
    mobile.save()
    return renamed
