"""The brokers themselves: the embedded one, who may speak at mosquitto, passwords, and broker URLs."""

import base64
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gprslab.bus import passwords
from gprslab.bus.bus import BusError, Message
from gprslab.bus.embedded import EmbeddedBroker, EmbeddedBrokerError, probe
from gprslab.bus.mqtt import BadUrlError, BrokerUrl, MqttBus
from gprslab.bus.topics import Topics


def until(happened: Callable[[], bool]) -> None:
    """Wait, within bounds, until something is so."""
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_embedded_leaves_nothing() -> None:
    """A stopped broker leaves neither process nor folder, and its port is free."""
    with EmbeddedBroker() as broker:
        process, watch, folder = broker._process, broker._watch, broker.folder
        assert process is not None
        assert watch is not None
        assert folder is not None
        assert broker.running
        probe("127.0.0.1", broker.port)
    assert not broker.running
    assert process.returncode is not None
    assert watch.returncode is not None
    assert not folder.exists()
    broker.stop()
    with socket.create_server(("127.0.0.1", broker.port)):
        pass


def test_embedded_restart() -> None:
    """After a crash it comes back where its clients look for it."""
    with EmbeddedBroker() as broker:
        url = broker.url
        assert broker._process is not None
        broker._process.kill()
        until(lambda: not broker.running)
        assert broker.start() == url
        assert broker.running


