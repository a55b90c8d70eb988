"""Where subscribers are kept: in the records of HLRs at rest, or in HLRs that run."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final, Protocol

from gprslab.broker_session import BrokerSession
from gprslab.bus.mqtt import BrokerUrl
from gprslab.config import Lab
from gprslab.store import Store, StoreError, records_of
from nodes.core.outputs import Save
from nodes.hlr.cancelling import record_key
from nodes.hlr.config import HlrConfig, Subscriber
from nodes.hlr.provisioning import MOST_RECORDS, TRY_AGAIN
from nodes.hlr.subscribers import KINDS, GprsLocation, VlrLocation
from protocol.map.location import CancellationType
from protocol.timers import SECOND

PREFIX: Final = "subscriber/"
"""What the key of a subscriber's record begins with."""

THERE: Final = 5 * SECOND
"""How long (microseconds) an HLR may take to be seen on the bus."""

MOST_DIGITS: Final = 200_000
"""Hexadecimal digits of records in one command, but for the last: what the bus carries in one payload is bounded."""

ANSWER: Final = 10 * SECOND
"""How long (microseconds) an HLR may take to answer."""

ATTEMPTS: Final = 6
"""How often it is asked: one that has died is back soon, and all that it is asked for here may be asked twice."""

LATER: Final = 300.0
"""Seconds after which an HLR that puts off all is not asked any more: it gives up silent nodes before."""

PAUSE: Final = 0.5
"""Seconds between two attempts."""


class Place(Protocol):
    """The HLRs of a laboratory, each of which is named where it is asked."""

    chunk: int
    """How many subscribers are put at once."""

    def put(self, hlr: str, records: Mapping[str, bytes]) -> dict[str, str]:
        """Add subscribers or change them: their records by IMSI. Returns by IMSI why the HLR refuses some of them."""

    def get(self, hlr: str, imsi: str) -> Subscriber | None:
        """A subscriber, None where there is no such."""

    def remove(self, hlr: str, imsi: str) -> bool:
        """Let there be no such subscriber any more; whether there was one."""

    def all(self, hlr: str) -> Iterator[Subscriber]:
        """All subscribers by IMSI, one at a time."""

    def state(self, hlr: str, imsi: str) -> dict[str, Any]:
        """Where a subscriber is, and what else changes, if that can be told."""

    def close(self) -> None:
        """Give it up."""


class StoredHlrs:
    """HLRs that do not run: their records, in the folder or database ``state``, whose owner this is while it is used.

    With ``make``, records that are not there are made. Raises :class:`gprslab.store.StoreError` where records cannot be
    used; that is so while their HLR runs.
    """

    chunk = 50_000

    def __init__(self, lab: Lab, state: str, *, make: bool) -> None:
        self._lab = lab
        self._state = state
        self._make = make
        self._stores: dict[str, Store] = {}
        self._configured: dict[str, dict[str, Subscriber]] = {}
        self._held = ExitStack()

    def put(self, hlr: str, records: Mapping[str, bytes]) -> dict[str, str]:
        self._store(hlr).load(hlr, {PREFIX + imsi: octets for imsi, octets in records.items()})
        return {}

    def get(self, hlr: str, imsi: str) -> Subscriber | None:
        octets = self._store(hlr).record(hlr, PREFIX + imsi)
        if octets is None:
            return self._of_file(hlr).get(imsi)
        return Subscriber.from_octets(imsi, octets) if octets else None

    def remove(self, hlr: str, imsi: str) -> bool:
        """The nodes that serve the subscriber are told when the HLR starts."""
        if self.get(hlr, imsi) is None:
            return False
        store = self._store(hlr)
        gone = [Save(f"{kind}/{imsi}", None) for kind in KINDS]
        told = []
        kinds: tuple[tuple[str, type[GprsLocation | VlrLocation]], ...] = (("gprs", GprsLocation), ("vlr", VlrLocation))
        for kind, location in kinds:
            octets = store.record(hlr, f"{kind}/{imsi}")
            if octets is not None:
                number = location.from_octets(octets).number
                kept = bytes((CancellationType.SUBSCRIPTION_WITHDRAW,)) + number.to_octets()
                told.append(Save(record_key(imsi, number, location.ssn), kept))
        if imsi in self._of_file(hlr):  # who must be removed every time that the HLR starts
            gone.append(Save(PREFIX + imsi, b""))
        store.commit(hlr, [*gone, *told])
        return True

    def all(self, hlr: str) -> Iterator[Subscriber]:
        of_file = iter(sorted(self._of_file(hlr).items()))
        waiting = next(of_file, None)
        for record in self._store(hlr).records(hlr, PREFIX):
            imsi = record.key[len(PREFIX) :]
            while waiting is not None and waiting[0] <= imsi:
                if waiting[0] < imsi:
                    yield waiting[1]
                waiting = next(of_file, None)
            if record.octets:
                yield Subscriber.from_octets(imsi, record.octets)
        while waiting is not None:
            yield waiting[1]
            waiting = next(of_file, None)

    def state(self, hlr: str, imsi: str) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        self._held.close()

    def _store(self, hlr: str) -> Store:
        store = self._stores.get(hlr)
        if store is None:
            store = self._stores[hlr] = Store.open(records_of(hlr, self._state, make=self._make))
            self._held.callback(store.close)
        return store

    def _of_file(self, hlr: str) -> dict[str, Subscriber]:
        """The subscribers of the configuration file; records override them."""
        known = self._configured.get(hlr)
        if known is None:
            config = self._lab.node_config(hlr)
            assert isinstance(config, HlrConfig), config
            known = self._configured[hlr] = {str(one.imsi): one for one in config.subscribers}
        return known


