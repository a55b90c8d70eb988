"""Ciphering of a dedicated channel, MSC side (TS 48.008 3.1.14, 24.008 4.3.2a): CIPHER MODE COMMAND.

The network lists the algorithms that it permits, the best first; A5/0 among them permits to go without. Of those the
mobile must have one: of A5/1 classmark 1 tells, of the others classmark 2, for which the BSS may have to ask it. A5
itself is not emulated: what is agreed on is told.
"""

from typing import TYPE_CHECKING

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssmap import (
    ChosenAlgorithm,
    CipherModeCommand,
    CipherModeComplete,
    CipherModeReject,
    ClassmarkRequest,
    ClassmarkUpdate,
    EncryptionInformation,
)
from protocol.classmarks import MobileStationClassmark1, MobileStationClassmark2
from protocol.timers import X_CIPHER_MODE, Timer

if TYPE_CHECKING:
    from nodes.vlr.channel import Channel

NONE = 0
"""The number of A5/0, which is no ciphering."""


class S(State):
    """States of the ciphering."""

    START = "start"
    WAIT_CLASSMARK = "wait for CLASSMARK UPDATE"
    WAIT_COMPLETE = "wait for CIPHER MODE COMPLETE"
    SETTLED = "ciphering settled"
    FAILED = "not ciphered"


class Ciphering(Procedure):
    """One agreement on ``channel``, under the key ``kc``; ``usable`` are the algorithms that both sides have."""

    __slots__ = ("channel", "kc", "usable")

    def __init__(self, parent: Procedure, channel: "Channel", kc: bytes) -> None:
        super().__init__(parent.stage, parent)
        self.channel = channel
        self.kc = kc
        self.usable: tuple[int, ...] = ()

    def choose(self) -> S:
        """Command what both sides have, if ciphering is wanted at all."""
        has = algorithms_of(self.channel.classmark)
        self.usable = tuple(number for number in self.stage.config.ciphering if number in has)
        if not self.usable:
            return self.fail("the mobile has none of the algorithms that are permitted")
        if self.usable[0] == NONE:
            return S.SETTLED
        self.ask(CipherModeCommand(encryption_information=EncryptionInformation.of(self.usable, self.kc)))
        return S.WAIT_COMPLETE

    def go_without(self, why: str) -> S:
        """It cannot be: so be it, where it need not."""
        return S.SETTLED if NONE in self.usable else self.fail(why)

    def fail(self, why: str) -> S:
        """It must be, and cannot."""
        self.stage.warn("ciphering", f"{self.subject} is not served: {why}")
        return S.FAILED


def algorithms_of(classmark: MobileStationClassmark1 | MobileStationClassmark2) -> frozenset[int]:
    """The numbers n of A5/n that a mobile has (24.008 10.5.1.5, 10.5.1.6)."""
    found = {NONE} if classmark.no_a5_1 else {NONE, 1}
    if isinstance(classmark, MobileStationClassmark2):
        found |= {number for number, there in ((2, classmark.a5_2), (3, classmark.a5_3)) if there}
    return frozenset(found)


def begun(ciphering: Ciphering, event: Begin) -> S:
    """Find out what the mobile has, where that matters and it has told classmark 1 alone."""
    wanted = {number for number in ciphering.stage.config.ciphering if number > 1}
    if isinstance(ciphering.channel.classmark, MobileStationClassmark2) or not wanted:
        return ciphering.choose()
    ciphering.ask(ClassmarkRequest())
    return S.WAIT_CLASSMARK


def classmark_told(ciphering: Ciphering, event: ClassmarkUpdate) -> S:
    """The mobile has told all."""
    ciphering.channel.classmark = event.classmark_information_type_2
    return ciphering.choose()


def classmark_missed(ciphering: Ciphering, event: Timer) -> S:
    """Nobody tells: what classmark 1 says must do."""
    return ciphering.choose()


def completed(ciphering: Ciphering, event: CipherModeComplete) -> S:
    """The mobile has answered; a BSS that tells no algorithm has one of those that were permitted."""
    chosen = event.chosen_encryption_algorithm
    number = ciphering.usable[0] if chosen is None else chosen.number
    if number not in ciphering.usable:
        return ciphering.fail(f"the BSS has chosen A5/{number}, which is not permitted")
    ciphering.channel.secured = True
    ciphering.channel.cipher = ChosenAlgorithm(number + 1)
    return S.SETTLED


def rejected(ciphering: Ciphering, event: CipherModeReject) -> S:
    """The BSS cannot."""
    return ciphering.go_without(event.cause.words)


def unanswered(ciphering: Ciphering, event: Timer) -> S:
    """Neither BSS nor mobile says anything: whether it ciphers is not known, so nothing more can be said to it."""
    return ciphering.fail("no CIPHER MODE COMPLETE")


CIPHERING = Machine(
    "ciphering, MSC side",
    clause="48.008 3.1.14",
    of=Ciphering,
    initial=S.START,
    final=(S.SETTLED, S.FAILED),
    guards={S.WAIT_CLASSMARK: X_CIPHER_MODE, S.WAIT_COMPLETE: X_CIPHER_MODE},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_CLASSMARK, S.WAIT_COMPLETE, S.SETTLED, S.FAILED)),
        (S.WAIT_CLASSMARK, ClassmarkUpdate, classmark_told, (S.WAIT_COMPLETE, S.SETTLED, S.FAILED)),
        (S.WAIT_CLASSMARK, X_CIPHER_MODE, classmark_missed, (S.WAIT_COMPLETE, S.SETTLED, S.FAILED)),
        (S.WAIT_COMPLETE, CipherModeComplete, completed, (S.SETTLED, S.FAILED)),
        (S.WAIT_COMPLETE, CipherModeReject, rejected, (S.SETTLED, S.FAILED)),
        (S.WAIT_COMPLETE, X_CIPHER_MODE, unanswered, (S.FAILED,)),
    ],
)
