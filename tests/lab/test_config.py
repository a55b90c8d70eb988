"""The configuration: what comes with gprslab loads, and whatever is wrong is told in one line."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gprslab.build import make_node
from gprslab.capabilities import MS_NETWORK_CAPABILITY, MS_RADIO_ACCESS_CAPABILITY
from gprslab.config import ConfigError, Document, Lab, load_lab, shipped
from gprslab.strict_yaml import parse_yaml, read_yaml
from gprslab.topology import microseconds
from nodes.bss.config import BssConfig
from nodes.eir.config import EirConfig
from nodes.hlr.config import HlrConfig
from nodes.ms.config import MsConfig
from nodes.sgsn.config import MAP_CAUSES, SgsnConfig
from nodes.vlr.config import VlrConfig
from protocol.auth import Algorithm
from protocol.causes import GmmCause
from protocol.gmm.elements import GprsTimer, MsNetworkCapability, MsRadioAccessCapability
from protocol.identities import CellIdentifier, GsnAddress, Gt, Lai, Plmn, Rai
from protocol.timers import SECOND

CONTENT = {part: read_yaml(shipped() / f"{part}.yaml") for part in ("lab", "subscribers", "timers")}
"""The files that come with gprslab."""


def lab_of(content: dict[str, Any]) -> Lab:
    """The laboratory of content as it is read from files."""
    return Lab(*(Document(f"{part}.yaml", content[part]) for part in ("lab", "subscribers", "timers")))


@pytest.fixture(scope="module")
def lab() -> Lab:
    """The laboratory that comes with gprslab."""
    return load_lab()


# --- what comes with gprslab --------------------------------------------------------------------------------------


def test_nodes_start_with_those_that_others_ask(lab: Lab) -> None:
    """The order of start: whoever is asked is there before whoever asks."""
    assert lab.nodes == (
        *("hlr1", "eir1", "vlr1", "vlr2", "pdn1", "ggsn1", "ggsn2"),
        *("sgsn1", "sgsn2", "bss1", "bss2", "ms1"),
    )
    roles = [lab.roles[name] for name in lab.nodes]
    assert list(dict.fromkeys(roles)) == ["hlr", "eir", "vlr", "pdn", "ggsn", "sgsn", "bss", "ms"]
    assert (lab.name, lab.plmn) == ("lab", Plmn("001", "01"))


def test_sgsn_is_told_its_routes_and_policies(lab: Lab) -> None:
    """The SGSN finds HLR and EIR by their numbers, and its BSS by who names it."""
    config = lab.node_config("sgsn1")
    assert isinstance(config, SgsnConfig)
    assert config.routes == {
        Gt("999010000004"): ("hlr1", "gr"),
        Gt("999010000005"): ("eir1", "gf"),
        Gt("999010000006"): ("vlr1", "gs"),
        Gt("999010000008"): ("vlr2", "gs"),
    }
    assert config.vlrs == {Lai.parse("001-01-1"): Gt("999010000006")}
    assert config.sgsns == {Rai.parse("001-01-2-1"): GsnAddress.parse("10.0.0.9")}
    assert config.gsns == {
        GsnAddress.parse("10.0.0.9"): "sgsn2",
        GsnAddress.parse("10.0.0.7"): "ggsn1",
        GsnAddress.parse("10.0.0.12"): "ggsn2",
    }
    ggsn1, ggsn2 = (GsnAddress.parse(f"10.0.0.{number}") for number in (7, 12))
    assert config.ggsns == {"internet": (ggsn1,), "kiosk": (ggsn1,), "mms": (ggsn2,)}
    assert config.hlrs == {"00101": Gt("999010000004")}
    assert config.eir == Gt("999010000005")
    assert config.bsss == ("bss1",)
    assert config.periodic_ra_update_timer.duration == 60 * SECOND
    assert config.ready_timer.duration == 10 * SECOND
    assert config.map_causes == MAP_CAUSES


def test_hlr_is_told_those_whom_it_knows(lab: Lab) -> None:
    """Who is not provisioned has a card but is unknown to the HLR."""
    config = lab.node_config("hlr1")
    assert isinstance(config, HlrConfig)
    assert [str(subscriber.imsi)[-1] for subscriber in config.subscribers] == ["1", "2", "3", "5", "6"]
    anna = config.subscribers[0]
    assert [(context.context_id, context.apn) for context in anna.contexts] == [(1, "internet"), (2, "mms")]
    assert anna.contexts[0].qos.hex() == "23421f"
    assert anna.contexts[1].qos.hex() == "1b411f"
    assert config.routes == {
        Gt("999010000003"): ("sgsn1", "gr"),
        Gt("999010000009"): ("sgsn2", "gr"),
        Gt("999010000006"): ("vlr1", "d"),
        Gt("999010000008"): ("vlr2", "d"),
        Gt("999010000007"): ("ggsn1", "gc"),
        Gt("999010000012"): ("ggsn2", "gc"),
    }


def test_hlr_is_told_what_is_barred_and_how_contexts_are(lab: Lab) -> None:
    """Operator determined barring, and all that a subscribed PDP context may say; the address tells the type."""
    contexts = {
        "1": {"apn": "*", "vplmn_address_allowed": True, "ext_qos": "02"},
        "2": {"apn": "internet", "address": "2001:db8::2"},
        "3": {"apn": "internet", "type": "ipv6"},
    }
    anna = {"contexts": contexts, "packet_services_barred": True, "hplmn_ap_barred": True, "vplmn_ap_barred": True}
    config = lab.with_changes({"subscribers": {"anna": anna}}, "s.yaml").node_config("hlr1")
    assert isinstance(config, HlrConfig)
    told = config.subscribers[0]
    told.check()
    assert told.packet_services_barred
    assert told.hplmn_ap_barred
    assert told.vplmn_ap_barred
    assert [context.pdp_type.name for context in told.contexts] == ["IPV4", "IPV6", "IPV6"]
    assert told.contexts[0].apn == "*"
    assert told.contexts[0].vplmn_address_allowed
    assert told.contexts[0].ext_qos == b"\x02"
    assert told.contexts[1].address == bytes.fromhex("20010db8000000000000000000000002")


def test_vlr_is_told_its_areas(lab: Lab) -> None:
    """A VLR serves the location areas of the BSSs that name it, together with their SGSNs."""
    config = lab.node_config("vlr2")
    assert isinstance(config, VlrConfig)
    area = Lai.parse("001-01-2")
    assert (config.bsss, config.sgsns) == ({area: ("bss2",)}, {area: (Gt("999010000009"),)})
    assert config.routes[Gt("999010000004")] == ("hlr1", "d")
    assert config.routes[Gt("999010000009")] == ("sgsn2", "gs")


def test_a_pool_of_sgsns(lab: Lab) -> None:
    """TS 23.236: each SGSN of a pool serves the BSSs that name it, and is known to them by its NRI."""
    changes: dict[str, object] = {
        "topology": {
            "policies": {"nri_bits": 4},
            "nodes": {"bss1": {"pool": ["sgsn2"]}, "sgsn1": {"nri": 3}, "sgsn2": {"nri": 5}},
        }
    }
    pool = lab.with_changes(changes, "s.yaml")
    bss, sgsn = pool.node_config("bss1"), pool.node_config("sgsn2")
    assert isinstance(bss, BssConfig)
    assert isinstance(sgsn, SgsnConfig)
    assert (bss.nri_bits, bss.pool) == (4, {3: "sgsn1", 5: "sgsn2"})
    assert (sgsn.nri_bits, sgsn.nri, sgsn.bsss) == (4, 5, ("bss1", "bss2"))
    with pytest.raises(ConfigError, match="nri: expected a whole number from 0 to 0"):
        lab.with_changes({"topology": {"nodes": {"sgsn1": {"nri": 1}}}}, "s.yaml")


def test_eir_is_told_the_black_mobile(lab: Lab) -> None:
    """The mobile of carl is on the black list."""
    config = lab.node_config("eir1")
    ms = lab.node_config("ms1")
    assert isinstance(config, EirConfig)
    assert isinstance(ms, MsConfig)
    carl = next(mobile for mobile in ms.mobiles if mobile.name == "carl")
    assert config.lists == {carl.imeisv.body: "black"}
    assert config.routes == {
        Gt("999010000003"): ("sgsn1", "gf"),
        Gt("999010000009"): ("sgsn2", "gf"),
        Gt("999010000006"): ("vlr1", "f"),
        Gt("999010000008"): ("vlr2", "f"),
    }


def test_mobiles_and_bss_are_told_the_same_cells(lab: Lab) -> None:
    """TS 48.018 11.3.9: a cell is what its routing area and cell identity say, to the mobile as to the BSS."""
    ms = lab.node_config("ms1")
    assert isinstance(ms, MsConfig)
    told: dict[str, Any] = {}
    for name in ("bss1", "bss2"):
        bss = lab.node_config(name)
        assert isinstance(bss, BssConfig)
        told |= {cell.name: (name, cell.identifier) for cell in bss.cells}
    assert {cell.name: (cell.bss, cell.identifier) for cell in ms.cells} == told
    assert ms.cells[2].identifier == CellIdentifier(Rai(Plmn("001", "01"), 1, 2), 3)
    assert [mobile.name for mobile in ms.mobiles] == [mobile.name for mobile in lab.mobiles]
    assert ms.mobiles[1].algorithm is Algorithm.GSM_MILENAGE


def test_endpoints_have_point_codes_where_sccp_is_spoken(lab: Lab) -> None:
    """An element that never speaks over SCCP has point code 0 in captures."""
    assert [(lab.endpoint(name).address, lab.endpoint(name).point_code) for name in ("sgsn1", "ms1")] == [
        ("10.0.0.3", 3),
        ("10.0.0.1", 0),
    ]


@pytest.mark.parametrize("name", load_lab().nodes)
def test_every_node_can_be_made_and_is_the_same_again(lab: Lab, name: str) -> None:
    """The same seed and name make the same randomness, another seed another."""
    draws = [make_node(lab, name, seed, []).rng.random() for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
    assert make_node(lab, name, 1, []).role == lab.roles[name]


def test_randomness_is_that_of_the_name(lab: Lab) -> None:
    """Two nodes of one seed draw different numbers."""
    assert make_node(lab, "hlr1", 1, []).rng.random() != make_node(lab, "eir1", 1, []).rng.random()


def test_default_capabilities_are_what_the_specification_reads() -> None:
    """TS 24.008 10.5.5.12 and 10.5.5.12a: the defaults survive the wire."""
    assert MsNetworkCapability.from_octets(MS_NETWORK_CAPABILITY.to_octets()) == MS_NETWORK_CAPABILITY
    assert MsRadioAccessCapability.from_octets(MS_RADIO_ACCESS_CAPABILITY.to_octets()) == MS_RADIO_ACCESS_CAPABILITY


# --- changes ------------------------------------------------------------------------------------------------------


def test_changes_are_merged_key_by_key(lab: Lab) -> None:
    """A scenario changes what it names, takes away what it sets to null, and leaves the rest and the lab itself."""
    changes: dict[str, object] = {
        "topology": {
            "policies": {"t3312": "deactivated", "map_causes": {"imsi unknown": 7}},
            "nodes": {"sgsn1": {"eir": None, "timers": {"T3350": "1.5 s"}}, "sgsn2": {"eir": None}, "eir1": None},
        },
        "subscribers": {"anna": {"barred": True}, "dora": None},
        "timers": {"T3350": "2 s", "T3360": "500 ms"},
    }
    changed = lab.with_changes(changes, "scenario.yaml")
    sgsn, hlr = changed.node_config("sgsn1"), changed.node_config("hlr1")
    assert isinstance(sgsn, SgsnConfig)
    assert isinstance(hlr, HlrConfig)
    assert sgsn.periodic_ra_update_timer == GprsTimer.lasting(None)
    assert sgsn.map_causes["imsi unknown"] is GmmCause.GPRS_SERVICES_NOT_ALLOWED
    assert sgsn.timers == {"T3350": 1_500_000, "T3360": 500_000}
    assert hlr.timers == {"T3350": 2_000_000, "T3360": 500_000}
    assert (sgsn.eir, sgsn.ready_timer.duration) == (None, 10 * SECOND)
    assert [subscriber.barred for subscriber in hlr.subscribers] == [True, False, False, False, False]
    assert "dora" in lab.subscribers
    assert "dora" not in changed.subscribers
    assert "eir1" in lab.roles


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"topologi": {}}, "s.yaml: topologi: expected one of topology, subscribers, timers, found a mapping"),
        ({"timers": 5}, "s.yaml: timers: expected a mapping, found 5"),
        (
            {"topology": {"nodes": {"sgsn1": {"gt": "x"}}}},
            "s.yaml: topology.nodes.sgsn1.gt: expected 5 to 15 digits, found 'x'",
        ),
    ],
)
def test_a_wrong_change_names_the_scenario(lab: Lab, changes: dict[str, object], error: str) -> None:
    """A change that does not fit names the file that asked for it, not the file that it changes."""
    with pytest.raises(ConfigError) as caught:
        lab.with_changes(changes, "s.yaml")
    assert str(caught.value) == error


def test_the_longest_imsi_prefix_finds_the_hlr(lab: Lab) -> None:
    """Several HLRs share the subscribers by IMSI; the longest prefix counts."""
    hlr2 = {"role": "hlr", "address": "10.0.0.40", "gt": "999010000040", "point_code": 40}
    more = {"topology": {"nodes": {"hlr2": hlr2 | {"imsi_prefixes": ["001010000000002"]}}}}
    both = lab.with_changes(more, "s.yaml")
    second = both.node_config("hlr2")
    assert isinstance(second, HlrConfig)
    assert [str(subscriber.imsi) for subscriber in second.subscribers] == ["001010000000002"]
    assert (both.hlr_of("001010000000001"), both.hlr_of("999")) == ("hlr1", None)


# --- wrong values -------------------------------------------------------------------------------------------------

NODE = "lab nodes sgsn1"
ANNA = "subscribers anna"

WRONG: list[tuple[str, object, str]] = [
    # keys (the first says the file), value in their place (... takes it away), what the error says behind the file
    (f"{NODE} gt", "abc", "nodes.sgsn1.gt: expected 5 to 15 digits, found 'abc'"),
    (f"{NODE} gt", ..., "nodes.sgsn1.gt: expected a value, found nothing"),
    (f"{NODE} gtt", 5, "nodes.sgsn1.gtt: expected one of address, timers, gt, point_code, role, eir, nri, found 5"),
    (f"{NODE} role", "msc", "nodes.sgsn1.role: expected one of hlr, eir, vlr, pdn, ggsn, sgsn, bss, ms, found 'msc'"),
    (f"{NODE} role", ..., "nodes.sgsn1.role: expected one of hlr, eir, vlr, pdn, ggsn, sgsn, bss, ms, found nothing"),
    (
        "lab nodes ggsn2 access_points mms pools",
        ["10.100.0.0/28"],
        (
            "nodes.ggsn2.access_points.mms.pools.0: expected a network of its own, "
            "found 10.100.0.0/28, which overlaps with 10.100.0.0/24 (nodes.ggsn1.access_points.internet.pools.0)"
        ),
    ),
    (
        "lab nodes ggsn2 access_points mms pools",
        ["10.100.0.0/31"],
        (
            "nodes.ggsn2.access_points.mms.pools.0: expected a network such as 10.1.0.0/24 (/8 to /30) or "
            "2001:db8:1::/48 (/16 to /64), found '10.100.0.0/31'"
        ),
    ),
    ("lab nodes ggsn2 pdn", "hlr1", "nodes.ggsn2.pdn: expected the name of a node of role pdn (pdn1), found 'hlr1'"),
    (
        "subscribers bert contexts 2 address",
        "10.100.0.1",
        (
            "bert.contexts.2.address: expected an address outside of all pools, "
            "found 10.100.0.1, which is in the pool 10.100.0.0/24"
        ),
    ),
    (NODE, None, "nodes.sgsn1: expected a mapping, found nothing"),
    (f"{NODE} address", "10.0.0.300", "nodes.sgsn1.address: expected an IPv4 address, found '10.0.0.300'"),
    (f"{NODE} address", "::1", "nodes.sgsn1.address: expected an IPv4 address, found '::1'"),
    (f"{NODE} point_code", 16384, "nodes.sgsn1.point_code: expected a whole number from 1 to 16383, found 16384"),
    (f"{NODE} point_code", True, "nodes.sgsn1.point_code: expected a whole number from 1 to 16383, found true"),
    (
        f"{NODE} gt",
        999010000004,
        "nodes.sgsn1.gt: expected a value that stands once, found 999010000004, which is nodes.hlr1.gt too",
    ),
    (
        f"{NODE} point_code",
        4,
        "nodes.sgsn1.point_code: expected a value that stands once, found 4, which is nodes.hlr1.point_code too",
    ),
    (
        "lab nodes ms1 address",
        "10.0.0.2",
        "nodes.ms1.address: expected a value that stands once, found 10.0.0.2, which is nodes.bss1.address too",
    ),
    (f"{NODE} eir", "hlr1", "nodes.sgsn1.eir: expected the name of a node of role eir (eir1), found 'hlr1'"),
    (
        "lab nodes bss1 sgsn",
        "sgsn3",
        "nodes.bss1.sgsn: expected the name of a node of role sgsn (sgsn1, sgsn2), found 'sgsn3'",
    ),
    (
        "lab nodes bss1 cells cell2 bvci",
        2,
        (
            "nodes.bss1.cells.cell2.bvci: expected a value that stands once,"
            " found 2, which is nodes.bss1.cells.cell1.bvci too"
        ),
    ),
    (
        "lab nodes bss1 cells cell2 ci",
        1,
        (
            "nodes.bss1.cells.cell2.ci: expected a value that stands once,"
            " found 001-01-1-1, which is nodes.bss1.cells.cell1.ci too"
        ),
    ),
    (
        "lab nodes bss1 cells cell1 bvci",
        1,
        "nodes.bss1.cells.cell1.bvci: expected a whole number from 2 to 65535, found 1",
    ),
    (
        "lab nodes hlr1 imsi_prefixes",
        ["00101", "0x"],
        "nodes.hlr1.imsi_prefixes.1: expected 1 to 15 digits, found '0x'",
    ),
    (
        "lab nodes hlr1 imsi_prefixes",
        ["00101", "00101"],
        (
            "nodes.hlr1.imsi_prefixes.1: expected a value that stands once,"
            " found 00101, which is nodes.hlr1.imsi_prefixes.0 too"
        ),
    ),
    ("lab nodes hlr1 imsi_prefixes", "00101", "nodes.hlr1.imsi_prefixes: expected a list, found '00101'"),
    (
        "lab nodes eir1 lists 35",
        "blue",
        "nodes.eir1.lists.35: expected white, grey, black or unknown, found 'blue'",
    ),
    ("lab nodes eir1 lists tac", "black", "nodes.eir1.lists.tac: expected 1 to 14 digits, found 'tac'"),
    (
        "lab nodes SGSN2",
        {"role": "ms", "address": "10.9.9.9"},
        "nodes.SGSN2: expected a lower-case letter, then lower-case letters, digits and hyphens, found 'SGSN2'",
    ),
    ("lab nodes", [], "nodes: expected a mapping, found a list"),
    ("lab plmn", "0x-01", "plmn: expected a network such as 001-01 (MCC-MNC), found '0x-01'"),
    ("lab notes", "some", "notes: expected off, transitions or all, found 'some'"),
    (
        "lab policies t3312",
        "61 s",
        "policies.t3312: expected 0 to 31 times 2 s, 1 min or 6 min, or deactivated, found '61 s'",
    ),
    (
        "lab policies ready_timer",
        10,
        "policies.ready_timer: expected 0 to 31 times 2 s, 1 min or 6 min, or deactivated, found 10",
    ),
    ("lab policies vectors", 6, "policies.vectors: expected a whole number from 1 to 5, found 6"),
    ("lab policies authenticate", "never", "policies.authenticate: expected always or when needed, found 'never'"),
    (
        "timers T9999",
        "1 s",
        "T9999: expected the name of a timer, such as T3302, T3310, T3311, found 'T9999'",
    ),
    (
        "timers T3350",
        0,
        "T3350: expected a duration from 1 ms to 1000 h, such as 500 ms, 6 s, 12 min or 2 h, found 0",
    ),
    (f"{ANNA} imsi", "12", "anna.imsi: expected 6 to 15 digits, found '12'"),
    (
        f"{ANNA} imsi",
        "262010000000001",
        "anna.imsi: expected a number that begins with an IMSI prefix of an HLR (00101), found '262010000000001'",
    ),
    (
        "subscribers bert imsi",
        "001010000000001",
        "bert.imsi: expected a value that stands once, found 001010000000001, which is anna.imsi too",
    ),
    (
        "subscribers bert msisdn",
        999020000001,
        "bert.msisdn: expected a value that stands once, found 999020000001, which is anna.msisdn too",
    ),
    (
        f"{ANNA} algorithm",
        "xor",
        "anna.algorithm: expected one of milenage, gsm-milenage, comp128v1, comp128v2, comp128v3, found 'xor'",
    ),
    (f"{ANNA} key", "46 5c", "anna.key: expected 32 hexadecimal digits, found '46 5c'"),
    (f"{ANNA} opc", ..., "anna.opc: expected 32 hexadecimal digits for milenage, found nothing"),
    (f"{ANNA} gprs", "yes", "anna.gprs: expected true or false, found 'yes'"),
    (
        f"{ANNA} contexts 51",
        {"apn": "x"},
        "anna.contexts.51: expected a PDP context identifier from 1 to 50, found '51'",
    ),
    (
        f"{ANNA} contexts 1 apn",
        "..",
        "anna.contexts.1.apn: expected an access point name such as internet, or *, found '..'",
    ),
    (
        f"{ANNA} contexts 1 ext_qos",
        "0",
        "anna.contexts.1.ext_qos: expected 2 to 18 hexadecimal digits of ext-QoS-Subscribed, found '0'",
    ),
    (
        f"{ANNA} contexts 1",
        {"apn": "internet", "type": "ipv4", "address": "2001:db8::2"},
        "anna.contexts.1: expected an address of the type ipv4, or another type, found a mapping",
    ),
    (f"{ANNA} mobile imeisv", "123", "anna.mobile.imeisv: expected 16 digits, found '123'"),
    (
        f"{ANNA} mobile cell",
        "cell9",
        "anna.mobile.cell: expected the name of a cell (cell1, cell2, cell3, cell4), found 'cell9'",
    ),
    (f"{ANNA} mobile node", "sgsn1", "anna.mobile.node: expected the name of a node of role ms (ms1), found 'sgsn1'"),
    (
        "subscribers Eve",
        {},
        "Eve: expected a lower-case letter, then lower-case letters, digits and hyphens, found 'Eve'",
    ),
]


@pytest.mark.parametrize(("where", "value", "error"), WRONG)
def test_a_wrong_value_names_file_key_and_expectation(where: str, value: object, error: str) -> None:
    """One line names the file, the key, what was expected and what was found."""
    content = deepcopy(CONTENT)
    part, *keys, last = where.split()
    there = content[part]
    for key in keys:
        there = there[key]
    if value is ...:
        del there[last]
    else:
        there[last] = value
    with pytest.raises(ConfigError) as caught:
        lab_of(content)
    assert str(caught.value) == f"{part}.yaml: {error}"


def test_an_algorithm_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """COMP128 is an extra: a subscriber who needs it is refused at start, not at the first authentication."""
    monkeypatch.setattr("gprslab.config.find_spec", lambda _: None)
    content = deepcopy(CONTENT)
    content["subscribers"]["bert"]["algorithm"] = "comp128v1"
    with pytest.raises(ConfigError, match=r"^subscribers.yaml: bert.algorithm: expected .*comp128.*found 'comp128v1'$"):
        lab_of(content)


def test_an_unknown_node_is_told(lab: Lab) -> None:
    """A node that the lab has not is the user's mistake, not ours."""
    with pytest.raises(ConfigError, match=r"configs/lab.yaml: nodes: expected one of hlr1, .*, found 'sgsn9'$"):
        lab.node_config("sgsn9")