class RunningHlrs:
    """HLRs that run, on the broker at ``url``.

    Raises :class:`gprslab.bus.bus.BusError` where there is no broker, :class:`gprslab.store.StoreError` where an HLR
    refuses or does not answer.
    """

    chunk = MOST_RECORDS

    def __init__(self, lab: Lab, url: BrokerUrl) -> None:
        self._session = BrokerSession(lab, url, watch=False)

    def put(self, hlr: str, records: Mapping[str, bytes]) -> dict[str, str]:
        refused: dict[str, str] = {}
        part: dict[str, str | None] = {}
        left = MOST_DIGITS
        for imsi, octets in records.items():
            part[imsi] = octets.hex()
            left -= 2 * len(octets)
            if left <= 0 or len(part) >= MOST_RECORDS:
                refused |= self._provision(hlr, part)
                part, left = {}, MOST_DIGITS
        return refused | self._provision(hlr, part) if part else refused

    def get(self, hlr: str, imsi: str) -> Subscriber | None:
        found = self._ask(hlr, "profiles", {"first": imsi, "most": 1})["records"].get(imsi)
        return None if found is None else Subscriber.from_octets(imsi, bytes.fromhex(found))

    def remove(self, hlr: str, imsi: str) -> bool:
        if self.get(hlr, imsi) is None:
            return False
        refused = self._provision(hlr, {imsi: None})
        if refused:
            raise StoreError(f"{hlr}: IMSI {imsi}: {refused[imsi]}")
        return True

    def all(self, hlr: str) -> Iterator[Subscriber]:
        first: str | None = ""
        while first is not None:
            page = self._ask(hlr, "profiles", {"first": first, "most": self.chunk})
            for imsi, octets in page["records"].items():
                yield Subscriber.from_octets(imsi, bytes.fromhex(octets))
            first = page["next"]

    def state(self, hlr: str, imsi: str) -> dict[str, Any]:
        return self._ask(hlr, "inspect", {"subject": imsi})

    def close(self) -> None:
        self._session.close()

    def _provision(self, hlr: str, records: dict[str, str | None]) -> dict[str, str]:
        """Rows that the HLR will take later, when the nodes have heard of others, are sent again."""
        refused: dict[str, str] = {}
        deadline = time.monotonic() + LATER
        while True:
            answered: dict[str, str] = self._ask(hlr, "provision", {"records": records})["refused"]
            later = [imsi for imsi, why in answered.items() if why.endswith(TRY_AGAIN)]
            refused |= {imsi: why for imsi, why in answered.items() if not why.endswith(TRY_AGAIN)}
            if not later:
                return refused
            if time.monotonic() > deadline:
                return refused | answered
            if len(later) < len(records):
                deadline = time.monotonic() + LATER
            records = {imsi: records[imsi] for imsi in later}
            time.sleep(PAUSE)

    def _ask(self, hlr: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if not self._session.wait_for(lambda: hlr in self._session.statuses, THERE):
            raise StoreError(f"no {hlr} is on this broker")
        for _ in range(ATTEMPTS):
            outcome = self._session.end_of(self._session.start_command(hlr, verb, arguments), ANSWER)
            if outcome is not None:
                break
        else:
            raise StoreError(f"{hlr}: no answer to {verb} in {ATTEMPTS * ANSWER / SECOND:g} s")
        if outcome.status != "done":
            raise StoreError(f"{hlr}: {outcome.body['error']}")
        body: dict[str, Any] = outcome.body
        return body
