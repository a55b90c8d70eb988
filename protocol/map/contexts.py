"""Application contexts: what a MAP dialogue is for, and in which version (TS 29.002 17.3.3)."""

from dataclasses import dataclass
from typing import Self

from protocol.ber import Oid
from protocol.declare import OpenEnum

MAP_AC = b"\x04\x00\x00\x01\x00"
"""The octets of {itu-t identified-organization(4) etsi(0) mobileDomain(0) gsm-Network(1) map-ac(0)}."""


class ContextName(OpenEnum):
    """Application contexts by their arc below map-ac. CAMEL has put its own there too: those are reserved here."""

    NETWORK_LOC_UP = 1
    LOCATION_CANCEL = 2
    ROAMING_NBR_ENQUIRY = 3
    IST_ALERTING = 4
    LOC_INFO_RETRIEVAL = 5
    CALL_CONTROL_TRANSFER = 6
    REPORTING = 7
    CALL_COMPLETION = 8
    IMMEDIATE_TERMINATION = 9
    RESET = 10
    HANDOVER_CONTROL = 11
    S_IWFS_ALLOCATION = 12
    EQUIPMENT_MNGT = 13
    INFO_RETRIEVAL = 14
    INTER_VLR_INFO_RETRIEVAL = 15
    SUBSCRIBER_DATA_MNGT = 16
    TRACING = 17
    NETWORK_FUNCTIONAL_SS = 18
    NETWORK_UNSTRUCTURED_SS = 19
    SHORT_MSG_GATEWAY = 20
    SHORT_MSG_MO_RELAY = 21
    SUBSCRIBER_DATA_MODIFICATION_NOTIFICATION = 22
    SHORT_MSG_ALERT = 23
    MWD_MNGT = 24
    SHORT_MSG_MT_RELAY = 25
    IMSI_RETRIEVAL = 26
    MS_PURGING = 27
    SUBSCRIBER_INFO_ENQUIRY = 28
    ANY_TIME_INFO_ENQUIRY = 29
    GROUP_CALL_CONTROL = 31
    GPRS_LOCATION_UPDATE = 32
    GPRS_LOCATION_INFO_RETRIEVAL = 33
    FAILURE_REPORT = 34
    GPRS_NOTIFY = 35
    SS_INVOCATION_NOTIFICATION = 36
    LOCATION_SVC_GATEWAY = 37
    LOCATION_SVC_ENQUIRY = 38
    AUTHENTICATION_FAILURE_REPORT = 39
    SECURE_TRANSPORT_HANDLING = 40
    SHORT_MSG_MT_RELAY_VGCS = 41
    MM_EVENT_REPORTING = 42
    ANY_TIME_INFO_HANDLING = 43
    RESOURCE_MANAGEMENT = 44
    GROUP_CALL_INFO_RETRIEVAL = 45
    VCSG_LOCATION_UPDATE = 46
    VCSG_LOCATION_CANCEL = 47

    def __str__(self) -> str:
        first, *others = self.name.lower().split("_")
        return first + "".join(other.capitalize() for other in others)


