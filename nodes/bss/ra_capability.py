"""RA-CAPABILITY-UPDATE, BSS side (TS 48.018 6.5): the SGSN is asked what the radio of a mobile can do."""

from typing import Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssgp import RaCapabilityUpdate as Update
from protocol.bssgp import RaCapabilityUpdateAck
from protocol.identities import Tlli
from protocol.timers import T5, Timer


class S(State):
    """States of RA-CAPABILITY-UPDATE."""

    START = "start"
    WAIT_ACK = "wait for RA-CAPABILITY-UPDATE-ACK"
    ENDED = "ended"


class RaCapabilityUpdate(Procedure):
    """An enquiry about one mobile; a companion of the BVC of its cell, found by TLLI."""

    __slots__ = ("bvc", "tag", "tlli")

    def __init__(self, bvc: Any, tlli: Tlli, tag: int) -> None:
        super().__init__(bvc.stage)
        self.bvc = bvc
        self.tlli = tlli
        self.tag = tag
        bvc.enquiries[tlli] = self

    @property
    def subject(self) -> str:
        return f"TLLI {self.tlli}"

    def transmit(self, message: Any) -> None:
        self.bvc.gb.send(self.bvc.cell.bvci, message)

    def ended(self) -> None:
        del self.bvc.enquiries[self.tlli]


def begun(update: RaCapabilityUpdate, event: Begin) -> S:
    """Ask."""
    update.ask(Update(tlli=update.tlli, tag=update.tag))
    return S.WAIT_ACK


def answered(update: RaCapabilityUpdate, event: RaCapabilityUpdateAck) -> S:
    """The SGSN tells it, or that it cannot; an answer to another question is none."""
    if event.tag != update.tag:
        update.stage.warn("bssgp state", f"{event.title} for {update.subject} with tag {event.tag}, not {update.tag}")
        return S.WAIT_ACK
    if event.ms_radio_access_capability is None:
        update.stage.warn("ra capability", f"{update.subject}: {event.ra_cap_upd_cause.words}")
    else:
        update.stage.whereabouts.learn(update.tlli, event.ms_radio_access_capability)
    return S.ENDED


def unanswered(update: RaCapabilityUpdate, event: Timer) -> S:
    """O&M is told."""
    update.stage.warn("ra capability", f"{update.subject}: the SGSN does not tell its capability ({event})")
    return S.ENDED


RA_CAPABILITY_UPDATE = Machine(
    "RA-CAPABILITY-UPDATE, BSS side",
    clause="48.018 6.5",
    of=RaCapabilityUpdate,
    initial=S.START,
    final=(S.ENDED,),
    guards={S.WAIT_ACK: T5},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_ACK,)),
        (S.WAIT_ACK, RaCapabilityUpdateAck, answered, (S.ENDED, S.WAIT_ACK)),
        (S.WAIT_ACK, T5, unanswered, (S.ENDED,)),
    ],
)