def test_embedded_outlives_nobody() -> None:
    """When its owner is killed, broker and folder go too."""
    source = (
        "import time\nfrom gprslab.bus.embedded import EmbeddedBroker\n"
        "broker = EmbeddedBroker()\nprint(broker.start(), broker.folder, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url, folder = owner.stdout.readline().split()
        probe("127.0.0.1", BrokerUrl.parse(url).port)
        owner.send_signal(signal.SIGKILL)

    def gone() -> bool:
        try:
            probe("127.0.0.1", BrokerUrl.parse(url).port)
        except (OSError, EmbeddedBrokerError):
            return not Path(folder).exists()
        return False

    until(gone)


def test_embedded_port_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that cannot start says why in one line and leaves nothing."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(EmbeddedBrokerError) as caught:
        EmbeddedBroker(taken.getsockname()[1]).start()
    assert "did not start" in str(caught.value)
    assert "address already in use" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_probe_refuses_others() -> None:
    """The health check is not content with something that only listens."""

    def greet(server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"220 ready")

    with socket.create_server(("127.0.0.1", 0)) as server:
        stranger = threading.Thread(target=greet, args=(server,))
        stranger.start()
        with pytest.raises(EmbeddedBrokerError, match=r"^it answers 32323020 to an MQTT client"):
            probe("127.0.0.1", server.getsockname()[1])
        stranger.join()


async def test_acl_speaking(mosquitto_broker: Any) -> None:
    """DESIGN 3: the ACL lets no node speak as another, nor command, nor change the settings."""
    topics = Topics("acl")
    async with (
        MqttBus(mosquitto_broker.url("bss1"), "bss1") as bss,
        MqttBus(mosquitto_broker.url("operator"), "operator") as operator,
    ):
        everything = "gprslab/acl/#"
        await operator.subscribe({everything: 1})
        allowed = [
            topics.pdu("sgsn1", "bss1"),
            topics.air("bss1", "c1"),
            topics.cell("bss1", "c1"),
            topics.node("bss1"),
            topics.note("bss1"),
            topics.reply("tour"),
        ]
        forbidden = [
            topics.pdu("sgsn1", "hlr1"),
            topics.air("bss2", "c1"),
            topics.cell("bss2", "c1"),
            topics.node("sgsn1"),
            topics.note("sgsn1"),
            topics.command("sgsn1"),
            topics.settings,
        ]
        for topic in forbidden + allowed:
            await bss.publish(topic, b"", qos=1)
        assert await heard(operator, len(allowed)) == [Message(topic, b"") for topic in allowed]
        for topic in (topics.pdu("sgsn1", "bss1"), topics.command("bss1"), topics.settings):
            await operator.publish(topic, b"", qos=1)
        assert await heard(operator, 2) == [Message(topics.command("bss1"), b""), Message(topics.settings, b"")]


async def test_acl_hearing(mosquitto_broker: Any) -> None:
    """DESIGN 3: the ACL lets a node hear what is for it or for all, whatever it subscribes to."""
    topics = Topics("acl")
    async with (
        MqttBus(mosquitto_broker.url("bss1"), "bss1") as bss,
        MqttBus(mosquitto_broker.url("sgsn1"), "sgsn1") as sgsn,
        MqttBus(mosquitto_broker.url("operator"), "operator") as operator,
    ):
        await bss.subscribe({"gprslab/acl/#": 1})
        for topic in (topics.pdu("hlr1", "sgsn1"), topics.node("sgsn1"), topics.reply("tour")):
            await sgsn.publish(topic, b"", qos=1)
        await operator.publish(topics.command("sgsn1"), b"", qos=1)
        await sgsn.publish(topics.pdu("bss1", "sgsn1"), b"", qos=1)
        await sgsn.publish(topics.cell("sgsn1", "c1"), b"", qos=1)
        await operator.publish(topics.command("bss1"), b"", qos=1)
        await operator.publish(topics.settings, b"", qos=1)
        assert {message.topic for message in await heard(bss, 4)} == {
            topics.pdu("bss1", "sgsn1"),
            topics.cell("sgsn1", "c1"),
            topics.command("bss1"),
            topics.settings,
        }


async def heard(bus: MqttBus, count: int) -> list[Message]:
    """Wait, within bounds, for ``count`` messages; there must not be more."""
    messages: list[Message] = []
    while len(messages) < count:
        more = await bus.receive(wait=10)
        assert more, messages
        messages += more
    assert len(messages) == count, messages
    return messages


async def test_wrong_password(mosquitto_broker: Any) -> None:
    """Who is refused is told so at once, in one line without the password."""
    url = BrokerUrl.parse(mosquitto_broker.url("sgsn1"))
    with pytest.raises(BusError) as caught:
        await MqttBus(BrokerUrl(url.host, url.port, "sgsn1", "guess"), "sgsn1").connect()
    assert str(caught.value) == f"mqtt://sgsn1@127.0.0.1:{url.port}: Not authorized"


async def test_no_password_file(tmp_path: Path) -> None:
    """A missing password file is named before anything is tried."""
    with pytest.raises(BusError, match=r"password of sgsn1: .*No such file"):
        await MqttBus(f"mqtt://sgsn1@127.0.0.1?password_file={tmp_path / 'absent'}", "sgsn1").connect()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("mqtt://broker", BrokerUrl("broker")),
        ("mqtt://broker:1884/", BrokerUrl("broker", 1884)),
        ("mqtt://sgsn1@10.0.0.1", BrokerUrl("10.0.0.1", user="sgsn1")),
        ("mqtt://sgsn1:p%40ss%3A@[::1]:1", BrokerUrl("::1", 1, "sgsn1", "p@ss:")),
        ("mqtt://broker?password_file=/run/secrets", BrokerUrl("broker", password_file=Path("/run/secrets"))),
    ],
)
def test_url(text: str, url: BrokerUrl) -> None:
    """The forms of a broker URL."""
    assert BrokerUrl.parse(text) == url
    assert BrokerUrl.parse(str(url)) == BrokerUrl(url.host, url.port, url.user)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "scheme ''"),
        ("broker:1883", "scheme 'broker'"),
        ("http://broker", "scheme 'http'"),
        ("mqtt://", "no host"),
        ("mqtt://:1883", "no host"),
        ("mqtt://user:secret@broker:port", "no valid host and port"),
        ("mqtt://broker:70000", "no valid host and port"),
        ("mqtt://[::1", "no valid host and port"),
        ("mqtt://user:secret@broker/topic", "something after host and port"),
        ("mqtt://broker?qos=1", "a query other than one password_file"),
        ("mqtt://broker?password_file=", "a query other than one password_file"),
    ],
)
def test_bad_url(text: str, why: str) -> None:
    """A wrong URL is refused in one line that says what is wrong and what was expected, without the password."""
    with pytest.raises(BadUrlError) as caught:
        BrokerUrl.parse(text)
    assert str(caught.value).startswith(f"broker URL: {why}; expected mqtt://")
    assert "secret" not in str(caught.value)


