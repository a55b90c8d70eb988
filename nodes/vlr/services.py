"""What HLRs ask of the VLR by themselves (TS 29.002): cancellation, subscriber data, reset.

Each is answered at once: nothing of it needs a procedure.
"""

from typing import TYPE_CHECKING

from nodes.core.tcap import Dialogue
from nodes.core.zones import answer_zones
from protocol.map.contexts import (
    LOCATION_CANCEL_V3,
    RESET_V1,
    RESET_V2,
    SUBSCRIBER_DATA_MNGT_V3,
)
from protocol.map.errors import UnidentifiedSubParam
from protocol.map.location import CancelLocationArg, CancelLocationRes
from protocol.map.restart import ResetArg
from protocol.map.subscriber import (
    DeleteSubscriberDataArg,
    DeleteSubscriberDataRes,
    InsertSubscriberDataArg,
    InsertSubscriberDataRes,
)

if TYPE_CHECKING:
    from nodes.vlr.node import Vlr

CONTEXTS = frozenset({LOCATION_CANCEL_V3, SUBSCRIBER_DATA_MNGT_V3, RESET_V2, RESET_V1})
"""The application contexts that are served."""


def cancel_location(vlr: "Vlr", dialogue: Dialogue, argument: CancelLocationArg) -> None:
    """The subscriber is elsewhere, or withdrawn (8.1.3); one that is not known is acknowledged all the same."""
    dialogue.imsi = argument.imsi
    subscriber = vlr.register.find(argument.imsi)
    if subscriber is not None:
        subscriber.hear(argument)
    dialogue.answer(CancelLocationRes())
    dialogue.end()


def insert_subscriber_data(vlr: "Vlr", dialogue: Dialogue, argument: InsertSubscriberDataArg) -> None:
    """The subscription has changed (8.8.1)."""
    subscriber = None if argument.imsi is None else vlr.register.find(argument.imsi)
    if subscriber is None:
        dialogue.refuse(UnidentifiedSubParam())
    else:
        dialogue.imsi = subscriber.imsi
        subscriber.insert(argument)
        response = answer_zones(argument.regional_subscription_data, vlr.config.zones)
        dialogue.answer(InsertSubscriberDataRes(regional_subscription_response=response))
    dialogue.end()


def delete_subscriber_data(vlr: "Vlr", dialogue: Dialogue, argument: DeleteSubscriberDataArg) -> None:
    """Services are withdrawn (8.8.2)."""
    subscriber = vlr.register.find(argument.imsi)
    if subscriber is None:
        dialogue.refuse(UnidentifiedSubParam())
    else:
        dialogue.imsi = subscriber.imsi
        subscriber.delete(argument)
        dialogue.answer(DeleteSubscriberDataRes())
    dialogue.end()


def reset(vlr: "Vlr", dialogue: Dialogue, argument: ResetArg) -> None:
    """An HLR has lost data: when its subscribers are next heard, it is told where they are (23.007 5.1)."""
    prefixes: tuple[str, ...] = argument.hlr_list or tuple(
        [prefix for prefix, number in vlr.config.hlrs.items() if number == argument.hlr_number.digits]
    )
    for subscriber in vlr.register.by_imsi.values():
        if subscriber.imsi.startswith(prefixes):
            subscriber.confirmed_in_hlr = False
    dialogue.end()