@pytest.mark.parametrize(("text", "told"), [("6 s", 6_000_000), ("0.5ms", 500), ("2 h", 7_200_000_000), ("0 s", 0)])
def test_durations_have_a_unit(text: str, told: int) -> None:
    """A duration is a number and its unit."""
    assert microseconds(text) == told


# --- wrong YAML ---------------------------------------------------------------------------------------------------

BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        (b"a: [1", r"line \d: expected YAML, found .*flow sequence.*"),
        (b"a: 1\n\tb: 2\n", r"line 2: expected YAML, found .*"),
        (b"a: 1\nb:\n  a: 1\n  a: 2\n", "line 4: expected every key once, found 'a' again"),
        (BOMB, "line 1: expected no anchors and aliases, found 'a'"),
        (b"a: *b\n", "line 1: expected no anchors and aliases, found 'b'"),
        (b"a: !!python/object/apply:os.system [ls]\n", "line 1: expected no tags, found 'tag:yaml.org,2002:python/.*"),
        (b"!x a: 1\n", "line 1: expected no tags, found '!x'"),
        (b"[1, 2]: 3\n", "line 1: expected a key that is text, found a list or a mapping"),
        (b"a: " + b"[" * 200_000, "line 1: expected at most 32 levels, found more"),
        (b"{a: " * 100_000, "line 1: expected at most 32 levels, found more"),
        (b"a: 1\n---\nb: 2\n", "line 2: expected one document, found a second"),
        (b"a: \xff\n", r"character \d+: expected YAML in UTF-8, found .*"),
        (b"a: \x00\n", r"character \d+: expected YAML in UTF-8, found .*"),
        (b"- a\n", "expected a mapping, found a list"),
        (b"a: " + b"x" * (1 << 20), "expected at most 1048576 octets, found more"),
    ],
)
def test_wrong_yaml_names_the_line(tmp_path: Path, octets: bytes, error: str) -> None:
    """YAML that is none, or that could do harm, is refused at its line."""
    path = tmp_path / "lab.yaml"
    path.write_bytes(octets)
    with pytest.raises(ConfigError) as caught:
        load_lab(path)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)
    file, _, told = str(caught.value).partition(": ")
    assert file == str(path)
    assert re.fullmatch(error, told)