def test_url_hides_password() -> None:
    """Neither text nor repr of a URL shows its password."""
    url = BrokerUrl.parse("mqtt://sgsn1:secret@broker")
    assert "secret" not in f"{url} {url!r}"


def test_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is that of the URL, else of the file or of the user's file in the folder, else the variable's."""
    monkeypatch.delenv("GPRSLAB_MQTT_PASSWORD", raising=False)
    (tmp_path / "sgsn1").write_text("from file\n", encoding="utf-8")
    (tmp_path / "bss1").write_text("other\n", encoding="utf-8")
    assert BrokerUrl("b").login("sgsn1") == (None, None)
    assert BrokerUrl("b", user="u").login("sgsn1") == ("u", None)
    monkeypatch.setenv("GPRSLAB_MQTT_PASSWORD", "from environment")
    assert BrokerUrl("b").login("sgsn1") == ("sgsn1", "from environment")
    assert BrokerUrl("b", password_file=tmp_path).login("sgsn1") == ("sgsn1", "from file")
    assert BrokerUrl("b", password_file=tmp_path, user="bss1").login("sgsn1") == ("bss1", "other")
    assert BrokerUrl("b", password_file=tmp_path / "sgsn1", user="u").login("x") == ("u", "from file")
    assert BrokerUrl("b", 1883, "u", "from URL", tmp_path).login("x") == ("u", "from URL")


def test_password_line() -> None:
    """The line is the one that Debian's mosquitto_passwd wrote for the same user, password and salt."""
    assert passwords.password_line("u", "p", base64.b64decode("x+pyT0LzLa/rbL6X")) == (
        "u:$7$101$x+pyT0LzLa/rbL6X$58QAhz+Q7gcCJFW1SAlsCeg5jIx6p7tYU4gYs/DUus9w"
        "wA+SSMdHBQr7ac+ftH0n79JEe0e71r1ebGRdeQHU7A=="
    )


def test_make_passwords(tmp_path: Path) -> None:
    """Passwords are random, for their owner only, and kept by the next run, which may add users and drop others."""
    broker, users = tmp_path / "passwords", tmp_path / "users"
    arguments = ["--broker", str(broker), "--users", str(users), "--owner", str(os.getuid())]
    passwords.main([*arguments, "operator", "sgsn1"])
    first = {file.name: file.read_text(encoding="utf-8") for file in users.iterdir()}
    passwords.main([*arguments, "sgsn1", "bss1"])
    second = {file.name: file.read_text(encoding="utf-8") for file in users.iterdir()}
    assert set(first) == {"operator", "sgsn1"}
    assert first["operator"] != first["sgsn1"]
    assert {name: second[name] for name in first} == first
    assert [line.split(":")[0] for line in broker.read_text(encoding="utf-8").splitlines()] == ["sgsn1", "bss1"]
    assert {file.stat().st_mode & 0o777 for file in (broker, *users.iterdir())} == {0o600}


@pytest.mark.parametrize(("name", "why"), [("Bad:", "'Bad:' is not a name"), ("../etc", "'../etc' is not a name")])
def test_make_passwords_bad_name(name: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is none is refused before anything is written."""
    with pytest.raises(SystemExit) as caught:
        passwords.main(["--broker", str(tmp_path / "broker"), "--users", str(tmp_path / "users"), "operator", name])
    assert caught.value.code == 2
    assert why in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
