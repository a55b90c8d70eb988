"""What an HLR is told."""

from dataclasses import dataclass

from nodes.core.node import NodeConfig
from nodes.core.outputs import Interface, Name
from protocol.auth import Algorithm
from protocol.identities import Apn, Gt, Imsi, IsdnAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class PdpSubscription:
    """One subscribed PDP context (TS 23.060 table 5): ``qos`` is the R97 value part, three octets."""

    context_id: int
    apn: Apn
    qos: bytes
    address: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A subscriber as provisioned: card and services. ``amf`` is the authentication management field, two octets.

    ``gprs`` False: known, but without a GPRS subscription; ``circuit`` False: for packets only. ``roaming_allowed``
    False: refused in every SGSN and VLR that is not of the home network. ``barred`` : operator determined barring.
    """

    imsi: Imsi
    msisdn: IsdnAddress
    algorithm: Algorithm
    key: bytes
    opc: bytes
    amf: bytes = b"\x80\x00"
    gprs: bool = True
    circuit: bool = True
    roaming_allowed: bool = True
    barred: bool = False
    contexts: tuple[PdpSubscription, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HlrConfig(NodeConfig):
    """An HLR: its number, the routes to its peers, and its subscribers.

    ``home`` lists the number prefixes of SGSNs and VLRs of the home network (empty: all are).
    """

    number: Gt
    routes: dict[Gt, tuple[Name, Interface]]
    subscribers: tuple[Subscriber, ...]
    home: tuple[str, ...] = ()
