"""A rule says which PDUs, and what becomes of them; the faults of a network are rules in their order.

They act where a PDU is received, so each receiver counts for itself: ``times=2`` without a receiver strikes twice at
every node that the message passes. Whoever runs a node asks :meth:`Faults.act` before :meth:`Node.receive`; the world
and a runner give the same answers for the same seed.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from random import Random
from typing import Any, Final, Literal, Self, get_args

from gprslab.trace.layers import Layer, layers
from nodes.core.outputs import Note
from nodes.core.sccp import Reassembly
from protocol.identities import MobileIdentity, Tlli, Tmsi
from protocol.um import BroadcastChannel

Action = Literal["lose", "delay", "duplicate"]

MOST_TLLIS: Final = 100_000
"""TLLIs whose mobile is remembered, at most."""


BROADCAST: Final = bytes((BroadcastChannel.code,))
"""With what system information begins."""


class BadRuleError(ValueError):
    """A rule that cannot be; its text is one line for its author."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which PDUs are struck, and how; what is left out matches all, but for system information.

    A cell says that again and again, which is not emulated; so it is struck only where ``message`` names it.

    ``message`` is the class name of a message at any layer: ``AttachAccept``, ``UlUnitdata``, ``Begin``,
    ``SendAuthenticationInfoRes``. ``imsi`` is the mobile's, where the PDU or what was seen before of its TLLI tells it.
    ``nth`` (from 1) is the match that is struck first, alone unless ``times`` says how many; without both all are.
    ``chance`` is the share of these that is struck. ``delay`` and ``duplicate`` bring the PDU, or its copy,
    ``delay_us`` microseconds later. Of a message in segments the last one is struck.
    """

    action: Action
    message: str | None = None
    interface: str | None = None
    receiver: str | None = None
    sender: str | None = None
    imsi: str | None = None
    nth: int | None = None
    times: int | None = None
    chance: float = 1.0
    delay_us: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.action not in get_args(Action):
            raise BadRuleError(f"action {self.action!r}: expected one of {', '.join(get_args(Action))}")
        for name in ("message", "interface", "receiver", "sender", "imsi"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise BadRuleError(f"{name} {value!r}: expected text")
        for name, least in (("nth", 1), ("times", 1), ("delay_us", 0)):
            value = getattr(self, name)
            if value is None and name != "delay_us":
                continue
            if type(value) is not int or value < least:
                raise BadRuleError(f"{name} {value!r}: expected a whole number, at least {least}")
        if type(self.chance) not in (int, float) or not 0 < self.chance <= 1:
            raise BadRuleError(f"chance {self.chance!r}: expected a number above 0, at most 1")
        if self.action == "delay" and not self.delay_us:
            raise BadRuleError("a delay needs delay_us")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Make a rule of plain values, such as came over the bus. Raises :class:`BadRuleError`."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise BadRuleError(f"a rule has no {unknown[0]!r}")
        if "action" not in values:
            raise BadRuleError("a rule needs an action")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """What :meth:`from_dict` makes this rule of."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def struck(self, count: int) -> bool:
        """Whether the rule strikes its match number ``count``."""
        first = self.nth or 1
        most = self.times if self.times is not None else 1 if self.nth is not None else None
        return count >= first and (most is None or count < first + most)


class _Tally:
    """How often a rule has matched at one receiver, and its dice."""

    __slots__ = ("count", "random")

    def __init__(self, seed: str) -> None:
        self.count = 0
        self.random = Random(seed)


