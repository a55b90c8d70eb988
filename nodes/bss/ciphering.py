"""Ciphering of a dedicated channel, BSS side (TS 48.008 3.1.14, 44.018 3.4.7): CIPHERING MODE COMMAND to the mobile.

Of the algorithms that the MSC permits the BSS takes the first that it has itself. A5 is not emulated.
"""

from typing import TYPE_CHECKING, Any

from nodes.core.machine import Begin, Machine, Procedure, State
from protocol.bssmap import (
    BssmapCause,
    ChosenAlgorithm,
    CipherModeCommand,
    CipherModeComplete,
    CipherModeReject,
    CipherResponseMode,
)
from protocol.rr import CipheringModeCommand, CipheringModeComplete
from protocol.rr.elements import CipheringAlgorithm, CipherModeSetting, CipherResponse
from protocol.timers import X_CIPHERING, Timer

if TYPE_CHECKING:
    from nodes.bss.channels import Channel


class S(State):
    """States of the ciphering."""

    START = "start"
    WAIT_COMPLETE = "wait for CIPHERING MODE COMPLETE"
    OVER = "ciphering over"


class Ciphering(Procedure):
    """One command of the MSC on a channel; ``chosen`` is the algorithm."""

    __slots__ = ("channel", "chosen", "command")

    def __init__(self, channel: "Channel", command: CipherModeCommand) -> None:
        super().__init__(channel.stage, channel)
        self.channel = channel
        self.command = command
        self.chosen = ChosenAlgorithm.NO_ENCRYPTION

    def transmit(self, message: Any) -> None:
        """RR to the mobile, BSSMAP to the MSC."""
        if isinstance(message, CipheringModeCommand):
            self.channel.tell_mobile(message.encode())
        else:
            self.channel.transmit(message)

    def reject(self, cause: BssmapCause) -> S:
        """Tell the MSC that it cannot be."""
        self.tell(CipherModeReject(cause=cause))
        return S.OVER


def begun(ciphering: Ciphering, event: Begin) -> S:
    """Choose, and command the mobile; A5/0 is commanded too, so that it knows (44.018 3.4.7.1)."""
    permitted = ciphering.command.encryption_information.algorithms
    number = next((number for number in ciphering.stage.config.ciphering if number in permitted), None)
    if number is None:
        return ciphering.reject(BssmapCause.CIPHERING_ALGORITHM_NOT_SUPPORTED)
    ciphering.chosen = ChosenAlgorithm(number + 1)
    identifier = CipheringAlgorithm(max(number - 1, 0))
    wanted = ciphering.command.cipher_response_mode is CipherResponseMode.IMEISV_MUST_BE_INCLUDED
    ciphering.ask(
        CipheringModeCommand(
            ciphering_mode_setting=CipherModeSetting(algorithm_identifier=identifier, start_ciphering=number > 0),
            cipher_response=CipherResponse(imeisv=wanted),
        )
    )
    return S.WAIT_COMPLETE


def completed(ciphering: Ciphering, event: CipheringModeComplete) -> S:
    """The mobile obeys; what it has said goes to the MSC where there is something in it."""
    said = None if event.mobile_equipment_identity is None else event.encode()
    chosen = ciphering.chosen
    ciphering.tell(CipherModeComplete(layer_3_message_contents=said, chosen_encryption_algorithm=chosen))
    return S.OVER


def unanswered(ciphering: Ciphering, event: Timer) -> S:
    """The mobile does not answer."""
    return ciphering.reject(BssmapCause.RADIO_INTERFACE_MESSAGE_FAILURE)


CIPHERING = Machine(
    "ciphering, BSS side",
    clause="48.008 3.1.14",
    of=Ciphering,
    initial=S.START,
    final=(S.OVER,),
    guards={S.WAIT_COMPLETE: X_CIPHERING},
    rows=[
        # in this state    on this event     do this      and be in one of
        (S.START, Begin, begun, (S.WAIT_COMPLETE, S.OVER)),
        (S.WAIT_COMPLETE, CipheringModeComplete, completed, (S.OVER,)),
        (S.WAIT_COMPLETE, X_CIPHERING, unanswered, (S.OVER,)),
    ],
)
