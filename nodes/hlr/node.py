"""The home location register with its authentication centre: who the subscribers are, what they may, where they are."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, ClassVar

from nodes.core.node import Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.tcap import Service, Tcap
from nodes.hlr import (
    authentication,
    cancelling,
    gprs_routing,
    note_ms_present,
    provisioning,
    purging,
    reset,
    subscriber_data,
)
from nodes.hlr.cancelling import CancelLocation
from nodes.hlr.config import HlrConfig
from nodes.hlr.gprs_location import UpdateGprsLocation
from nodes.hlr.location_update import LocationUpdate, update_location
from nodes.hlr.note_ms_present import NoteMsPresent
from nodes.hlr.reset import Reset
from nodes.hlr.subscriber_data import SubscriberData
from nodes.hlr.subscribers import Register
from nodes.hlr.vlr_location import RestoreVlrData, UpdateVlrLocation
from protocol.identities import Gt, IsdnAddress
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
)
from protocol.map.contexts import (
    AUTHENTICATION_FAILURE_REPORT_V3,
    FAILURE_REPORT_V3,
    GPRS_LOCATION_INFO_RETRIEVAL_V3,
    GPRS_LOCATION_INFO_RETRIEVAL_V4,
    GPRS_LOCATION_UPDATE_V3,
    INFO_RETRIEVAL_V2,
    INFO_RETRIEVAL_V3,
    MS_PURGING_V3,
    MWD_MNGT_V3,
    NETWORK_LOC_UP_V3,
)
from protocol.map.location import PurgeMsArg, UpdateGprsLocationArg, UpdateLocationArg
from protocol.map.packet import FailureReportArg, SendRoutingInfoForGprsArg
from protocol.map.restart import RestoreDataArg
from protocol.map.short_messages import ReadyForSmArg
from protocol.sccp import Address, Ssn

CONTEXTS = frozenset(
    {
        AUTHENTICATION_FAILURE_REPORT_V3,
        FAILURE_REPORT_V3,
        GPRS_LOCATION_INFO_RETRIEVAL_V3,
        GPRS_LOCATION_INFO_RETRIEVAL_V4,
        GPRS_LOCATION_UPDATE_V3,
        INFO_RETRIEVAL_V2,
        INFO_RETRIEVAL_V3,
        MS_PURGING_V3,
        MWD_MNGT_V3,
        NETWORK_LOC_UP_V3,
    }
)
"""The application contexts that are served."""


class Hlr(Node):
    """An HLR: its register, and what runs.

    ``updating`` are updates of locations by kind and IMSI; ``cancellations`` those that are repeated, by their records;
    ``telling_data`` changed data on their way to a node, by IMSI and subsystem; ``notes_present`` what GGSNs are told,
    by IMSI and number; ``resets`` those of nodes, by number and subsystem.
    """

    role: ClassVar[str] = "hlr"

    def __init__(self, config: HlrConfig, rng: Random, records: Iterable[Record]) -> None:
        self.config = config
        self.isdn = IsdnAddress(config.number)
        self.register = Register(config.subscribers, self.save)
        self.updating: dict[tuple[type[LocationUpdate], str], LocationUpdate] = {}
        self.cancellations: dict[str, CancelLocation] = {}
        self.telling_data: dict[tuple[str, Ssn], SubscriberData] = {}
        self.notes_present: dict[tuple[str, str], NoteMsPresent] = {}
        self.resets: dict[tuple[Gt, Ssn], Reset] = {}
        super().__init__(config, rng, records)
        self.register.restored()
        authentication.check_algorithms(self.register.algorithms())
        services: dict[type, Service] = {
            SendAuthenticationInfoArg: partial(authentication.send_authentication_info, self),
            SendAuthenticationInfoArgV2: partial(authentication.send_authentication_info_v2, self),
            AuthenticationFailureReportArg: partial(authentication.authentication_failure_report, self),
            UpdateGprsLocationArg: partial(update_location, UpdateGprsLocation, self),
            UpdateLocationArg: partial(update_location, UpdateVlrLocation, self),
            RestoreDataArg: partial(update_location, RestoreVlrData, self),
            PurgeMsArg: partial(purging.purge_ms, self),
            SendRoutingInfoForGprsArg: partial(gprs_routing.send_routing_info_for_gprs, self),
            FailureReportArg: partial(gprs_routing.failure_report, self),
            ReadyForSmArg: partial(gprs_routing.ready_for_sm, self),
        }
        self.tcap = Tcap(self, Address(ssn=Ssn.HLR, gt=config.number), config.routes, services, CONTEXTS)

    def restore(self, record: Record) -> None:
        if record.key.startswith("cancel/"):
            cancelling.restore(self, record)
        else:
            self.register.restore(record)

    def started(self) -> None:
        if self.restarts:
            reset.reset(self)
        for cancellation in list(self.cancellations.values()):
            cancellation.begin()
        for imsi in self.register.to_note:
            entry = self.register.find(imsi)
            if entry is not None:
                note_ms_present.present(self, entry)
        self.register.to_note.clear()

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface not in ("gr", "gc", "d"):
            super().take(link, interface, pdu)
        self.tcap.receive(pdu)

    def command_cancel(self, command: Command) -> None:
        """Withdraw the subscriber ``imsi`` from the SGSN, or with ``domain`` ``circuit`` the VLR, that serves it."""
        cancelling.cancel(self, command)

    def command_insert(self, command: Command) -> None:
        """Send the data of the subscriber ``imsi`` to the nodes that serve it."""
        subscriber_data.insert(self, command)

    def command_subscriber(self, command: Command) -> None:
        """Tell all that is provisioned of the subscriber ``imsi`` but the keys, and where it is."""
        provisioning.show(self, command)

    def command_provision(self, command: Command) -> None:
        """Enter, change or remove subscribers: ``records`` by IMSI, in hexadecimal digits, or null."""
        provisioning.provision(self, command)

    def command_profiles(self, command: Command) -> None:
        """Answer ``records`` of ``most`` subscribers by IMSI, from ``first`` upwards."""
        provisioning.profiles(self, command)

    def command_set(self, command: Command) -> None:
        """Change fields of the subscriber ``imsi``."""
        provisioning.set_fields(self, command)

    def command_delete(self, command: Command) -> None:
        """Withdraw PDP ``contexts`` of the subscriber ``imsi``, all where none is told."""
        provisioning.delete(self, command)

    def command_reset(self, command: Command) -> None:
        """Take what is known of locations as unconfirmed, and tell all nodes, as after a restart."""
        self.reply(command, "done", {"nodes": reset.reset(self)})

    def everybody(self) -> Iterable[str]:
        return self.register.subjects()

    def look(self, what: str | None) -> Any:
        if what is not None:
            return self.register.look(what) | {"updating": any(imsi == what for _, imsi in self.updating)}
        return {
            "subscribers": len(self.register),
            "located": self.register.located,
            "purged": self.register.purged,
            "updating": len(self.updating),
            "resets": [f"{ssn.name} {number}" for number, ssn in self.resets],
            "cancellations": len(self.cancellations),
            "telling_data": len(self.telling_data),
            "notes_present": len(self.notes_present),
            "dialogues": len(self.tcap.dialogues),
        }
