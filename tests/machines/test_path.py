"""Path supervision by Echo, as a GGSN has it and an SGSN too (29.060 7.2.1, 23.007)."""

from nodes.core.gtp import NO_TEID
from nodes.core.outputs import Record
from protocol.gtp import EchoRequest, EchoResponse
from protocol.gtp import Imsi as GtpImsi
from protocol.identities import GsnAddress
from tests.machines.ggsn_lab import OTHER_IMSI, AroundGgsn

SGSN = GsnAddress.parse("10.0.0.3")


def echoes(around: AroundGgsn) -> int:
    """How many Echo Requests were heard since this was asked last."""
    count = sum(isinstance(message, EchoRequest) for _, message in around.heard)
    around.heard.clear()
    return count


def path(around: AroundGgsn) -> str:
    """The state of the path to the SGSN."""
    state: str = around.inspects()["paths"][str(SGSN)]
    return state


def test_echo_as_long_as_there_are_contexts() -> None:
    """29.060 7.2.1: not more often than every 60 s, and to peers with contexts alone."""
    around = AroundGgsn()
    around.waits(600)
    assert not around.heard
    created = around.creates()
    for _ in range(3):
        around.waits(59)
        assert echoes(around) <= 1  # the answer to the creation
        around.waits(1)
        around.echoes(0)
        assert echoes(around) == 1
    assert path(around) == "up"
    around.deletes(created)
    assert around.is_empty()
    around.heard.clear()
    around.waits(600)
    assert not around.heard


def test_echo_at_once_where_the_restart_counter_is_not_known() -> None:
    """29.060 7.7.11, 23.007: after our own restart a peer may think that we know its counter; its next must be seen."""
    around = AroundGgsn()
    around.creates(recovery=None)
    assert path(around) == "up, wait for the Echo Response"
    (request,) = [message for _, message in around.heard if isinstance(message, EchoRequest)]
    around.says(EchoResponse(teid=NO_TEID, sequence_number=request.sequence_number, recovery=4))
    assert path(around) == "up"
    around.says(EchoRequest(teid=NO_TEID))
    around.creates(imsi=GtpImsi(OTHER_IMSI), recovery=5)
    assert list(around.node.everybody()) == [f"{OTHER_IMSI}-5"]


def test_one_path_for_all_contexts() -> None:
    """It lasts until the last of them is gone."""
    around = AroundGgsn()
    first = around.creates()
    second = around.creates(imsi=GtpImsi(OTHER_IMSI))
    around.deletes(first)
    around.heard.clear()
    around.waits(60)
    assert echoes(around) == 1
    around.deletes(second)
    assert path(around) == "up, wait for the Echo Response"


def test_contexts_gone_while_an_echo_is_under_way() -> None:
    """The supervision ends with its answer, or without; new contexts meanwhile keep it."""
    around = AroundGgsn()
    around.deletes(around.creates())
    created = around.creates()
    around.waits(60)
    around.deletes(created)
    around.heard = around.heard[:-1]
    around.echoes(0)
    assert around.is_empty()
    created = around.creates()
    around.waits(60)
    around.deletes(created)
    around.creates()
    around.heard = around.heard[:-2]
    around.echoes(0)
    assert path(around) == "up"


def test_path_down_contexts_kept() -> None:
    """29.060 7.2.1, 7.6, 23.007: down after N3-REQUESTS echoes; asked on, until it is up again."""
    around = AroundGgsn(path_failure="keep")
    around.creates()
    around.waits(60 + 2 * 5)
    assert echoes(around) == 5
    assert path(around) == "down"
    assert not around.node.paths.is_up(SGSN)
    assert around.inspects()["contexts"] == 1
    around.waits(60 + 2 * 5)
    assert echoes(around) == 5
    assert path(around) == "down"
    around.waits(60)
    assert path(around) == "down, wait for an Echo Response"
    around.echoes(0)
    assert path(around) == "up"
    assert around.node.paths.is_up(SGSN)
    assert around.node.paths.is_up(GsnAddress.parse("10.9.9.9"))
    assert around.warnings == {"gtp path": 2}


def test_path_down_contexts_deleted() -> None:
    """23.007: the operator may have it that contexts do not outlive their path."""
    around = AroundGgsn(path_failure="delete")
    around.creates()
    around.creates("sgsn2", imsi=GtpImsi(OTHER_IMSI))
    around.waits(60)
    (request,) = [message for to, message in around.heard if to == "sgsn2" and isinstance(message, EchoRequest)]
    around.says(EchoResponse(teid=NO_TEID, sequence_number=request.sequence_number, recovery=0), "sgsn2")
    around.waits(10)
    assert list(around.node.everybody()) == [f"{OTHER_IMSI}-5"]
    assert list(around.inspects()["paths"]) == ["10.0.0.9"]


def test_contexts_gone_while_the_path_fails() -> None:
    """The supervision ends when the last echo is given up, whether the path was up before or down."""
    around = AroundGgsn()
    created = around.creates()
    around.waits(60)
    around.deletes(created)
    around.waits(10)
    assert around.is_empty()
    created = around.creates()
    around.waits(70 + 60)
    assert path(around) == "down, wait for an Echo Response"
    around.deletes(created)
    around.waits(10)
    assert around.is_empty()


def test_peer_told_again_after_silence() -> None:
    """29.060 7.7.11: a peer that did not answer may not know our counter."""
    around = AroundGgsn(Record("restarts", (4).to_bytes(4, "big")))
    assert around.creates().recovery == 5
    assert around.creates(imsi=GtpImsi(OTHER_IMSI)).recovery is None
    around.waits(70)
    assert around.creates().recovery == 5


def test_operators_echo() -> None:
    """An operator may ask by hand."""
    around = AroundGgsn()
    assert around.orders("echo", address=str(SGSN)).status == "accepted"
    around.echoes(7)
    assert around.replies[-1].body == {"recovery": 7}
