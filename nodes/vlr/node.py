"""The visitor location register with its MSC: calls and location updates between Gs, the A interface and the HLR."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, ClassVar

from nodes.core import hlrs
from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.tcap import Service, Tcap
from nodes.vlr import association, services
from nodes.vlr.a_interface import AInterface
from nodes.vlr.alert import Alert
from nodes.vlr.config import VlrConfig
from nodes.vlr.events import AlertOrder, CallOrder, HangUpOrder, InformationOrder
from nodes.vlr.gs import Gs
from nodes.vlr.mobility import S
from nodes.vlr.paging import Paging
from nodes.vlr.subscribers import Register, Subscriber
from protocol.bssap_plus import DownlinkTunnelRequest, MmInformationRequest
from protocol.bssap_plus.elements import (
    InformationRequested,
    MmInformation,
    TomProtocolDiscriminator,
    TunnelPayload,
    TunnelPayloadControl,
)
from protocol.gmm.names import CodingScheme, NetworkName
from protocol.identities import Gt, Imsi, IsdnAddress, Lai
from protocol.map.location import CancelLocationArg
from protocol.map.restart import ResetArg
from protocol.map.subscriber import DeleteSubscriberDataArg, InsertSubscriberDataArg
from protocol.sccp import Address, Ssn


class Vlr(Node):
    """An MSC/VLR: its register, its three interfaces, and the channels of mobiles. The register is not saved."""

    role: ClassVar[str] = "vlr"

    def __init__(self, config: VlrConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.isdn = IsdnAddress(config.number)
        self.sgsns: tuple[Gt, ...] = tuple(dict.fromkeys(gt for numbers in config.sgsns.values() for gt in numbers))
        self.eir = None if config.eir is None else Address(ssn=Ssn.EIR, gt=config.eir)
        self.register = Register(self)
        self.gs = Gs(self)
        self.a = AInterface(self)
        self.hlr_of = hlrs.finder(config.hlrs)
        served: dict[type, Service] = {
            CancelLocationArg: partial(services.cancel_location, self),
            InsertSubscriberDataArg: partial(services.insert_subscriber_data, self),
            DeleteSubscriberDataArg: partial(services.delete_subscriber_data, self),
            ResetArg: partial(services.reset, self),
        }
        self.tcap = Tcap(self, Address(ssn=Ssn.VLR, gt=config.number), config.routes, served, services.CONTEXTS)

    def started(self) -> None:
        """What was known in an earlier life is lost: the others are told (29.018 11, 48.008 3.1.4)."""
        if self.restarts:
            self.gs.start()
            self.a.start()

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        match interface:
            case "gs":
                self.gs.receive(pdu)
            case "a":
                self.a.receive(link, pdu)
            case "d" | "f":
                self.tcap.receive(pdu)
            case _:
                super().take(link, interface, pdu)

    # --- for procedures -------------------------------------------------------------------------------------------

    def serves(self, area: Lai) -> bool:
        """True for a location area of this VLR: TMSIs that were given there are its own."""
        return area in self.config.bsss or area in self.config.sgsns

    # --- commands -------------------------------------------------------------------------------------------------

    def command_call(self, command: Command) -> None:
        """Call the mobile ``imsi``: done when it has accepted."""
        imsi = told_imsi(command)
        known = self.register.find(imsi)
        channel = None if known is None else known.channel
        if (known is not None and known.child(Paging) is not None) or (channel is not None and channel.is_taken):
            raise CommandError(f"{imsi} is busy")
        self.reply(command, "accepted")
        self.register.enter(imsi).hear(CallOrder(command))

    def command_hang_up(self, command: Command) -> None:
        """End the call of the mobile ``imsi``, or the attempt to reach it."""
        subscriber = self._known(command)
        paging = subscriber.child(Paging)
        call = None if subscriber.channel is None else subscriber.channel.call
        order = HangUpOrder(command)
        if not ((paging is not None and paging.hear(order)) or (call is not None and call.hear(order))):
            raise CommandError(f"{subscriber.imsi} has no call to end")

    def command_alert(self, command: Command) -> None:
        """Have the SGSN tell when the mobile ``imsi`` is active: done when it is."""
        subscriber = self._associated(command)
        if subscriber.child(Alert) is not None:
            raise CommandError("the SGSN was asked already")
        self.reply(command, "accepted")
        subscriber.hear(AlertOrder(command))

    def command_ms_information(self, command: Command) -> None:
        """Ask the SGSN what it knows of the mobile ``imsi``; ``wanted`` is a name of InformationRequested."""
        subscriber = self._associated(command)
        name = str(command.arguments.get("wanted", InformationRequested.MOBILE_LOCATION_INFORMATION.name))
        if name not in InformationRequested.__members__:
            raise CommandError(f"{name!r} is none of {', '.join(InformationRequested.__members__)}")
        self.reply(command, "accepted")
        subscriber.hear(InformationOrder(command, InformationRequested[name]))

    def command_mm_information(self, command: Command) -> None:
        """Have the SGSN tell the mobile ``imsi`` what the network is called (29.018 15)."""
        subscriber = self._associated(command)
        name = NetworkName(CodingScheme.GSM_DEFAULT_ALPHABET, self.config.network_name)
        information = MmInformation(full_name_for_network=name)
        identity = subscriber.association.identity
        subscriber.association.tell(MmInformationRequest(imsi=identity, mm_information=information))
        self.reply(command, "done")

    def command_tunnel(self, command: Command) -> None:
        """Send ``payload`` (hexadecimal digits) to the mobile ``imsi`` through the tunnel of messages (29.018 19)."""
        subscriber = self._associated(command)
        try:
            payload = bytes.fromhex(str(command.arguments.get("payload", "")))
        except ValueError:
            raise CommandError("payload is told in hexadecimal digits") from None
        control = TunnelPayloadControl(
            tom_protocol_discriminator=TomProtocolDiscriminator.NOT_SPECIFIED, e=False, tunnel_priority=0
        )
        message = DownlinkTunnelRequest(
            imsi=subscriber.association.identity,
            vlr_number=self.isdn,
            downlink_tunnel_payload_control_and_info=TunnelPayload(control, payload),
        )
        subscriber.association.tell(message)
        self.reply(command, "done")

    def _known(self, command: Command) -> Subscriber:
        """The subscriber of a command."""
        imsi = told_imsi(command)
        subscriber = self.register.find(imsi)
        if subscriber is None:
            raise CommandError(f"{self.name} knows no {imsi}")
        return subscriber

    def _associated(self, command: Command) -> Subscriber:
        """The subscriber of a command, for whom an SGSN must speak: in Gs-NULL nobody is asked (29.018 11.2.1)."""
        subscriber = self._known(command)
        if subscriber.association.state not in association.HERE:
            raise CommandError(f"no SGSN speaks for {subscriber.imsi}: {subscriber.association.gs_state}")
        return subscriber

    # --- inspect --------------------------------------------------------------------------------------------------

    def look(self, what: str | None) -> Any:
        if what is not None:
            return look_at(self.register.by_imsi[what])
        subscribers = self.register.by_imsi.values()
        return {
            "number": str(self.config.number),
            "subscribers": len(self.register),
            "attached": sum(one.state in (S.ATTACHED, S.ASSOCIATED) for one in subscribers),
            "associated": sum(one.association.state in association.HERE for one in subscribers),
            "connections": len(self.a.connections),
            "dialogues": len(self.tcap.dialogues),
            "resets": [str(number) for number in self.gs.resets] + list(self.a.resets),
        }

    def everybody(self) -> Iterable[str]:
        return self.register.by_imsi


def told_imsi(command: Command) -> Imsi:
    """The IMSI that a command names."""
    try:
        return Imsi(str(command.arguments.get("imsi", "")))
    except ValueError as error:
        raise CommandError(str(error)) from None


def look_at(subscriber: Subscriber) -> dict[str, Any]:
    """What is known of a subscriber, in plain JSON types."""

    def told(value: Any) -> str | None:
        return None if value is None else str(value)

    call = None if subscriber.channel is None else subscriber.channel.call
    paging = subscriber.child(Paging)
    return {
        "imsi": str(subscriber.imsi),
        "state": subscriber.state.value,
        "tmsi": told(subscriber.tmsi),
        "tmsi_old": told(subscriber.tmsi_old),
        "lai": told(subscriber.lai),
        "msisdn": told(subscriber.msisdn),
        "gs": subscriber.association.gs_state,
        "sgsn": told(subscriber.sgsn),
        "imsi_detached": subscriber.detached,
        "confirmed_by_radio": subscriber.confirmed_by_radio,
        "confirmed_in_hlr": subscriber.confirmed_in_hlr,
        "paging": None if paging is None else paging.state.value,
        "channel": None if subscriber.channel is None else subscriber.channel.connection.peer,
        "cipher": None if subscriber.channel is None else subscriber.channel.cipher.name,
        "call": None if call is None else call.state.value,
        "tunnelled": subscriber.association.tunnelled.hex(),
    }
