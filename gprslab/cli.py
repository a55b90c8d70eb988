"""The ``gprslab`` command. Bad input is one clear line and exit status 2; what fails later is one line and status 1."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial, wraps
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn, TypeVar, get_args

import click
import structlog

from gprslab import logs, running
from gprslab.build import make_node
from gprslab.bus.bus import BusError
from gprslab.bus.embedded import EmbeddedBrokerError
from gprslab.bus.mqtt import BadUrlError, BrokerUrl, MqttBus
from gprslab.control import version
from gprslab.faults import Faults
from gprslab.runner import Runner
from gprslab.store import Store, StoreError, records_of
from gprslab.strict_yaml import ConfigError
from gprslab.supervisor import (
    BROKER_VARIABLE,
    STATE_VARIABLE,
    LabArguments,
    Supervisor,
    SupervisorError,
    live_with_parent,
)
from gprslab.tun import TunDevice, TunError
from nodes.core.node import Node, NoteLevel
from nodes.core.outputs import Record

F = TypeVar("F", bound=Callable[..., Any])

BAD_INPUT: Final = (ConfigError, BadUrlError)
FAILURES: Final = (BusError, EmbeddedBrokerError, StoreError, SupervisorError, TunError)

_FILE: Final = click.Path(path_type=Path)


def lab_options(command: F) -> F:
    """Options that say which laboratory; they arrive as one keyword ``lab``, a :class:`LabArguments`."""

    @wraps(command)
    def gathered(
        *rest: Any,
        config: Path | None,
        subscribers: Path | None,
        timers: Path | None,
        seed: int,
        note_level: NoteLevel | None,
        **others: Any,
    ) -> Any:
        return command(*rest, lab=LabArguments(config, subscribers, timers, seed, note_level), **others)

    wrapped: Any = gathered
    for option in (
        click.option("--note-level", type=click.Choice(get_args(NoteLevel)), help="How much nodes tell."),
        click.option("--seed", type=click.IntRange(0, (1 << 63) - 1), default=0, help="Seed of all randomness."),
        click.option("--timers", type=_FILE, help="Durations that differ from the specification's, YAML."),
        click.option("--subscribers", type=_FILE, help="Subscribers of the HLR and their SIMs, YAML."),
        click.option("--config", type=_FILE, help="Topology of the laboratory, YAML."),
    ):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


broker_option = click.option(
    "--broker", metavar="URL", envvar=BROKER_VARIABLE, help="mqtt://[user[:password]@]host[:port] of a broker."
)
"""The option ``--broker``, a URL or ``None``."""


class _Commands(click.Group):
    """The commands; those of other modules are loaded when asked for: a node is not to wait for them."""

    LATE: ClassVar = {
        "decode": "gprslab.commands_decode",
        "demo": "gprslab.commands_run",
        "encode": "gprslab.commands_decode",
        "inspect": "gprslab.commands_network",
        "messages": "gprslab.commands_decode",
        "ping": "gprslab.commands_network",
        "run": "gprslab.commands_run",
        "send": "gprslab.commands_network",
        "subscriber": "gprslab.commands_subscriber",
        "tell": "gprslab.commands_network",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.LATE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.LATE:
            command: click.Command = getattr(import_module(self.LATE[cmd_name]), cmd_name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Run a laboratory GPRS network: real 3GPP messages between network elements over an MQTT bus."""


@cli.command("version")
def show_version() -> None:
    """Print the version."""
    click.echo(f"gprslab {version()}")