@pytest.mark.parametrize(("name", "why"), [("none.yaml", "no such file or directory"), ("", "is a directory")])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str, why: str) -> None:
    """A file that is missing, or is none, is named."""
    with pytest.raises(ConfigError) as caught:
        load_lab(timers=tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: expected a file that can be read, found {why}"


def test_scalars_are_what_is_written() -> None:
    """A number is one only where its text can be had back: leading zeros, ``off`` and ``yes`` stay."""
    text = b"[001010000000001, 12, -3, 0, 0.5, off, yes, true, null, ~, '12', 1e5, 12:30, 0x1f, 2026-01-01, '', {1: a}]"
    assert parse_yaml(io.BytesIO(text), "x") == [
        *("001010000000001", 12, -3, 0, 0.5, "off", "yes", True, None, None, "12", "1e5", "12:30", "0x1f"),
        *("2026-01-01", "", {"1": "a"}),
    ]


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
VALUES = st.recursive(
    SCALARS | st.sampled_from(["sgsn1", "6 s", "milenage", "ms", "00101", "10.0.0.9", "12345"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=4),
    max_leaves=8,
)


def places(content: Any, *keys: Any) -> list[tuple[Any, ...]]:
    """The keys that lead to every value within content."""
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [keys, *(place for key, value in inner for place in places(value, *keys, key))]


PLACES = [place for place in places(CONTENT) if len(place) > 1]


def refusal(call: Callable[[], object]) -> ConfigError | None:
    """The ConfigError with which a call ends, if it does."""
    try:
        call()
    except ConfigError as error:
        return error
    return None


def is_clear(error: ConfigError | None) -> bool:
    """An error, where there is one, is a line that names its file, what was expected and what was found."""
    if error is None:
        return True
    text = str(error)
    return text.isprintable() and text.startswith(error.file) and ": expected " in text and ", found " in text


@given(octets=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_random_octets_are_read_or_refused(octets: bytes) -> None:
    """Whatever a file holds, it is YAML or a ConfigError."""
    assert is_clear(refusal(lambda: parse_yaml(io.BytesIO(octets), "x.yaml")))


@settings(max_examples=200)
@given(place=st.sampled_from(PLACES), value=VALUES)
def test_a_random_value_anywhere_is_taken_or_refused(place: tuple[Any, ...], value: Any) -> None:
    """Whatever stands in place of a value, through YAML, is a laboratory or a ConfigError."""
    content = deepcopy(CONTENT)
    part, *keys, last = place
    there: Any = content[part]
    for key in keys:
        there = there[key]
    there[last] = value

    def read_and_told() -> None:
        for name, told in content.items():
            text = yaml.safe_dump(told, allow_unicode=True).encode()
            content[name] = parse_yaml(io.BytesIO(text), f"{name}.yaml")
        lab = lab_of(content)
        for name in lab.nodes:
            assert lab.node_config(name).name == name

    assert is_clear(refusal(read_and_told))


@given(value=VALUES, part=st.sampled_from(["topology", "subscribers", "timers"]))
def test_a_random_change_is_taken_or_refused(lab: Lab, value: Any, part: str) -> None:
    """Whatever a scenario changes, the result is a laboratory or a ConfigError."""
    assert is_clear(refusal(lambda: lab.with_changes({part: value}, "s.yaml")))


# --- the package --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nodes", "protocol"])
def test_a_foreign_package_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    """Where another package of the same name comes first, the first import of gprslab says so."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('a foreign module ran')")
    home = Path(__file__).parents[2]
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(home)!r}]; import gprslab"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    *_, last = run.stderr.splitlines()
    assert last.startswith(f"ImportError: gprslab needs its own package {name!r} (")
    assert last.endswith(f"but 'import {name}' finds {tmp_path / name}.py")
