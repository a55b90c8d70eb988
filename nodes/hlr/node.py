"""The home location register with its authentication centre: who the subscribers are, what they may, where they are."""

from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any, ClassVar

from nodes.core.node import Node
from nodes.core.outputs import Command, Interface, Name, Record
from nodes.core.tcap import Service, Tcap
from nodes.hlr import authentication, cancelling, provisioning, purging, subscriber_data
from nodes.hlr.cancelling import CancelLocation
from nodes.hlr.config import HlrConfig
from nodes.hlr.gprs_location import UpdateGprsLocation
from nodes.hlr.location_update import LocationUpdate, update_location
from nodes.hlr.subscriber_data import SubscriberData
from nodes.hlr.subscribers import Register
from nodes.hlr.vlr_location import RestoreVlrData, UpdateVlrLocation
from protocol.identities import IsdnAddress
from protocol.map.authentication import (
    AuthenticationFailureReportArg,
    SendAuthenticationInfoArg,
    SendAuthenticationInfoArgV2,
)
from protocol.map.contexts import (
    AUTHENTICATION_FAILURE_REPORT_V3,
    GPRS_LOCATION_UPDATE_V3,
    INFO_RETRIEVAL_V2,
    INFO_RETRIEVAL_V3,
    MS_PURGING_V3,
    NETWORK_LOC_UP_V3,
)
from protocol.map.location import PurgeMsArg, UpdateGprsLocationArg, UpdateLocationArg
from protocol.map.restart import RestoreDataArg
from protocol.sccp import Address, Ssn

CONTEXTS = frozenset(
    {
        AUTHENTICATION_FAILURE_REPORT_V3,
        GPRS_LOCATION_UPDATE_V3,
        INFO_RETRIEVAL_V2,
        INFO_RETRIEVAL_V3,
        MS_PURGING_V3,
        NETWORK_LOC_UP_V3,
    }
)
"""The application contexts that are served."""


class Hlr(Node):
    """An HLR: its register, and what runs.

    ``updating`` are updates of locations by kind and IMSI; ``cancellations`` those that are repeated, by their records;
    ``telling_data`` changed data on their way to a node, by IMSI and subsystem.
    """

    role: ClassVar[str] = "hlr"

    def __init__(self, config: HlrConfig, rng: Random, records: Iterable[Record]) -> None:
        self.config = config
        self.isdn = IsdnAddress(config.number)
        self.register = Register(config.subscribers, self.save)
        self.updating: dict[tuple[type[LocationUpdate], str], LocationUpdate] = {}
        self.cancellations: dict[str, CancelLocation] = {}
        self.telling_data: dict[tuple[str, Ssn], SubscriberData] = {}
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
        }
        self.tcap = Tcap(self, Address(ssn=Ssn.HLR, gt=config.number), config.routes, services, CONTEXTS)

    def restore(self, record: Record) -> None:
        if record.key.startswith("cancel/"):
            cancelling.restore(self, record)
        else:
            self.register.restore(record)

    def started(self) -> None:
        for cancellation in list(self.cancellations.values()):
            cancellation.begin()

    def take(self, link: Name, interface: Interface, pdu: bytes) -> None:
        if interface not in ("gr", "d"):
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

    def command_set(self, command: Command) -> None:
        """Change fields of the subscriber ``imsi``."""
        provisioning.set_fields(self, command)

    def command_delete(self, command: Command) -> None:
        """Withdraw PDP ``contexts`` of the subscriber ``imsi``, all where none is told."""
        provisioning.delete(self, command)

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
            "dialogues": len(self.tcap.dialogues),
        }
