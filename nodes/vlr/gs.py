"""The Gs interface of the VLR (TS 29.018): which subscriber and procedure a message of an SGSN is for."""

from typing import Any

from nodes.core.bssap_plus import BssapPlus
from nodes.core.machine import BEGIN
from nodes.vlr.events import ASSOCIATION_LOST, UNDELIVERED
from nodes.vlr.paging import Paging
from nodes.vlr.reset import Reset
from protocol.bssap_plus import (
    BssapPlusMessage,
    GprsDetachAck,
    GprsDetachIndication,
    ImsiDetachAck,
    ImsiDetachIndication,
    LocationUpdateRequest,
    MobileStatus,
    MsActivityIndication,
    MsUnreachable,
    PagingReject,
    PagingRequest,
    ResetAck,
    ResetIndication,
)
from protocol.identities import Gt

ACKNOWLEDGED: dict[type, Any] = {GprsDetachIndication: GprsDetachAck, ImsiDetachIndication: ImsiDetachAck}
"""What is acknowledged though there is no association with that SGSN: what it says is so here already (8.3, 9.3)."""


class Gs:
    """The SGSNs around this VLR, and the resets that run, by number."""

    def __init__(self, node: Any) -> None:
        self.node = node
        config = node.config
        self.resets: dict[Gt, Reset] = {}
        self._layer = BssapPlus(node, config.number, config.routes, up=False, hear=self._hear, returned=self._returned)

    def start(self) -> None:
        """After a restart every SGSN is told that this VLR has forgotten its mobiles."""
        for number in self.node.sgsns:
            self.resets[number] = Reset(self.node, number)
            self.resets[number].hear(BEGIN)

    def send(self, number: Gt, message: BssapPlusMessage) -> None:
        """Send a message to an SGSN."""
        self._layer.send(number, message)

    def receive(self, pdu: bytes) -> None:
        """Take an SCCP message."""
        self._layer.receive(pdu)

    def _hear(self, number: Gt, message: BssapPlusMessage) -> bool:
        if isinstance(message, ResetIndication):
            self._reset(number)
            return True
        if isinstance(message, ResetAck):
            reset = self.resets.get(number)
            return reset is not None and reset.hear(message)
        identity = getattr(message, "imsi", None)
        if identity is None:
            assert isinstance(message, MobileStatus)
            self.node.warn("gs status", f"MOBILE-STATUS from {number}: {message.gs_cause.words}")
            return True
        register = self.node.register
        if isinstance(message, LocationUpdateRequest):
            if message.sgsn_number.digits != number:
                self.node.warn("gs number", f"{number} calls itself {message.sgsn_number}")
            association = register.enter(identity.imsi).association
            association.caller = number
            return bool(association.hear(message))
        subscriber = register.find(identity.imsi)
        if subscriber is not None and number == subscriber.sgsn:
            if isinstance(message, MsActivityIndication) and subscriber.association.hear(message):
                return True
            return bool(subscriber.deliver(message) or subscriber.association.hear(message))
        if type(message) in ACKNOWLEDGED:
            self.node.warn("gs association", f"{message.title} from {number} for {identity.imsi}, who is not its own")
            self.send(number, ACKNOWLEDGED[type(message)](imsi=identity))
            return True
        if subscriber is not None and subscriber.sgsn is None and isinstance(message, PagingReject | MsUnreachable):
            return bool(subscriber.deliver(message))
        return False

    def _reset(self, number: Gt) -> None:
        """The SGSN has forgotten its mobiles (12.2): none of its associations is left."""
        for subscriber in list(self.node.register.by_imsi.values()):
            if subscriber.sgsn == number:
                subscriber.association.hear(ASSOCIATION_LOST)
        self.send(number, ResetAck(vlr_number=self.node.isdn))

    def _returned(self, number: Gt, message: BssapPlusMessage) -> None:
        """The network could not deliver a message of ours: a page goes another way, for all else timers care."""
        if isinstance(message, PagingRequest):
            subscriber = self.node.register.find(message.imsi.imsi)
            paging = None if subscriber is None else subscriber.child(Paging)
            if paging is not None:
                paging.hear(UNDELIVERED)