@cli.command()
@click.argument("name")
@broker_option
@click.option(
    "--state", metavar="DIR|URL", envvar=STATE_VARIABLE, required=True, help="Folder or database of the node's records."
)
@click.option("--ready", type=_FILE, metavar="FILE", help="Exists while the node is ready: for health checks.")
@click.option("--log", "form", type=click.Choice(get_args(logs.Form)), default="console", help="How logs look.")
@click.option(
    "--tun", metavar="DEVICE", help="Of a packet data network: a TUN device through which this host is in it."
)
@lab_options
def node(
    name: str,
    broker: str | None,
    state: str,
    form: logs.Form,
    ready: Path | None,
    tun: str | None,
    lab: LabArguments,
) -> None:
    """Run the node NAME of the laboratory as this process."""
    live_with_parent()
    if broker is None:
        raise click.UsageError("expected --broker URL")
    url = BrokerUrl.parse(broker)
    laboratory = lab.load()
    role = laboratory.roles.get(name)
    if role is None:
        raise click.UsageError(f"no node {name!r} in the laboratory; expected one of {', '.join(laboratory.roles)}")
    if tun is not None and role != "pdn":
        raise click.UsageError(f"--tun is for a packet data network, and {name} is of role {role}")
    logs.set_up(form, logging.DEBUG if lab.note_level == "all" else logging.INFO)
    device = None if tun is None else TunDevice(tun, laboratory.node_config(name))

    lives = count()

    def make(records: Iterable[Record]) -> Node:
        gc.disable()  # what is restored is no garbage, however much it is
        made = make_node(laboratory, name, lab.seed, records)
        gc.enable()
        if lab.note_level is not None:
            made.level = lab.note_level
        if next(lives) == 0:
            gc.freeze()  # it stays, a million subscribers too
        else:
            gc.unfreeze()  # a node that was reset goes
        return made if device is None else device.put_in_place_of(made)

    gc.freeze()  # what is loaded stays: the collector need not look at it, neither while we run nor when we end
    store = Store.open(records_of(name, state))
    try:
        runner = Runner(
            name, role, partial(MqttBus, url), make, store, faults=Faults(lab.seed), on_state=partial(_mark, ready)
        )
        with asyncio.Runner(loop_factory=_loop_factory()) as loop, device or nullcontext():
            loop.run(_run_until_told(runner, device))
    except FAILURES:
        raise
    except Exception:  # noqa: BLE001 - logged with its traceback
        structlog.get_logger().exception("a fault of our own stops the service", node=name)
        sys.exit(1)
    finally:
        store.close()


@cli.command()
@broker_option
@click.option(
    "--state", metavar="DIR|URL", help="Folder for records and logs, or database for records; temporary if not told."
)
@click.option("--tun", metavar="DEVICE", help="A TUN device through which this host reaches the mobiles (Linux, root).")
@lab_options
def up(broker: str | None, state: str | None, tun: str | None, lab: LabArguments) -> None:
    """Bring the network up, every node a process of its own, until Ctrl-C."""
    if broker is not None:
        BrokerUrl.parse(broker)
    records = state if state is not None and "://" in state else None
    folder = Path(state) if state is not None and records is None else None

    def tell(line: str) -> None:
        click.echo(f"gprslab: {line}", err=True)

    _end_on_signals()
    try:
        with Supervisor(lab, broker, folder, tell, tun=tun, records=records) as network:
            shown = BrokerUrl.parse(network.url)
            with running.noted(network.url):
                click.echo(f"gprslab: the network is up on {shown}; Ctrl-C ends it")
                while network.wait(0.2):
                    pass
    except KeyboardInterrupt:
        click.echo("gprslab: stopped")


def main() -> NoReturn:
    """Run the command line, and end the process."""
    try:
        status = cli.main(prog_name="gprslab", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except BAD_INPUT as error:
        _fail(str(error), 2)
    except FAILURES as error:
        _fail(str(error), 1)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(why: str, status: int) -> NoReturn:
    click.echo(f"gprslab: {' '.join(why.split())}", err=True)
    sys.exit(status)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """Return what makes event loops: uvloop's, where there is uvloop."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415 - it is not on every platform
    except ImportError:
        return asyncio.new_event_loop
    return new_event_loop


def _mark(ready: Path | None, state: str) -> None:
    """Let the file ``ready`` exist while the node is ready."""
    if ready is None:
        return
    if state == "ready":
        ready.touch()
    else:
        ready.unlink(missing_ok=True)


async def _run_until_told(runner: Runner, device: TunDevice | None) -> None:
    loop = asyncio.get_running_loop()
    if device is not None:
        device.feed(runner)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, runner.stop)
    await runner.run()


def _end_on_signals() -> None:
    """Let the first SIGINT or SIGTERM interrupt, and those after it not disturb the clean end."""

    def interrupt(*_: object) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
