"""Fault rules: what they match, and what becomes of a PDU."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gprslab.faults import BadRuleError, Faults, Rule
from gprslab.trace.layers import layers
from protocol import sccp, tcap
from protocol.gmm import AttachComplete, DetachRequestMt
from protocol.gmm.elements import DetachTypeMt, ForceToStandby, MtDetach
from protocol.identities import CellIdentifier, Gt, Imsi, Rai, Tlli
from protocol.llc.frame import Sapi, UiFrame
from protocol.map.authentication import SendAuthenticationInfoArg
from protocol.map.contexts import INFO_RETRIEVAL_V3
from protocol.sccp import Address
from protocol.um import BroadcastChannel, PacketChannel

TLLI = Tlli(0xC0000001)
IMSI = "001010000000001"
COMPLETE = PacketChannel(
    cell=CellIdentifier(Rai.parse("001-01-1-1"), 1),
    tlli=TLLI,
    llc_frame=UiFrame(sapi=Sapi.LLGMM, command=False, nu=1, information=AttachComplete().encode()).encode(),
).encode()
ASK = SendAuthenticationInfoArg(imsi=Imsi(IMSI), number_of_requested_vectors=5, immediate_response_preferred=True)
BEGIN = tcap.Begin(
    otid=b"\1\2\3\4",
    dialogue=tcap.Aarq(application_context=INFO_RETRIEVAL_V3),
    components=tuple(tcap.invoke(number, ASK) for number in range(20)),
)
PARTS = sccp.segments(Address(ssn=6, gt=Gt("999010000004")), Address(ssn=149, gt=Gt("999010000003")), BEGIN.encode(), 1)


def survivors(faults: Faults, count: int = 1, **changes: Any) -> list[list[int]]:
    """What ``count`` copies of ATTACH COMPLETE become at the BSS: the delays of what is received."""
    where: dict[str, Any] = {"receiver": "bss1", "link": "ms1", "interface": "um", "pdu": COMPLETE, "now": 0} | changes
    return [[delay for delay, _ in faults.act(**where)[0]] for _ in range(count)]


def with_rules(*rules: Rule, seed: int = 1) -> Faults:
    """Faults with these rules."""
    faults = Faults(seed)
    for rule in rules:
        faults.add(rule)
    return faults


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(action="lose"), [[], [], [], []]),
        (Rule(action="lose", nth=2), [[0], [], [0], [0]]),
        (Rule(action="lose", times=2), [[], [], [0], [0]]),
        (Rule(action="lose", nth=2, times=2), [[0], [], [], [0]]),
        (Rule(action="delay", nth=1, delay_us=7), [[7], [0], [0], [0]]),
        (Rule(action="duplicate", nth=1, delay_us=7), [[0, 7], [0], [0], [0]]),
    ],
)
def test_actions(rule: Rule, expected: list[list[int]]) -> None:
    """What is lost, delayed and duplicated, and how often."""
    assert survivors(with_rules(rule), 4) == expected


@pytest.mark.parametrize(
    "matching",
    [{"message": name} for name in ("AttachComplete", "UiFrame", "PacketChannel")]
    + [{"interface": "um"}, {"receiver": "bss1"}, {"sender": "ms1"}],
)
def test_matches(matching: dict[str, str]) -> None:
    """A message is found at any layer; each criterion excludes what is otherwise."""
    assert survivors(with_rules(Rule(action="lose", **matching))) == [[]]  # type: ignore[arg-type]
    other = {key: "AttachAccept" if key == "message" else "x" for key in matching}
    assert survivors(with_rules(Rule(action="lose", **other))) == [[0]]  # type: ignore[arg-type]


def test_each_receiver_counts_for_itself() -> None:
    """A runner knows only its own node, so the world must not count for all."""
    faults = with_rules(Rule(action="lose", times=1))
    assert survivors(faults, 2) == survivors(faults, 2, receiver="bss2") == [[], [0]]


def test_imsi_is_learnt_from_the_tlli() -> None:
    """A PDU that does not tell whose it is belongs to whom its TLLI belonged before."""
    faults = with_rules(Rule(action="lose", imsi=IMSI))
    assert survivors(faults) == [[0]]
    assert survivors(faults, meta={"imsi": IMSI}) == [[]]
    assert survivors(faults) == [[]]


def test_the_way_of_a_message_is_told_by_its_frame() -> None:
    """44.064 6.2.2: DETACH REQUEST has one code both ways; the C/R bit of what carries it tells which one it is."""
    kind = MtDetach(type=DetachTypeMt.RE_ATTACH_NOT_REQUIRED)
    request = DetachRequestMt(detach_type=kind, force_to_standby=ForceToStandby.NOT_INDICATED).encode()
    for command, name in ((True, "DetachRequestMt"), (False, "DetachRequestMo")):
        frame = UiFrame(sapi=Sapi.LLGMM, command=command, nu=1, information=request).encode()
        pdu = PacketChannel(cell=CellIdentifier(Rai.parse("001-01-1-1"), 1), tlli=TLLI, llc_frame=frame).encode()
        assert survivors(with_rules(Rule(action="lose", message=name)), pdu=pdu) == [[]]


def test_segments() -> None:
    """The last segment is the whole message: it is what a rule finds by name, and tells."""
    assert len(PARTS) > 1
    faults = with_rules(Rule(action="lose", message="SendAuthenticationInfoArg", imsi=IMSI))
    results = [faults.act("hlr1", "sgsn1", "gr", part, 0) for part in PARTS]
    assert [bool(copies) for copies, _ in results] == [True] * (len(PARTS) - 1) + [False]
    ((note,),) = [notes for _, notes in results if notes]
    assert note.kind == "fault"
    assert note.text == "lose SendAuthenticationInfoArg from sgsn1"


def test_chance_is_seeded() -> None:
    """The same seed strikes the same PDUs, another one others; rules taken back leave no trace."""
    rule = Rule(action="lose", chance=0.5)
    first = survivors(with_rules(rule), 64)
    assert survivors(with_rules(rule), 64) == first
    assert survivors(with_rules(rule, seed=2), 64) != first
    assert 16 < first.count([]) < 48
    faults = with_rules(rule)
    faults.clear()
    assert survivors(faults, 8) == [[0]] * 8


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, "a rule needs an action"),
        ({"action": "burn"}, "action 'burn': expected one of lose, delay, duplicate"),
        ({"action": "lose", "colour": "red"}, "a rule has no 'colour'"),
        ({"action": "lose", "nth": 0}, "nth 0: expected a whole number, at least 1"),
        ({"action": "lose", "times": True}, "times True: expected a whole number, at least 1"),
        ({"action": "lose", "message": 5}, "message 5: expected text"),
        ({"action": "lose", "chance": 0}, "chance 0: expected a number above 0, at most 1"),
        ({"action": "delay"}, "a delay needs delay_us"),
    ],
)
def test_bad_rules(values: dict[str, Any], why: str) -> None:
    """What cannot be is refused in one line."""
    with pytest.raises(BadRuleError) as raised:
        Rule.from_dict(values)
    assert str(raised.value) == why


def test_rule_travels_as_plain_values() -> None:
    """What a rule is written as is read as the same rule."""
    rule = Rule(action="delay", message="AttachAccept", nth=2, delay_us=5)
    assert Rule.from_dict(rule.to_dict()) == rule


@given(
    interface=st.sampled_from(["um", "gb", "gr", "gs", "nonsense"]),
    octets=st.binary(max_size=80) | st.binary(max_size=30).map(lambda tail: COMPLETE[:-9] + tail),
    up=st.sampled_from([None, True, False]),
)
def test_hostile_octets(interface: str, octets: bytes, up: bool | None) -> None:
    """Whatever octets come, their layers can be told."""
    for layer in layers(interface, octets, up):
        assert layer.message is not None or ":" in layer.name or "segment" in layer.name


def test_system_information_is_struck_by_name_alone() -> None:
    """A cell says it again and again, which is not emulated: what is lost once would be lost for ever."""
    told = bytes((BroadcastChannel.code,)) + bytes(8)
    faults = Faults()
    faults.add(Rule(action="lose", interface="um"))
    assert faults.act("ms1", "bss1", "um", told, 0) == ([(0, told)], [])
    faults.add(Rule(action="lose", message="BroadcastChannel"))
    told = BroadcastChannel(
        cell=CellIdentifier(Rai.parse("001-01-1-1"), 1), system_information_3=b"", system_information_13=b""
    ).encode()
    assert faults.act("ms1", "bss1", "um", told, 0)[0] == []
