"""The commands ``messages``, ``decode`` and ``encode``, as a person runs them."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gprslab import cli
from protocol import bssgp, llc, m3ua, ns
from protocol.gmm import AttachReject, GmmMessage
from protocol.identities import CellIdentifier, Tlli
from protocol.map.operations import OPERATIONS
from protocol.registry import PROTOCOLS

UI = llc.UiFrame(sapi=llc.Sapi.LLGMM, command=False, nu=3, information=bytes.fromhex("0816084a09512430325781"))
UNIT = bssgp.UlUnitdata(
    tlli=Tlli(0x78000001),
    qos_profile=bssgp.UlQosProfile.from_octets(bytes(3)),
    cell_identifier=CellIdentifier.parse("001-01-1-7-1"),
    llc_pdu=UI.encode(),
)
GB = ns.NsUnitdata(bvci=2, sdu=UNIT.encode()).encode().hex()


class Result(NamedTuple):
    """What a command printed, and its exit status."""

    stdout: str
    stderr: str
    exit_code: int


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the ``gprslab`` command in this process."""

    def runs(*arguments: str, text: str = "") -> Result:
        monkeypatch.setattr(sys, "argv", ["gprslab", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as ended:
            cli.main()
        status = ended.value.code
        assert isinstance(status, int)
        return Result(*capsys.readouterr(), status)

    return runs


def test_messages_as_json(run: Callable[..., Result]) -> None:
    """Every message with protocol, code, name, direction, clause."""
    rows = json.loads(run("messages", "--json").stdout)
    assert {row["protocol"] for row in rows} == {*PROTOCOLS, "map"}
    assert len(rows) > 400
    reject = next(row for row in rows if row["message"] == "AttachReject")
    assert reject == {
        "protocol": "gmm",
        "code": 4,
        "name": "ATTACH REJECT",
        "direction": "down",
        "clause": AttachReject.clause,
        "message": "AttachReject",
    }
    of_gmm = json.loads(run("messages", "--json", "--protocol", "gmm").stdout)
    assert {row["message"] for row in of_gmm} == {
        cls.__name__ for table in (GmmMessage.up, GmmMessage.down) for cls in table.values()
    }


def test_messages_as_a_table(run: Callable[..., Result]) -> None:
    """A line for each."""
    shown = run("messages", "--protocol", "sm").stdout
    assert "ACTIVATE PDP CONTEXT REQUEST" in shown
    assert shown.splitlines()[-1] == "16 messages of 1 protocol"


def test_a_pdu_is_shown_through_all_its_layers(run: Callable[..., Result]) -> None:
    """A BSSGP PDU shows its LLC frame, the LLC frame its GMM message; the protocol is guessed."""
    shown = run("decode", GB)
    assert shown.exit_code == 0
    heads = [line.split()[0] for line in shown.stdout.splitlines() if "(" in line and line.rstrip().endswith(")")]
    assert heads == ["ns", "bssgp", "llc", "gmm"]
    document = json.loads(run("decode", "--json", "-", text=f" {GB[:10]} \n{GB[10:]}\n").stdout)
    names = []
    while True:
        names.append((document["protocol"], document["message"], document.get("direction")))
        inner = [value for value in document["fields"].values() if isinstance(value, dict) and "protocol" in value]
        if not inner:
            break
        (document,) = inner
    assert names == [
        ("ns", "NsUnitdata", None),
        ("bssgp", "UlUnitdata", "up"),
        ("llc", "UiFrame", "up"),
        ("gmm", "IdentityResponse", "up"),
    ]


def test_what_was_decoded_is_encoded_again(run: Callable[..., Result], tmp_path: Path) -> None:
    """Exactly, from a file or from standard input; and one edited field changes that element, checksums following."""
    text = run("decode", "--json", GB).stdout
    assert run("encode", "--json", "-", text=text).stdout.strip() == GB
    file = tmp_path / "pdu.json"
    file.write_text(text.replace("490154203237518", "490154203237519"), encoding="utf-8")
    edited = run("encode", "--json", str(file)).stdout.strip()
    assert edited != GB
    assert run("decode", edited).exit_code == 0
    changed = [at for at in range(0, len(GB), 2) if edited[at : at + 2] != GB[at : at + 2]]
    assert len(changed) <= 4, "one octet of digits, and the frame check sequence"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["--protocol", "gmm", "0815"],
            "gprslab: gmm: octet 2: IDENTITY REQUEST: identity type is missing; answered with cause 96 Invalid",
        ),
        (["--protocol", "gmm", "--direction", "down", "087f"], "gprslab: gmm: octet 1: gmm has no message type 0x7f"),
        (["--protocol", "llc", "41c001081501ff6cbb"], "gprslab: llc: octet 6: the frame check sequence is wrong"),
        (["ff"], "gprslab: octet "),
    ],
)
def test_malformed_octets_are_one_line(run: Callable[..., Result], arguments: list[str], line: str) -> None:
    """Exit status 1, and what is wrong, at which octet, and the cause that the specification would answer."""
    result = run("decode", *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    (told,) = result.stderr.splitlines()
    assert told.startswith(line)


def test_an_inner_layer_that_is_malformed(run: Callable[..., Result]) -> None:
    """What can be read is shown, the rest is octets; one line tells of it, and the exit status is 1."""
    octets = bytearray.fromhex(GB)
    octets[-1] ^= 1
    result = run("decode", "--json", octets.hex())
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "llc" in result.stderr
    assert run("encode", "--json", "-", text=result.stdout).stdout.strip() == octets.hex()


def coded(coding: Any) -> str:
    """A document with a coding."""
    fields = {"gmm_cause": 3, "coding": coding}
    return json.dumps({"protocol": "gmm", "message": "AttachReject", "fields": fields})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected JSON"),
        ("[]", "expected an object with protocol, message and fields"),
        ('{"protocol": "x"}', "is no protocol"),
        ('{"protocol": "gmm", "message": "X"}', "has no message"),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {}}', "needs a field 'gmm_cause'"),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": 5000}}', "gmm"),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": "X"}}', "is no GmmCause"),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"colour": 1}}', 'has no field "colour"'),
        ("[" * 100_000, "expected JSON that is not nested so deep"),
        (
            '{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": 3, "gmm_cause": 6}}',
            "is there twice",
        ),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": 256}}', "gmm_cause: 256 does not fit"),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": -1}}', "expected a name of GmmCause"),
        (
            f'{{"protocol": "gmm", "message": "AttachReject", "fields": {{"gmm_cause": {"9" * 5000}}}}}',
            "of 5000 digits",
        ),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": true}}', "found true"),
        ('{"protocol": "gmm", "message": "AttachReject", "direction": "up", "fields": {"gmm_cause": 3}}', "goes down"),
        ('{"protocol": "gmm", "message": "AttachReject", "direction": 1, "fields": {"gmm_cause": 3}}', "up or down"),
        (coded({"long_lengths": ["gmm_cause"]}), "has one length"),
        (coded({"surplus": [["gmm_cause", "00"]]}), "cannot be longer"),
        (coded({"order": ["colour"]}), 'coding.order: AttachReject has no field "colour"'),
        ('{"protocol": "gmm", "message": "AttachReject", "fields": {"gmm_cause": NaN}}', "expected JSON"),
    ],
)
def test_a_document_that_is_none_is_one_line(run: Callable[..., Result], text: str, why: str) -> None:
    """Exit status 2, and which field is wrong."""
    result = run("encode", "--json", "-", text=text)
    assert result.exit_code == 2
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("octets", ["xyz", "0", "00" * 65537, "--protocol"])
def test_octets_that_are_none(run: Callable[..., Result], octets: str) -> None:
    """Exit status 2."""
    assert run("decode", octets).exit_code == 2