class Faults:
    """The rules in force."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._rules: list[Rule] = []
        self._number = 0
        """How many rules there ever were: a rule's dice do not depend on those removed."""
        self._tallies: dict[tuple[int, str], _Tally] = {}
        self._numbers: list[int] = []
        self._named = False
        self._segments: dict[str, Reassembly] = {}
        self._imsis: OrderedDict[Tlli, str] = OrderedDict()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in their order."""
        return tuple(self._rules)

    def add(self, rule: Rule) -> None:
        """Put a rule in force, behind the others."""
        self._number += 1
        self._rules.append(rule)
        self._numbers.append(self._number)
        self._named = self._named or rule.message is not None or rule.imsi is not None

    def clear(self) -> None:
        """Take all rules back."""
        self._rules.clear()
        self._numbers.clear()
        self._tallies.clear()
        self._segments.clear()
        self._imsis.clear()
        self._named = False

    def act(
        self, receiver: str, link: str, interface: str, pdu: bytes, now: int, meta: Mapping[str, str] | None = None
    ) -> tuple[list[tuple[int, bytes]], list[Note]]:
        """What becomes of a PDU: the copies to receive, each after so many microseconds, and what is to be told.

        Every rule counts its matches; the first one that strikes decides.
        """
        if not self._rules:
            return [(0, pdu)], []
        broadcast = interface == "um" and pdu[:1] == BROADCAST
        found: list[Layer] = []
        imsi = None
        if self._named:
            segments = self._segments.setdefault(receiver, Reassembly())
            found = layers(interface, pdu, None, segments, now)
            imsi = self._imsi(found, meta)
        names = {layer.name for layer in found}
        striking: Rule | None = None
        for number, rule in zip(self._numbers, self._rules, strict=True):
            if (
                (rule.message in names if rule.message is not None else not broadcast)
                and (rule.interface is None or rule.interface == interface)
                and (rule.receiver is None or rule.receiver == receiver)
                and (rule.sender is None or rule.sender == link)
                and (rule.imsi is None or rule.imsi == imsi)
            ):
                tally = self._tallies.get((number, receiver))
                if tally is None:
                    tally = self._tallies[number, receiver] = _Tally(f"{self._seed} fault {number} {receiver}")
                tally.count += 1
                lucky = rule.chance == 1 or tally.random.random() < rule.chance
                if striking is None and lucky and rule.struck(tally.count):
                    striking = rule
        if striking is None:
            return [(0, pdu)], []
        what = striking.message or (found[-1].name if found else interface)
        note = Note(
            "fault",
            receiver,
            f"{striking.action} {what} from {link}",
            {"rule": striking.to_dict(), "interface": interface, "pdu": pdu.hex()},
        )
        copies = {
            "lose": [],
            "delay": [(striking.delay_us, pdu)],
            "duplicate": [(0, pdu), (striking.delay_us, pdu)],
        }[striking.action]
        return copies, [note]

    def learn(self, interface: str, pdu: bytes, now: int, meta: Mapping[str, str] | None) -> None:
        """See a PDU that the receiver itself sends: its meta tells whose TLLI it is, which the answer will not."""
        if self._named and meta is not None and "imsi" in meta:
            self._imsi(layers(interface, pdu, None, Reassembly(), now), meta)

    def _imsi(self, found: list[Layer], meta: Mapping[str, str] | None) -> str | None:
        """Whose PDU it is: told by the meta, by the PDU, or by what was seen of its TLLI before."""
        imsi = None if meta is None else meta.get("imsi")
        tlli = ptmsi = None
        for layer in found:
            message = layer.message
            tlli = getattr(message, "tlli", tlli)
            told = getattr(message, "imsi", None)
            identity = getattr(message, "mobile_identity", None)
            if told is None and isinstance(identity, MobileIdentity) and not isinstance(identity.value, int):
                told = identity.value
            if imsi is None and isinstance(told, str):
                imsi = told
            allocated = getattr(message, "allocated_ptmsi", None)
            if isinstance(allocated, MobileIdentity) and isinstance(allocated.value, Tmsi):
                ptmsi = allocated.value
        if imsi is None and tlli is not None:
            imsi = self._imsis.get(tlli)
        if imsi is not None:
            for known in (tlli, None if ptmsi is None else Tlli.local(ptmsi)):
                if known is not None:
                    self._imsis[known] = imsi
                    self._imsis.move_to_end(known)
            while len(self._imsis) > MOST_TLLIS:
                self._imsis.popitem(last=False)
        return imsi
