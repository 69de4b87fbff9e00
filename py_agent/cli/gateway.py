# SPDX-License-Identifier: MIT
"""The commands for simulations and agents on different machines."""

from __future__ import annotations

import contextlib
import enum
import shlex
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from py_agent import former_names
from py_agent.cli.agent_file import AgentFile, with_agent
from py_agent.cli.consoles import out
from py_agent.cli.live import LOOPBACK, Live, LiveHost, LivePort, live_page
from py_agent.cli.run import execute_and_show

if TYPE_CHECKING:
    from ns3_bridge import Gateway, LocalHost
    from ns3_bridge.compat import Ns3AiServer, Ns3GymServer
    from ns3_bridge.network import GatewayKeys

_DEFAULT_ADDRESS = "tcp://127.0.0.1:5757"


class Protocol(str, enum.Enum):
    """What the agents speak."""

    NS3_TWIN = "ns3-twin"
    NS3_GYM = "ns3-gym"
    NS3_AI = "ns3-ai"


_OWN_OPTIONS = (
    *("bind", "busy", "grace", "heartbeat", "issue_keys", "keys"),
    *("live", "live_port", "live_host"),
)
_OPTIONS_OF_OTHERS = {
    Protocol.NS3_TWIN: ("connect", "segment", "seed", "observe", "act"),
    Protocol.NS3_GYM: (*_OWN_OPTIONS, "segment"),
    Protocol.NS3_AI: (*_OWN_OPTIONS, "connect", "warm_starts", "reseed"),
}
_SERVED = ("scenario", "settings", "ns3", "deadline_s")  # of a file of settings


class Busy(str, enum.Enum):
    """What a second agent meets."""

    REFUSE = "refuse"
    QUEUE = "queue"