def test_text_that_is_none(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """Octets on standard input that are no text, and none at all, are one line; a byte order mark is passed over."""
    for command in (["decode", "-"], ["encode", "--json", "-"]):
        monkeypatch.setattr(io, "StringIO", lambda _: io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), "utf-8"))
        result = run(*command)
        assert (result.exit_code, result.stderr) == (2, "gprslab: -: expected text in UTF-8\n")
        monkeypatch.undo()
    assert run("decode", "").stderr == "gprslab: octet 0: there are no octets; not answered\n"
    text = run("decode", "--json", GB).stdout
    assert run("encode", "--json", "-", text=f"\ufeff{text}").stdout.strip() == GB


@pytest.mark.parametrize(
    ("octets", "title"),
    [
        ("051200a1b2c3d4e5f60718293a4b5c6d7e8f90", "mm AUTHENTICATION REQUEST ↓"),
        ("051402122356", "mm AUTHENTICATION RESPONSE ↑"),
        ("08120001234567890abcdef0112233445566778899aabb", "gmm AUTHENTICATION AND CIPHERING REQUEST ↓"),
        ("08130022041b2c3d4e", "gmm AUTHENTICATION AND CIPHERING RESPONSE ↑"),
        ("0813002204112233442904a1b2c3d4", "gmm AUTHENTICATION AND CIPHERING RESPONSE ↑"),
        ("0803", "gmm ATTACH COMPLETE ↑"),
    ],
)
def test_random_numbers_do_not_make_a_reading_doubtful(run: Callable[..., Result], octets: str, title: str) -> None:
    """Messages of a random number or a signature are not taken for something shorter with octets left over."""
    assert run("decode", octets).stdout.startswith(f"{title}  (")


