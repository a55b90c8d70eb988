"""The register of visitors: who is here, as far as this VLR knows. Nothing of it outlives a restart (TS 23.007 4).

The record of a subscriber is a procedure: the run of the machine in mobility.py, which lasts as long as the VLR knows
the subscriber.
"""

from typing import Any

from nodes.core.machine import Procedure
from nodes.core.zones import may_be_in
from nodes.vlr.association import Association
from protocol.gmm.elements import Cksn
from protocol.identities import Gt, Imsi, IsdnAddress, Lai, MobileIdentity, Tmsi
from protocol.map.subscriber import DeleteSubscriberDataArg, InsertSubscriberDataArg, SubscriberStatus


class Subscriber(Procedure):
    """A visitor.

    ``tmsi_old`` is valid beside ``tmsi`` until the mobile has acknowledged that. ``sgsn`` is the number of the SGSN
    that speaks for the mobile, ``association`` the companion that says so; ``channel`` its dedicated channel on the A
    interface. ``detached`` is how it left: explicitly or implicitly. ``confirmed_by_radio`` and ``confirmed_in_hlr``
    are the restoration indicators of 23.007. ``kc`` is the key of A5 that goes with ``cksn``.
    """

    __slots__ = (
        "association",
        "channel",
        "cksn",
        "confirmed_by_radio",
        "confirmed_in_hlr",
        "data",
        "detached",
        "imsi",
        "kc",
        "lai",
        "sgsn",
        "tmsi",
        "tmsi_old",
        "vectors",
    )

    def __init__(self, stage: Any, imsi: Imsi) -> None:
        super().__init__(stage)
        self.imsi = imsi
        self.tmsi: Tmsi | None = None
        self.tmsi_old: Tmsi | None = None
        self.lai: Lai | None = None
        self.sgsn: Gt | None = None
        self.detached: str | None = None
        self.confirmed_by_radio = False
        self.confirmed_in_hlr = False
        self.data = InsertSubscriberDataArg()
        self.vectors: tuple[Any, ...] = ()
        self.cksn = Cksn.NO_KEY
        self.kc = b""
        self.channel: Any = None
        self.association = Association(self)

    @property
    def subject(self) -> str:
        return self.imsi

    def ended(self) -> None:
        self.association.end()
        self.stage.register.forget(self)

    @property
    def msisdn(self) -> IsdnAddress | None:
        """The number under which it is called."""
        return self.data.msisdn

    @property
    def is_busy(self) -> bool:
        """True while something goes on that concerns it, besides what its SGSN does."""
        return bool(self.children) or self.channel is not None

    def child(self, kind: type[Procedure]) -> Any:
        """The procedure of this kind that runs for it, if there is one."""
        return next((child for child in self.children if isinstance(child, kind)), None)

    def tell_children(self, event: Any) -> None:
        """Let each procedure that runs for it hear of an event; most events concern few of them."""
        for child in self.children:
            child.hear(event)

    def next_vector(self) -> Any:
        """A vector that is left: each serves one challenge."""
        if not self.vectors:
            return None
        vector, *rest = self.vectors
        self.vectors = tuple(rest)
        return vector

    def may_be_in(self, area: Lai) -> bool:
        """Whether the subscription extends to a location area (TS 23.012 3.6.5)."""
        return may_be_in(area, self.data.regional_subscription_data, self.stage.config.zones)

    # --- subscription ---------------------------------------------------------------------------------------------

    def insert(self, told: InsertSubscriberDataArg) -> None:
        """Take what the HLR tells of the subscription; what it does not tell stays (TS 29.002 8.8.1).

        Operator determined barring is told whole, and gone where service is granted.
        """
        if told.subscriber_status is SubscriberStatus.SERVICE_GRANTED:
            self.data = self.data.replace(odb_data=None)
        changes = {name: value for name, value in told.present() if name != "imsi" and value is not False}
        self.data = self.data.replace(**changes)

    def delete(self, told: DeleteSubscriberDataArg) -> None:
        """Forget what the HLR withdraws (TS 29.002 8.8.2)."""
        withdrawn = [service.chosen for service in told.basic_service_list]
        data = self.data
        zone = told.regional_subscription_identifier
        self.data = data.replace(
            teleservice_list=tuple([one for one in data.teleservice_list if one not in withdrawn]),
            bearer_service_list=tuple([one for one in data.bearer_service_list if one not in withdrawn]),
            regional_subscription_data=tuple([one for one in data.regional_subscription_data if one != zone]),
            roaming_restriction_due_to_unsupported_feature=data.roaming_restriction_due_to_unsupported_feature
            and not told.roaming_restriction_due_to_unsupported_feature,
        )


class Register:
    """All subscribers, by IMSI and TMSI. ``frozen`` are TMSIs of purged ones, which the HLR wants not to be used."""

    def __init__(self, stage: Any) -> None:
        self._stage = stage
        self.by_imsi: dict[str, Subscriber] = {}
        self.by_tmsi: dict[int, Subscriber] = {}
        self.frozen: dict[int, str] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self.by_imsi)

    def find(self, imsi: str) -> Subscriber | None:
        """The subscriber with this IMSI."""
        return self.by_imsi.get(imsi)

    def identify(self, identity: MobileIdentity) -> Subscriber | None:
        """The subscriber whom an identity names, as far as it is known here."""
        value = identity.value
        if isinstance(value, Tmsi):
            return self.by_tmsi.get(value)
        return self.by_imsi.get(value) if isinstance(value, Imsi) else None

    def enter(self, imsi: Imsi) -> Subscriber:
        """The subscriber with this IMSI, a new one if need be."""
        known = self.by_imsi.get(imsi)
        if known is None:
            known = self.by_imsi[imsi] = Subscriber(self._stage, imsi)
        return known

    def forget(self, subscriber: Subscriber) -> None:
        """A subscriber is no more."""
        del self.by_imsi[subscriber.imsi]
        for tmsi in (subscriber.tmsi, subscriber.tmsi_old):
            if tmsi is not None:
                del self.by_tmsi[tmsi]

    def freeze(self, tmsi: Tmsi, imsi: str) -> None:
        """Do not use this TMSI before the subscriber has come back (TS 29.002 8.1.6)."""
        self.frozen[tmsi] = imsi

    def allocate(self, subscriber: Subscriber) -> Tmsi:
        """Give a subscriber a TMSI; of those that it had, one stays valid until the new one is acknowledged.

        The two top bits of a TMSI are never both 1: those are P-TMSIs (TS 23.003 2.4).
        """
        for frozen in [tmsi for tmsi, imsi in self.frozen.items() if imsi == subscriber.imsi]:
            del self.frozen[frozen]
        while True:
            tmsi = Tmsi(self._stage.rng.getrandbits(32))
            if tmsi >> 30 != 3 and tmsi not in self.by_tmsi and tmsi not in self.frozen:
                break
        if subscriber.tmsi_old is None:
            subscriber.tmsi_old = subscriber.tmsi
        elif subscriber.tmsi is not None:
            del self.by_tmsi[subscriber.tmsi]  # it was never acknowledged
        subscriber.tmsi = tmsi
        self.by_tmsi[tmsi] = subscriber
        return tmsi

    def release_old(self, subscriber: Subscriber) -> None:
        """The mobile has acknowledged its TMSI: the one before is free."""
        if subscriber.tmsi_old is not None:
            del self.by_tmsi[subscriber.tmsi_old]
            subscriber.tmsi_old = None