def serve(
    context: typer.Context,
    scenario: Annotated[
        str | None,
        typer.Option(help="Name, or path of a scenario program.", show_default="cellular"),
    ] = None,
    bind: Annotated[
        str, typer.Option(help="Address: tcp://HOST:PORT (PORT *: any free one) or ipc:///PATH.")
    ] = _DEFAULT_ADDRESS,
    config: Annotated[Path | None, typer.Option(help="YAML file with settings.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="NAME=VALUE of a scenario setting or ns-3 attribute. May be repeated."
        ),
    ] = None,
    busy: Annotated[
        Busy, typer.Option(help="Whether a second agent is refused or queued.")
    ] = Busy.REFUSE,
    grace: Annotated[
        float, typer.Option(help="How long an agent that is gone may return, in seconds.", min=0)
    ] = 30.0,
    agent_deadline: Annotated[
        float, typer.Option(help="Longest wait for a request, in seconds.", min=0.001)
    ] = 3600.0,
    heartbeat: Annotated[
        float, typer.Option(help="Time between heartbeats, in seconds.", min=0.05)
    ] = 1.0,
    warm_starts: Annotated[
        int, typer.Option(help="Warmed-up simulators that are kept for resets.", min=0)
    ] = 0,
    reseed: Annotated[
        bool,
        typer.Option("--reseed", help="With --warm-starts: serve any seed from one of them."),
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder of CURVE keys (ns3-twin keys); every agent then needs one."),
    ] = None,
    issue_keys: Annotated[
        Path | None,
        typer.Option(help="Folder for new keys of one agent, valid until this gateway stops."),
    ] = None,
    protocol: Annotated[
        Protocol, typer.Option(help="Protocol of the agent: ours, ns3-gym's or ns3-ai's.")
    ] = Protocol.NS3_TWIN,
    connect: Annotated[
        str, typer.Option(help="Where the agent of ns3-gym listens.", metavar="ADDRESS")
    ] = "tcp://localhost:5555",
    segment: Annotated[
        str, typer.Option(help="Name of the ns3-ai agent's shared memory.")
    ] = "My Seg",
    seed: Annotated[
        int, typer.Option(help="Seed of the first episode of an ns3-gym or ns3-ai agent.", min=0)
    ] = 1,
    observe: Annotated[
        str | None,
        typer.Option(help="Observation fields for an agent of those projects: a,b,c."),
    ] = None,
    act: Annotated[
        str | None,
        typer.Option(help="Action fields that it decides on; others keep their defaults."),
    ] = None,
    live: Live = False,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Serve a scenario to an agent elsewhere: ns3-twin connect, or ns3_bridge.connect(address)."""
    import ns3_bridge
    import ns3_scenarios
    from ns3_bridge.compat import Ns3AiServer, Ns3GymServer
    from py_agent import yaml_text
    from py_agent.experiment.run_settings import check_data, load_run_settings

    _refuse_foreign_options(context, protocol)
    if config is not None:
        in_file = yaml_text.read_mapping(config)
        if scenario is None:
            check_data(config, {"scenario": in_file.get("scenario")}, can_trust=False)
        if unserved := [name for name in in_file if name not in _SERVED]:
            typer.echo(f"of {config} not served: {', '.join(unserved)}", err=True)
    settings = load_run_settings(
        config,
        {"scenario": scenario},
        assignments or [],
        is_trusted=True,
        unused=("learning",),
    )  # nothing else of the file is started or imported
    host = ns3_bridge.LocalHost(
        ns3_scenarios.program(settings.scenario),
        settings.settings,
        settings.ns3,
        settings.deadline_s,
        warm_starts=warm_starts,
        reseed=reseed,
    )
    if protocol != Protocol.NS3_TWIN:
        kind, place = (
            (Ns3GymServer, connect) if protocol == Protocol.NS3_GYM else (Ns3AiServer, segment)
        )
        server = kind(
            host,
            place,
            seed=seed,
            agent_deadline_s=agent_deadline,
            report=typer.echo,
            observe=None if observe is None else observe.split(","),
            act=None if act is None else act.split(","),
        )
        title = f"serving {settings.scenario} to the agent of {protocol.value} at {place}"
        _serve_until_signal(server, host, title)
        return
    if keys is not None and issue_keys is not None:
        raise ns3_bridge.InvalidSetting("--keys and --issue-keys: give one of them")
    with contextlib.ExitStack() as stack:
        answered: Path | GatewayKeys | None = keys
        if issue_keys is not None:
            answered = stack.enter_context(ns3_bridge.issued_keys(issue_keys))
        onlooker = None
        page = stack.enter_context(live_page(live, live_host, live_port))
        if page is not None:
            from py_agent.live.episodes import Episodes

            onlooker = Episodes(page.publish, host)
        gateway = ns3_bridge.Gateway(
            host,
            bind,
            busy=busy.value,
            grace_s=grace,
            agent_deadline_s=agent_deadline,
            heartbeat_s=heartbeat,
            keys=answered,
            onlooker=onlooker,
        )
        reload_keys = None if keys is None else gateway.reload_keys
        title = f"serving {settings.scenario} at {gateway.address}"
        _serve_until_signal(gateway, host, title, reload_keys)


def _refuse_foreign_options(context: typer.Context, protocol: Protocol) -> None:
    from ns3_bridge import InvalidSetting

    for name in _OPTIONS_OF_OTHERS[protocol]:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise InvalidSetting(
                f"--{name.replace('_', '-')} means nothing with --protocol {protocol.value}"
            )


def _serve_until_signal(
    server: Gateway | Ns3GymServer | Ns3AiServer,
    host: LocalHost,
    title: str,
    hung_up: Callable[[], None] | None = None,
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, lambda *_: server.stop())
    if hung_up is not None:
        signal.signal(signal.SIGHUP, lambda *_: hung_up())
    typer.echo(title)
    with contextlib.closing(host):
        server.serve()
    typer.echo("stopped")


def connect(
    address: Annotated[str, typer.Argument(help="Address of a gateway: ns3-twin serve prints it.")],
    policy: Annotated[
        str | None,
        typer.Option(
            help="Name (ns3-twin scenarios lists them), package.module:Class or file.py:Class.",
            show_default="rollout-fill",
        ),
    ] = None,
    agent: AgentFile = None,
    seed: Annotated[int | None, typer.Option(help="ns-3's run number.", show_default="1")] = None,
    key: Annotated[
        Path | None, typer.Option(help="This agent's secret key file, beside gateway.key.")
    ] = None,
    deadline: Annotated[
        float, typer.Option(help="Longest wait for an answer of the gateway, in seconds.", min=0.1)
    ] = 10.0,
    runs_dir: Annotated[
        Path | None, typer.Option(help="Where run folders are made.", show_default="runs")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON in the last line.")
    ] = False,
) -> None:
    """Run a policy on a physical network behind a gateway; record and show the result."""
    import ns3_bridge
    from py_agent.experiment.run_settings import load_run_settings
    from py_agent.experiment.runner import Run

    env = ns3_bridge.connect(address, key=key, deadline_s=deadline)
    try:
        told = {
            "scenario": env.schema.scenario,
            "settings": env.settings.model_dump(),
            "ns3": env.host.ns3_attributes,
        }
        given = {"policy": with_agent(policy, agent), "seed": seed, "runs_dir": runs_dir}
        settings = load_run_settings(None, {**told, **given}, [])
        run = Run(settings, env)
        execute_and_show(run, f"{address} · {settings.policy}", as_json=as_json)
    finally:
        env.close()


def ping(
    address: Annotated[str, typer.Argument(help="Address of a gateway.")],
    key: Annotated[
        Path | None, typer.Option(help="An agent's secret key file, beside gateway.key.")
    ] = None,
    deadline: Annotated[
        float, typer.Option(help="Longest wait for an answer of the gateway, in seconds.", min=0.1)
    ] = 5.0,
) -> None:
    """Ask whether a gateway is alive, without disturbing its agent."""
    import ns3_bridge

    took_s = ns3_bridge.ping(address, key=key, deadline_s=deadline)
    typer.echo(f"{address} is alive; it answered in {1e3 * took_s:.1f} ms")


def keys(
    folder: Annotated[Path, typer.Argument(help="Folder of the keys.")],
    agent: Annotated[str, typer.Option(help="Name of the agent that gets keys.")] = "agent",
) -> None:
    """Make CURVE keys of an agent, and of the gateway if the folder has none."""
    import ns3_bridge

    made = ns3_bridge.make_keys(folder, agent)
    for path in made:
        typer.echo(f"made {path}")
    typer.echo(
        f"gateway: ns3-twin serve --keys {folder} --bind tcp://*:5757\n"
        f"agent:   copy {agent}.key_secret and gateway.key to its machine into one folder, then\n"
        f"         ns3-twin connect tcp://HOST:5757 --key {agent}.key_secret"
    )


def conformance(
    address: Annotated[str | None, typer.Argument(help="Address of the gateway to check.")] = None,
    agent: Annotated[
        str | None,
        typer.Option(help="Command of the agent to check; {address} becomes the gateway's."),
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Secret key file for the gateway.")] = None,
    deadline: Annotated[float, typer.Option(help="Longest wait, in seconds.", min=0.1)] = 60.0,
) -> None:
    """Check that a gateway, or an agent in any language, speaks the network protocol."""
    if (address is None) == (agent is None):
        raise typer.BadParameter("give the address of a gateway, or --agent COMMAND")
    from ns3_bridge.conformance import check_agent, check_gateway
    from py_agent.view.tables import rows_table

    if address is not None:
        checks = list(check_gateway(address, key=key, deadline_s=deadline))
    else:
        try:
            command = shlex.split(agent or "")
        except ValueError as error:
            raise typer.BadParameter(f"--agent {agent!r}: {error}") from None
        if not command:
            raise typer.BadParameter("--agent: the command is empty")
        checks = list(check_agent(command, deadline_s=deadline))
    rows = [["ok" if c.ok else "FAILED", c.what, "" if c.ok else c.seen] for c in checks]
    out().print(rows_table("Network protocol, version 1", ["", "demand", "seen"], rows))
    failed = sum(not check.ok for check in checks)
    typer.echo(f"{len(checks) - failed} of {len(checks)} demands met")
    if failed:
        raise typer.Exit(1)


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
