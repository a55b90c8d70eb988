"""The gateway GPRS support node: where packet data networks and mobiles meet (TS 23.060, TS 29.060, TS 29.061)."""

from collections.abc import Iterable
from random import Random
from typing import Any, ClassVar

from nodes.core import echo, hlrs
from nodes.core.gtp import NO_TEID, Gtp, Incoming
from nodes.core.node import CommandError, Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.path import Paths
from nodes.core.tcap import Dialogue, Tcap
from nodes.ggsn import activation
from nodes.ggsn.config import Address, GgsnConfig
from nodes.ggsn.contexts import Connection, Contexts, Point
from nodes.ggsn.network_request import Activated, MsPresent, NetworkRequest, NotificationRejected
from nodes.ggsn.pdp_context import (
    Alone,
    DeactivateOrdered,
    DeleteRequested,
    Lost,
    ModifyOrdered,
    PdpContext,
    UpdateRequested,
)
from nodes.ggsn.pdp_context import S as Pdp
from nodes.ggsn.quality_of_service import chosen_qos, granted
from nodes.ggsn.user_plane import UserPlane
from protocol.causes import GtpCause
from protocol.errors import DecodeError
from protocol.gtp import (
    CreatePdpContextRequest,
    DeletePdpContextRequest,
    DeletePdpContextResponse,
    PduNotificationRejectRequest,
    PduNotificationRejectResponse,
    QualityOfServiceProfile,
    UpdatePdpContextRequest,
    UpdatePdpContextResponse,
)
from protocol.gtp import GsnAddress as GtpAddress
from protocol.identities import GsnAddress, Imsi, IsdnAddress
from protocol.map.contexts import GPRS_NOTIFY_V3
from protocol.map.packet import NoteMsPresentForGprsArg, NoteMsPresentForGprsRes
from protocol.sccp import Address as SccpAddress
from protocol.sccp import Ssn

NSAPIS = range(5, 16)
"""Those that contexts can have."""


