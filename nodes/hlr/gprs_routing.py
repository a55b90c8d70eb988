"""What GGSNs ask about mobiles that have no PDP context (TS 29.002 13, 24; TS 23.060 9.2.2.2): Gc.

The reason why a mobile was not reached (MNRR) is not told by a GGSN that reports it: it is taken from what the register
knows.
"""

from typing import TYPE_CHECKING

from nodes.core.tcap import Dialogue
from nodes.hlr import note_ms_present
from nodes.hlr.absence import Absence, Ggsn
from nodes.hlr.subscribers import Entry
from protocol.identities import Gt, IsdnAddress
from protocol.map.errors import (
    AbsentSubscriberParam,
    AbsentSubscriberReason,
    CallBarredParam,
    CallBarringCause,
    UnexpectedDataParam,
    UnknownSubscriberDiagnostic,
    UnknownSubscriberParam,
)
from protocol.map.packet import (
    AbsentSubscriberDiagnosticSm,
    FailureReportArg,
    FailureReportRes,
    SendRoutingInfoForGprsArg,
    SendRoutingInfoForGprsRes,
)
from protocol.map.short_messages import ReadyForSmArg, ReadyForSmRes

if TYPE_CHECKING:
    from nodes.hlr.node import Hlr

_Reason = AbsentSubscriberDiagnosticSm
Refusal = UnknownSubscriberParam | UnexpectedDataParam | CallBarredParam | AbsentSubscriberParam


def send_routing_info_for_gprs(hlr: "Hlr", dialogue: Dialogue, argument: SendRoutingInfoForGprsArg) -> None:
    """Tell the address of the serving SGSN; and MNRR, where the mobile is not reachable there (13.1).

    A GGSN that will not try to reach the mobile is told of its return: where nobody serves it, where it is purged, and
    where MNRR is anything else than "no paging response" (23.060 9.2.2.2.1).
    """
    dialogue.imsi = argument.imsi
    entry = hlr.register.find(argument.imsi)
    ggsn = Ggsn(argument.ggsn_number, argument.ggsn_address)
    refusal = choose_refusal(entry, argument.ggsn_number)
    if entry is None or refusal is not None:
        dialogue.refuse(refusal)
    elif is_barred(hlr, entry):
        dialogue.refuse(CallBarredParam(call_barring_cause=CallBarringCause.OPERATOR_BARRING))
    elif entry.location is None or entry.location.purged:
        hlr.register.set_absence(entry, Absence(mnrr(entry), told(entry)).with_ggsn(ggsn))
        purged = entry.location is not None
        reason = AbsentSubscriberReason.PURGED_MS if purged else AbsentSubscriberReason.IMSI_DETACH
        dialogue.refuse(AbsentSubscriberParam(absent_subscriber_reason=reason))
    else:
        absence = entry.absence
        reason_sm = None if absence is None else absence.reason
        if absence is not None and reason_sm not in (None, _Reason.NO_PAGING_RESPONSE_VIA_SGSN):
            hlr.register.set_absence(entry, absence.with_ggsn(ggsn))
        dialogue.answer(
            SendRoutingInfoForGprsRes(
                sgsn_address=entry.location.sgsn_address,
                ggsn_address=argument.ggsn_address,
                mobile_not_reachable_reason=reason_sm,
            )
        )
    dialogue.end()


def failure_report(hlr: "Hlr", dialogue: Dialogue, argument: FailureReportArg) -> None:
    """Set MNRG, and tell that GGSN when the mobile is there again (13.2)."""
    dialogue.imsi = argument.imsi
    entry = hlr.register.find(argument.imsi)
    refusal = choose_refusal(entry, argument.ggsn_number)
    if entry is None or refusal is not None:
        dialogue.refuse(refusal)
    else:
        note_ms_present.stop_noting(hlr, entry.imsi, argument.ggsn_number)
        ggsn = Ggsn(argument.ggsn_number, argument.ggsn_address)
        hlr.register.set_absence(entry, Absence(mnrr(entry), told(entry)).with_ggsn(ggsn))
        dialogue.answer(FailureReportRes(ggsn_address=argument.ggsn_address))
    dialogue.end()


def ready_for_sm(hlr: "Hlr", dialogue: Dialogue, argument: ReadyForSmArg) -> None:
    """The SGSN has heard the mobile again (12.4): GGSNs that wait are told.

    A VLR's word is not about packets, and that of an SGSN that does not serve the mobile is not about where it is.
    """
    dialogue.imsi = argument.imsi
    entry = hlr.register.find(argument.imsi)
    if entry is None:
        dialogue.refuse(UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN))
    else:
        dialogue.answer(ReadyForSmRes())
    dialogue.end()
    if entry is None or entry.location is None or not argument.alert_reason_indicator:
        return
    if entry.location.serves(IsdnAddress(str(dialogue.peer.gt))):
        note_ms_present.present(hlr, entry)
    else:
        hlr.warn("ready for sm", f"IMSI {entry.imsi} heard by {dialogue.peer}, which does not serve it")


def choose_refusal(entry: Entry | None, number: IsdnAddress) -> Refusal | None:
    """Why a GGSN of that number is told nothing of a subscriber."""
    if entry is None:
        return UnknownSubscriberParam(unknown_subscriber_diagnostic=UnknownSubscriberDiagnostic.IMSI_UNKNOWN)
    if not entry.subscriber.gprs:
        diagnostic = UnknownSubscriberDiagnostic.GPRS_SUBSCRIPTION_UNKNOWN
        return UnknownSubscriberParam(unknown_subscriber_diagnostic=diagnostic)
    try:
        Gt(number.digits)
    except ValueError:
        return UnexpectedDataParam()  # a number under which it could never be told
    return None


def is_barred(hlr: "Hlr", entry: Entry) -> bool:
    """Whether the operator bars contexts that the network requests (23.015 2.6); GGSNs that ask are of home."""
    subscriber, location, home = entry.subscriber, entry.location, hlr.config.home
    roams = location is not None and bool(home) and not location.sgsn_number.digits.startswith(home)
    return subscriber.packet_services_barred or (subscriber.hplmn_ap_barred and roams)


def mnrr(entry: Entry) -> AbsentSubscriberDiagnosticSm:
    """Why the mobile is not reached; a reason that is known already stays."""
    if entry.location is None:
        return _Reason.DEREGISTERED_IN_HLR_FOR_GPRS
    if entry.location.purged:
        return _Reason.MS_PURGED_FOR_GPRS
    reason = None if entry.absence is None else entry.absence.reason
    return _Reason.NO_PAGING_RESPONSE_VIA_SGSN if reason is None else reason


def told(entry: Entry) -> tuple[Ggsn, ...]:
    """The GGSNs that wait already."""
    return () if entry.absence is None else entry.absence.ggsns
