"""VLR and GGSN come up, count their restarts and answer; there is no more to the GGSN yet."""

from random import Random
from typing import Any

import pytest

from nodes.core.outputs import Command, Note, Record, Reply, Save
from nodes.ggsn import Ggsn, GgsnConfig
from nodes.vlr import Vlr, VlrConfig
from protocol.identities import GsnAddress, Gt

VLR = Vlr, VlrConfig(name="vlr1", number=Gt("491720000007"))
GGSN = Ggsn, GgsnConfig(name="ggsn1", address=GsnAddress.parse("10.0.0.7"), number=Gt("491720000009"))


@pytest.mark.parametrize(
    ("made", "told"), [(VLR, {"number": "491720000007"}), (GGSN, {"address": "10.0.0.7"})], ids=["vlr", "ggsn"]
)
def test_life(made: tuple[Any, Any], told: dict[str, str]) -> None:
    """TS 23.007: the restart counter is one higher in each life; what is sent there is warned about."""
    kind, config = made
    node = kind(config, Random(1), [Record("restarts", (6).to_bytes(4))])
    node.start(0)
    assert node.outputs() == [Save("restarts", (7).to_bytes(4))]
    node.command(Command("c1", "inspect"), 1)
    (reply,) = node.outputs()
    assert isinstance(reply, Reply)
    assert (told | {"role": kind.role, "restarts": 7}).items() <= reply.body.items()
    node.command(Command("c2", "inspect", {"subject": "somebody"}), 2)
    assert node.outputs()[0].status == "failed"
    node.receive("sgsn1", "gs", b"\x01", 3)
    (note,) = node.outputs()
    assert isinstance(note, Note)
    assert note.kind == "warning"