def test_nothing_from_a_peer_moves_the_cursor(run: Callable[..., Result]) -> None:
    """Text that cannot be printed is told by its numbers, and truth in English."""
    octets = m3ua.AspUp(info_string=m3ua.InfoString("a\x1b[2J\n")).encode().hex()
    shown = run("decode", "--protocol", "m3ua", octets).stdout
    assert "a\\u001b[2J\\u000a" in shown
    told = run("encode", "--json", "-", text='{"protocol": "m3ua", "message": "\x7f"}').stderr
    assert told.isprintable() or told[:-1].isprintable()
    assert "True" not in run("decode", GB).stdout


def test_parameters_of_map(run: Callable[..., Result]) -> None:
    """They are a protocol of the list, and are decoded where it is said which."""
    rows = json.loads(run("messages", "--json", "--protocol", "map").stdout)
    assert {row["protocol"] for row in rows} == {"map"}
    assert {row["code"] for row in rows} >= set(OPERATIONS)
    octets = "04083254760890214305"
    shown = run("decode", "--json", "--protocol", "map", "--message", "CheckImeiArgV2", octets)
    assert run("encode", "--json", "-", text=shown.stdout).stdout.strip() == octets
    assert "--message" in run("decode", "--protocol", "map", octets).stderr


def test_what_is_sent_is_told(run: Callable[..., Result]) -> None:
    """Also where it is as usual: whoever wants to change a field must see it; spare bits of zero are left out."""
    udt = json.loads(run("decode", "--json", "0900030507024206024295086206480411223344", "--protocol", "sccp").stdout)
    assert udt["fields"]["protocol_class"] == "CLASS_0"
    octets = "080102f5e021080205f4fbc546791122334050601918b3432b2596620060809ac2c662006080bac8c66200608000"
    attach = json.loads(run("decode", "--json", octets).stdout)
    assert attach["fields"]["attach_type"] == {"follow_on_request": False, "type_of_attach": "GPRS_ATTACH"}


def test_the_command_itself(tmp_path: Path) -> None:
    """``gprslab decode | gprslab encode`` in processes; a file that is not there is one line."""
    gprslab = [sys.executable, "-m", "gprslab"]
    told = subprocess.run([*gprslab, "decode", "--json", GB], capture_output=True, text=True, check=True).stdout
    made = subprocess.run(
        [*gprslab, "encode", "--json", "-"], input=told, capture_output=True, text=True, check=True
    ).stdout
    assert made.strip() == GB
    missing = subprocess.run(
        [*gprslab, "encode", "--json", str(tmp_path / "none")], capture_output=True, text=True, check=False
    )
    assert missing.returncode == 2
    assert len(missing.stderr.splitlines()) == 1
