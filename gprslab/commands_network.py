"""The commands that speak with a network that is up: ``gprslab tell``, ``inspect``, ``ping`` and ``send``."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table

from gprslab import running
from gprslab.broker_session import BrokerSession
from gprslab.config import Lab, load_lab
from gprslab.scenario import address_of
from gprslab.strict_yaml import parse_yaml
from gprslab.supervisor import BROKER_VARIABLE
from gprslab.trace.ladder import console_for
from protocol.timers import SECOND, X_PING

THERE: Final = 5 * SECOND
"""How long (microseconds) a node may take to be seen on the bus."""

MOST_PACKETS: Final = 1000
"""How many packets one command sends."""

_BROKER: Final = click.option(
    "--broker",
    metavar="URL",
    envvar=BROKER_VARIABLE,
    default=running.found,
    help="The broker on which the network is; that of `gprslab up` if not told.",
)
_CONFIG: Final = click.option("--config", type=click.Path(path_type=Path), help="Topology of the laboratory, YAML.")
_SUBSCRIBERS: Final = click.option(
    "--subscribers", type=click.Path(path_type=Path), help="Subscribers of the laboratory, YAML."
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
_COUNT: Final = click.option(
    "-c", "--count", type=click.IntRange(1, MOST_PACKETS), default=4, show_default=True, help="How many packets."
)
_SIZE: Final = click.option(
    "-s", "--size", type=click.IntRange(0, 1400), default=56, show_default=True, help="Octets of data in each."
)
_INTERVAL: Final = click.option(
    "-i",
    "--interval",
    type=click.FloatRange(0, 60),
    default=1.0,
    show_default=True,
    help="Seconds from one packet to the next.",
)


class NetworkError(click.ClickException):
    """The network does not do what it was asked for; the text is one line."""


@contextmanager
def network(broker: str | None, config: Path | None, subscribers: Path | None) -> Iterator[tuple[BrokerSession, Lab]]:
    """The network that is up on a broker."""
    if broker is None:
        raise click.UsageError(f"no network is up here: expected --broker URL, or {BROKER_VARIABLE} in the environment")
    lab = load_lab(config, subscribers=subscribers)
    with BrokerSession(lab, broker, watch=False) as session:
        yield session, lab


def asked(session: BrokerSession, node: str, verb: str, arguments: dict[str, Any], within: float = 60) -> Any:
    """The answer of a node to a command; NetworkError where it is not there or the command fails."""
    if not session.wait_for(lambda: node in session.statuses, THERE):
        raise NetworkError(f"no {node} is on this broker")
    outcome = session.command(node, verb, arguments, within_us=round(within * SECOND))
    if outcome.status == "failed":
        body = outcome.body
        why = body.get("error") if isinstance(body, dict) else None
        raise NetworkError(f"{node}: {why or f'{verb} failed: {json.dumps(body)}'}")
    return outcome.body


@click.command()
@click.argument("node")
@click.argument("verb")
@click.argument("arguments", metavar="[KEY=VALUE]...", nargs=-1)
@click.option("--within", type=click.FloatRange(0.1, 3600), default=60, show_default=True, help="Seconds to wait.")
@_BROKER
@_CONFIG
@_SUBSCRIBERS
def tell(
    node: str,
    verb: str,
    arguments: tuple[str, ...],
    *,
    within: float,
    broker: str | None,
    config: Path | None,
    subscribers: Path | None,
) -> None:
    """Tell NODE to do VERB, such as: tell ms1 attach mobile=anna. Values are YAML. The answer is printed as JSON."""
    told = dict(map(argument_of, arguments))
    with network(broker, config, subscribers) as (session, lab):
        lab.element(node)
        click.echo(json.dumps(asked(session, node, verb, told, within), indent=1, ensure_ascii=False))


def argument_of(text: str) -> tuple[str, Any]:
    """The key and the value that ``KEY=VALUE`` tells."""
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise click.UsageError(f"expected KEY=VALUE such as mobile=anna, found {text!r}")
    return key, parse_yaml(BytesIO(value.encode()), f"argument {key}")


@click.command()
@click.argument("node")
@click.argument("subject", required=False)
@_BROKER
@_CONFIG
@_SUBSCRIBERS
def inspect(
    node: str, subject: str | None, *, broker: str | None, config: Path | None, subscribers: Path | None
) -> None:
    """Show the state of NODE, or of one SUBJECT in it: a mobile by its name, elsewhere by its name or its IMSI."""
    with network(broker, config, subscribers) as (session, lab):
        lab.element(node)
        imsis = {mobile.name: str(mobile.imsi) for mobile in lab.mobiles} if lab.roles[node] != "ms" else {}
        arguments = {} if subject is None else {"subject": imsis.get(subject, subject)}
        click.echo(json.dumps(asked(session, node, "inspect", arguments), indent=1, ensure_ascii=False))


def outside_of(session: BrokerSession, lab: Lab, mobile: str) -> tuple[str, str]:
    """The packet data network, and the address by which it reaches a mobile."""
    if mobile not in {entry.name for entry in lab.mobiles}:
        known = ", ".join(entry.name for entry in lab.mobiles)
        raise click.UsageError(f"no mobile {mobile!r} in the laboratory; expected one of {known}")
    network = next((name for name in lab.nodes if lab.roles[name] == "pdn"), None)
    if network is None:
        raise click.UsageError("the laboratory has no packet data network (a node of role pdn) to speak from")
    address = address_of(session, lab, mobile)
    if address is None:
        raise NetworkError(f"{mobile} has no PDP context and no static address; let it activate one")
    return network, address


@click.command()
@click.argument("mobile", metavar="MS")
@_COUNT
@_SIZE
@_INTERVAL
@_JSON
@_BROKER
@_CONFIG
@_SUBSCRIBERS
def ping(
    mobile: str,
    *,
    count: int,
    size: int,
    interval: float,
    as_json: bool,
    broker: str | None,
    config: Path | None,
    subscribers: Path | None,
) -> int:
    """Ping the mobile MS from behind Gi. Exit status 1 if no answer came."""
    times: list[float | None] = []
    with network(broker, config, subscribers) as (session, lab):
        outside, address = outside_of(session, lab, mobile)
        if not as_json:
            click.echo(f"ping {mobile} ({address}) from {outside}: {size} octets of data")
        for number in range(1, count + 1):
            begun = time.monotonic()
            body = asked(session, outside, "ping", {"address": address, "count": 1, "size": size})
            times.append(body["times_us"][0] / 1000 if body["received"] else None)
            if not as_json:
                took = times[-1]
                line = "no answer" if took is None else f"{size} octets, {took:.1f} ms"
                click.echo(f"{number}: {line}")
            if number < count:
                time.sleep(max(0.0, begun + interval - time.monotonic()))
    answered = [took for took in times if took is not None]
    if as_json:
        click.echo(json.dumps({"address": address, "sent": count, "received": len(answered), "times_ms": times}))
    else:
        spread = f", {min(answered):.1f} to {max(answered):.1f} ms" if answered else ""
        click.echo(f"{count} sent, {len(answered)} answered{spread}")
    return 0 if answered else 1


@click.command()
@click.argument("mobile", metavar="MS")
@click.option("-p", "--port", type=click.IntRange(1, 65535), default=7, show_default=True, help="UDP port; 7 echoes.")
@_COUNT
@_SIZE
@_INTERVAL
@_JSON
@_BROKER
@_CONFIG
@_SUBSCRIBERS
def send(
    mobile: str,
    *,
    port: int,
    count: int,
    size: int,
    interval: float,
    as_json: bool,
    broker: str | None,
    config: Path | None,
    subscribers: Path | None,
) -> None:
    """Send UDP datagrams to the mobile MS from behind Gi, and count those that it echoes."""
    with network(broker, config, subscribers) as (session, lab):
        outside, address = outside_of(session, lab, mobile)
        before = received_by(session, lab, mobile)
        told = {"address": address, "port": port, "count": count, "size": size, "interval_ms": round(interval * 1000)}
        within = count * interval + X_PING.duration / SECOND + 30
        body = asked(session, outside, "send", told, within)
        body |= {"address": address, "received": received_by(session, lab, mobile) - before}
    if as_json:
        click.echo(json.dumps(body))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("mobile", "address", "port", "sent", "received", "echoed"):
        table.add_column(name, justify="left" if name in ("mobile", "address") else "right")
    table.add_row(mobile, address, *(str(value) for value in (port, body["sent"], body["received"], body["echoed"])))
    console_for().print(table)


def received_by(session: BrokerSession, lab: Lab, mobile: str) -> int:
    """How many packets have come to a mobile over the contexts that it has."""
    ms = next(entry.ms for entry in lab.mobiles if entry.name == mobile)
    contexts = session.inspect(ms, mobile).get("pdp_contexts", ())
    return sum(context["packets_received"] for context in contexts)