@dataclass(frozen=True, slots=True)
class ApplicationContext:
    """A context and its version. One that is not MAP's has its whole object identifier as name, and version 0."""

    name: ContextName | Oid
    version: int = 0

    @property
    def absent(self) -> frozenset[str]:
        """Other contexts than those of 29.002 have no version of their own."""
        return frozenset({"version"} if isinstance(self.name, Oid) else ())

    @classmethod
    def from_octets(cls, octets: bytes) -> Self:
        """Read the octets of an object identifier."""
        known = _contexts.get(octets)
        if known is None:
            if octets[:5] == MAP_AC and len(octets) == 7 and max(octets) < 128:
                known = cls(ContextName(octets[5]), octets[6])
            else:
                known = cls(Oid.from_octets(octets))
            if len(_contexts) < 1024:
                _contexts[octets] = known
        assert isinstance(known, cls)
        return known

    def to_octets(self) -> bytes:
        """Write the octets of the object identifier."""
        if isinstance(self.name, Oid):
            if self.version:
                raise ValueError("an application context that is an object identifier has no version beside it")
            return self.name.to_octets()
        return MAP_AC + bytes((self.name, self.version))

    @property
    def oid(self) -> Oid:
        """The object identifier."""
        return self.name if isinstance(self.name, Oid) else Oid(f"0.4.0.0.1.0.{self.name.value}.{self.version}")

    @property
    def is_map(self) -> bool:
        """True for a context of 29.002; the operations of others, such as CAMEL's, have other meanings."""
        return isinstance(self.name, ContextName) and not self.name.is_reserved

    def with_version(self, version: int) -> Self:
        """The same context in another version, for a peer that does not know this one (TS 29.002 5.1.1)."""
        return type(self)(self.name, version)

    def __str__(self) -> str:
        return str(self.name) if isinstance(self.name, Oid) else f"{self.name}Context-v{self.version}"


_contexts: dict[bytes, ApplicationContext] = {}
"""Contexts already read."""

NETWORK_LOC_UP_V3 = ApplicationContext(ContextName.NETWORK_LOC_UP, 3)
LOCATION_CANCEL_V3 = ApplicationContext(ContextName.LOCATION_CANCEL, 3)
LOCATION_CANCEL_V2 = ApplicationContext(ContextName.LOCATION_CANCEL, 2)
LOCATION_CANCEL_V1 = ApplicationContext(ContextName.LOCATION_CANCEL, 1)
ROAMING_NBR_ENQUIRY_V3 = ApplicationContext(ContextName.ROAMING_NBR_ENQUIRY, 3)
RESET_V2 = ApplicationContext(ContextName.RESET, 2)
RESET_V1 = ApplicationContext(ContextName.RESET, 1)
EQUIPMENT_MNGT_V3 = ApplicationContext(ContextName.EQUIPMENT_MNGT, 3)
EQUIPMENT_MNGT_V2 = ApplicationContext(ContextName.EQUIPMENT_MNGT, 2)
INFO_RETRIEVAL_V3 = ApplicationContext(ContextName.INFO_RETRIEVAL, 3)
INFO_RETRIEVAL_V2 = ApplicationContext(ContextName.INFO_RETRIEVAL, 2)
INTER_VLR_INFO_RETRIEVAL_V3 = ApplicationContext(ContextName.INTER_VLR_INFO_RETRIEVAL, 3)
SUBSCRIBER_DATA_MNGT_V3 = ApplicationContext(ContextName.SUBSCRIBER_DATA_MNGT, 3)
MS_PURGING_V3 = ApplicationContext(ContextName.MS_PURGING, 3)
MS_PURGING_V2 = ApplicationContext(ContextName.MS_PURGING, 2)
MWD_MNGT_V3 = ApplicationContext(ContextName.MWD_MNGT, 3)
SUBSCRIBER_INFO_ENQUIRY_V3 = ApplicationContext(ContextName.SUBSCRIBER_INFO_ENQUIRY, 3)
GPRS_LOCATION_UPDATE_V3 = ApplicationContext(ContextName.GPRS_LOCATION_UPDATE, 3)
GPRS_LOCATION_INFO_RETRIEVAL_V3 = ApplicationContext(ContextName.GPRS_LOCATION_INFO_RETRIEVAL, 3)
GPRS_LOCATION_INFO_RETRIEVAL_V4 = ApplicationContext(ContextName.GPRS_LOCATION_INFO_RETRIEVAL, 4)
FAILURE_REPORT_V3 = ApplicationContext(ContextName.FAILURE_REPORT, 3)
GPRS_NOTIFY_V3 = ApplicationContext(ContextName.GPRS_NOTIFY, 3)
AUTHENTICATION_FAILURE_REPORT_V3 = ApplicationContext(ContextName.AUTHENTICATION_FAILURE_REPORT, 3)