class Ggsn(Node):
    """A GGSN. All that it knows is lost when it restarts: then its restart counter tells the SGSNs (23.007).

    ``static`` are the static addresses of all access points by key. ``requests`` are the network-requested activations
    that run, by key; ``notifications`` the same by the TEID under which the SGSN answers. ``mnrg`` holds the
    subscribers that are not reachable until the HLR, or they themselves, say otherwise.
    """

    role: ClassVar[str] = "ggsn"

    def __init__(self, config: GgsnConfig, rng: Random, records: Iterable[Record]) -> None:
        super().__init__(config, rng, records)
        self.config = config
        self.own = GtpAddress(config.address.address)
        self.isdn = IsdnAddress(config.number)
        self.points = {apn: Point(apn, told) for apn, told in config.access_points.items()}
        self.static: dict[bytes, tuple[Point, Address, Imsi]] = {
            key: (point, address, imsi)
            for point in self.points.values()
            for key, (address, imsi) in point.static.items()
        }
        self.contexts = Contexts()
        self.requests: dict[bytes, NetworkRequest] = {}
        self.notifications: dict[int, NetworkRequest] = {}
        self.mnrg: dict[str, None] = {}
        self._keys_of: dict[str, list[bytes]] = {}
        for key, (_, _, imsi) in self.static.items():
            self._keys_of.setdefault(imsi, []).append(key)
        self._charging_id = rng.getrandbits(32)
        self.hlr_of = hlrs.finder(config.hlrs)
        self.user_plane = UserPlane(self)
        self.gtp = Gtp(
            self,
            config.address,
            config.gsns,
            {
                CreatePdpContextRequest: lambda incoming: activation.create(self, incoming),
                UpdatePdpContextRequest: self._update_requested,
                DeletePdpContextRequest: self._delete_requested,
                PduNotificationRejectRequest: self._notification_rejected,
            },
            restarted=self._restarted,
            user_plane=self.user_plane.take,
            up=True,
        )
        self.paths = Paths(self.gtp, failed=self._path_failed)
        self.tcap = Tcap(
            self,
            SccpAddress(ssn=Ssn.GGSN, gt=config.number),
            config.routes,
            {NoteMsPresentForGprsArg: self._note_present},
            frozenset({GPRS_NOTIFY_V3}),
        )

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface == "gn":
            self.gtp.receive(link, pdu)
        elif interface == "gi" and link == self.config.pdn:
            self.user_plane.take_from_network(pdu)
        elif interface == "gc":
            self.tcap.receive(pdu)
        elif interface == "gi":
            raise DecodeError("it is not the packet data network of this GGSN")
        else:
            super().take(link, interface, pdu)

    # --- for procedures ---------------------------------------------------------------------------------------------

    def point_of(self, apn: str) -> Point | None:
        """The access point that an APN names, with or without operator identifier (23.003 9.1)."""
        name = apn.lower()
        labels = name.split(".")
        if len(labels) > 3 and labels[-1] == "gprs":
            name = ".".join(labels[:-3])
        return self.points.get(name)

    def granted(self, point: Point, asked: QualityOfServiceProfile) -> QualityOfServiceProfile:
        """The quality of service that an access point grants."""
        return granted(asked, point.told.qos)

    def next_charging_id(self) -> int:
        """A charging identifier that no context has had for long (29.060 7.7.26)."""
        self._charging_id = (self._charging_id + 1) % (1 << 32)
        return self._charging_id

    def sgsn_of(self, imsi: str) -> GsnAddress | None:
        """The SGSN that serves a mobile, as its contexts tell."""
        contexts = (self.contexts.by_nsapi.get((imsi, nsapi)) for nsapi in NSAPIS)
        return next((context.connection.sgsn_address for context in contexts if context is not None), None)

    def serve(self, connection: Connection, sgsn: GsnAddress) -> None:
        """A connection is served by this SGSN from now on; the path to it is watched as long as it is."""
        if connection.sgsn:
            if connection.sgsn_address == sgsn:
                return
            self.paths.release(connection.sgsn_address)
        connection.former = connection.sgsn
        connection.sgsn_address = sgsn
        self.contexts.locate(connection, self.gtp.path_to(sgsn))
        self.paths.use(sgsn)

    def release(self, context: PdpContext) -> None:
        """A context is gone; with the last of an address, the address is free."""
        connection = context.connection
        self.contexts.remove(context)
        self.gtp.release_teid(context.teid)
        remaining = tuple(connection.contexts.values())
        if remaining:
            if not connection.closing and all(other.state is Pdp.WAIT_DELETE for other in remaining):
                remaining[0].hear(Alone())
            return
        self.contexts.close(connection)
        self.gtp.release_teid(connection.teid)
        for address in connection.addresses:
            connection.point.give_back(address)
        self.paths.release(connection.sgsn_address)

    def abandon(self, connection: Connection, why: str) -> None:
        """Delete all contexts of an address without asking anybody."""
        connection.closing = True
        for context in tuple(connection.contexts.values()):
            context.hear(Lost(why))

    # --- network-requested activation -------------------------------------------------------------------------------

    def network_requested(self, key: bytes, packet: bytes) -> None:
        """A packet for a static address without context: have the mobile make one, if that may be."""
        point, address, imsi = self.static[key]
        request = self.requests.get(key)
        if request is not None:
            request.keep(packet)
        elif not point.told.network_requested:
            self.user_plane.dropped["no context"] += 1
        elif imsi in self.mnrg:
            self.user_plane.dropped["not reachable"] += 1
        else:
            request = self.requests[key] = NetworkRequest(self, point, key, address, imsi)
            request.keep(packet)
            request.begin()

    def activated(self, connection: Connection) -> None:
        """A connection is there: what waited for it goes, and its mobile can be reached (29.060 7.3.1)."""
        for key in connection.keys:
            request = self.requests.get(key)
            if request is not None:
                packets = list(request.packets)
                request.packets.clear()
                request.hear(Activated())
                self.user_plane.deliver(connection, packets)
        self.present(connection.imsi, connection.sgsn_address)

    def present(self, imsi: str, sgsn: GsnAddress) -> None:
        """A mobile can be reached again, by way of this SGSN."""
        if imsi in self.mnrg:
            del self.mnrg[imsi]
            for key in self._keys_of.get(imsi, ()):
                request = self.requests.get(key)
                if request is not None:
                    request.hear(MsPresent(sgsn))

    def _note_present(self, dialogue: Dialogue, argument: NoteMsPresentForGprsArg) -> None:
        """The HLR has heard of a mobile for which MNRG is set (23.060 9.2.2.2.1)."""
        dialogue.imsi = str(argument.imsi)
        dialogue.answer(NoteMsPresentForGprsRes())
        dialogue.end()
        self.present(str(argument.imsi), argument.sgsn_address)

    def _notification_rejected(self, incoming: Incoming) -> None:
        """The mobile that an SGSN was to ask does not answer, or refuses (29.060 7.3.10)."""
        message = incoming.message
        request = self.notifications.get(message.teid)
        cause = GtpCause.REQUEST_ACCEPTED if request is not None else GtpCause.NON_EXISTENT
        incoming.answer(
            PduNotificationRejectResponse(teid=message.tunnel_endpoint_identifier_control_plane, cause=cause)
        )
        if request is not None:
            request.hear(NotificationRejected(message.cause))

    # --- requests of SGSNs ------------------------------------------------------------------------------------------

    def _context_of(self, incoming: Incoming) -> PdpContext | None:
        """The context that a request is about."""
        connection = self.contexts.by_control.get(incoming.message.teid)
        context = None if connection is None else connection.contexts.get(incoming.message.nsapi.value)
        if context is not None:
            incoming.imsi = str(context.connection.imsi)
        return context

    def _update_requested(self, incoming: Incoming) -> None:
        context = self._context_of(incoming)
        if context is None:
            incoming.answer(UpdatePdpContextResponse(teid=NO_TEID, cause=GtpCause.NON_EXISTENT))
        else:
            context.hear(UpdateRequested(incoming))

    def _delete_requested(self, incoming: Incoming) -> None:
        """Delete contexts; one that would leave its address without any must say so (29.060 7.3.5).

        An SGSN that they have left has nothing to delete: its request is late. What has not moved with the others is
        its own still.
        """
        context, message = self._context_of(incoming), incoming.message
        if context is None or (incoming.peer == context.connection.former and incoming.peer not in peers_of(context)):
            incoming.answer(DeletePdpContextResponse(teid=NO_TEID, cause=GtpCause.NON_EXISTENT))
        elif is_last(context) and not (message.teardown_ind and message.teardown_ind.teardown):
            self.warn("gtp teardown", f"{context.subject}: Delete of the last context without teardown is ignored")
        else:
            context.hear(DeleteRequested(incoming))

    def _restarted(self, peer: Name) -> None:
        """An SGSN has lost all its contexts (23.007): so do we."""
        lost = self.contexts.of_sgsn(peer)
        count = sum(len(connection.contexts) for connection in lost)
        self.warn("gn restart", f"{peer} has restarted: {count} PDP contexts are deleted")
        for connection in lost:
            self.abandon(connection, "the SGSN has restarted")

    def _path_failed(self, peer: Name) -> None:
        """An SGSN does not answer any more: its contexts stay or go, as the operator wants (23.007)."""
        if self.config.path_failure == "delete":
            for connection in self.contexts.of_sgsn(peer):
                self.abandon(connection, "the path to the SGSN is down")

    # --- operator ---------------------------------------------------------------------------------------------------

    def command_deactivate(self, command: Command) -> None:
        """Deactivate the context ``nsapi`` of the subscriber ``imsi`` (23.060 9.2.4.3)."""
        context = self._ordered(command)
        if not context.hear(DeactivateOrdered(command)):
            raise CommandError(f"{context.subject} is being deactivated")
        self.reply(command, "accepted")

    def command_modify(self, command: Command) -> None:
        """Give the context ``nsapi`` of the subscriber ``imsi`` another quality of service (23.060 9.2.3.2)."""
        context = self._ordered(command)
        qos = chosen_qos(command.arguments.get("qos"), context.qos)
        if not context.hear(ModifyOrdered(command, qos)):
            raise CommandError(f"{context.subject} is being changed")
        self.reply(command, "accepted")

    def command_echo(self, command: Command) -> None:
        """Ask whether the GSN at ``address`` is alive."""
        echo.order(self.gtp, command)

    def _ordered(self, command: Command) -> PdpContext:
        imsi, nsapi = command.arguments.get("imsi"), command.arguments.get("nsapi")
        context = self.contexts.find(imsi, nsapi)
        if context is None:
            raise CommandError(f"IMSI {imsi} has no PDP context {nsapi} here")
        return context

    def everybody(self) -> Iterable[str]:
        return (f"{imsi}-{nsapi}" for imsi, nsapi in self.contexts.by_nsapi)

    def look(self, what: str | None) -> Any:
        if what is not None:
            return self._look_at(what)
        return {
            "address": str(self.config.address),
            "contexts": len(self.contexts),
            "teids": self.gtp.teids,
            "access_points": {
                apn: {
                    "in_use": sum(pool.in_use for pool in point.pools.values()),
                    "free": sum(pool.free for pool in point.pools.values()),
                }
                for apn, point in self.points.items()
            },
            "mnrg": sorted(self.mnrg),
            "network_requests": len(self.requests),
            "paths": self.paths.look(),
            "dropped": dict(self.user_plane.dropped),
            "transactions": len(self.gtp.outstanding),
            "dialogues": len(self.tcap.dialogues),
        }

    def _look_at(self, subject: str) -> dict[str, Any]:
        imsi, _, nsapi = subject.partition("-")
        context = self.contexts.find(imsi, int(nsapi)) if nsapi.isascii() and nsapi.isdecimal() else None
        if context is None:
            raise KeyError(subject)
        connection = context.connection
        return {
            "imsi": imsi,
            "nsapi": context.nsapi,
            "apn": str(connection.point.apn),
            "address": connection.address,
            "state": str(context.state.value),
            "sgsn": connection.sgsn,
            "teid_control": int(connection.teid),
            "teid_data": int(context.teid),
            "sgsn_teid_control": int(connection.sgsn_teid),
            "sgsn_teid_data": int(context.sgsn_teid),
            "charging_id": context.charging_id,
            "linked_nsapi": context.linked_nsapi,
            "qos": str(context.qos),
            "filters": len(context.filters),
            "packets_up": context.packets_up,
            "packets_down": context.packets_down,
            "octets_up": context.octets_up,
            "octets_down": context.octets_down,
        }


def peers_of(context: PdpContext) -> tuple[Name, Name]:
    """The SGSNs that serve a context: its connection, and its own packets."""
    return context.connection.sgsn, context.sgsn


def is_last(context: PdpContext) -> bool:
    """Whether its address has no other context; of one that is being deleted here it does not matter."""
    return len(context.connection.contexts) == 1 and context.state is not Pdp.WAIT_DELETE
