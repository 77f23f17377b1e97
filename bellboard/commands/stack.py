"""`bellboard stack`: the embedded MongoDB, Kafka and services as child processes of one command."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer

from bellboard.screen import out, say, table
from deploy.local.faults import StackFault
from deploy.local.interruption import run_until_stopped
from deploy.local.processes import Identity, is_running
from deploy.local.runfolder import RunFolder
from deploy.local.services import SERVICES
from deploy.local.stack import DEFAULT_FOLDER, Stack
from deploy.local.topics import create_topics, topic_partitions, wait_for_broker
from shared.contracts.topics import TOPICS

app = typer.Typer(help="Start, look at and stop the embedded stack.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(help="Where the run keeps its data and logs.")]
KafkaServers = Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Use this Kafka, start none.")]
MongoUrl = Annotated[str | None, typer.Option(metavar="URL", help="Use this MongoDB replica set, start none.")]
Ports = Annotated[list[str], typer.Option(metavar="NAME=NUMBER", help="Fix a port, e.g. console=8080; repeatable.")]

_STOP_SECONDS = 90


def parse_ports(given: list[str]) -> dict[str, int]:
    """Turn `name=number` words into ports by name. Raises typer.BadParameter naming the word that is none."""
    known = {"mongod", "kafka", "kafka-controller", *SERVICES}
    parsed: dict[str, int] = {}
    for word in given:
        name, _, number = word.partition("=")
        if name not in known or not number.isdecimal() or not 1 <= int(number) <= 65_535:
            raise typer.BadParameter(f"{word!r} is not name=port with a name of: {', '.join(sorted(known))}.")
        parsed[name] = int(number)
    return parsed


@app.command()
def up(
    folder: Folder = DEFAULT_FOLDER,
    kafka: KafkaServers = None,
    mongo: MongoUrl = None,
    port: Ports = [],  # noqa: B006 -- typer wants a literal default and never changes it
    services: Annotated[bool, typer.Option(help="Start the services too, not only the servers.")] = True,
) -> None:
    """Start everything and hold it until Ctrl-C; what was written stays for the next start."""
    stack = Stack(folder=folder, kafka=kafka, mongo=mongo, given_ports=parse_ports(port), say=say)
    run_until_stopped(_hold(stack, SERVICES if services else ()))
    say("Stopped.")


@app.command()
def down(folder: Folder = DEFAULT_FOLDER) -> None:
    """Stop the stack that runs in this folder, in good order."""
    run = RunFolder(folder)
    holder = run.holder()
    if holder is None:
        say(f"No stack runs in {run.path}.")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while run.holder() is not None:
        if time.monotonic() > deadline:
            raise StackFault(f"Process {holder} has not stopped yet; end it and its children with `kill -9 {holder}`.")
        time.sleep(0.1)
    say("Stopped.")


@app.command()
def status(folder: Folder = DEFAULT_FOLDER) -> None:
    """Show the processes of the stack that runs in this folder; exit code 1 when none runs or one is not ready."""
    run = RunFolder(folder)
    if run.holder() is None:
        say(f"No stack runs in {run.path}.")
        raise typer.Exit(1)
    ports, healthy = run.read("ports"), True
    shown = table(f"Stack in {run.path}", "process", "pid", "address", "state", "restarts")
    for name, seen in run.read("children").items():
        state = _state(name, Identity(**seen), ports[name])
        healthy = healthy and state in {"running", "ready"}
        shown.add_row(name, str(seen["pid"]), f"127.0.0.1:{ports[name]}", state, str(run.read("restarts").get(name, 0)))
    out.print(shown)
    raise typer.Exit(0 if healthy else 1)


@app.command()
def wipe(folder: Folder = DEFAULT_FOLDER) -> None:
    """Delete the folder of a run that has stopped, with all its data."""
    run = RunFolder(folder)
    run.wipe()
    say(f"Nothing is left in {run.path}.")


@app.command()
def topics(kafka: KafkaServers = None, folder: Folder = DEFAULT_FOLDER) -> None:
    """Create the topics that are missing on a broker (by default the stack's own) and list them all."""
    servers = kafka or RunFolder(folder).read("stack").get("kafka_servers")
    if servers is None:
        raise StackFault(f"No stack ever ran in {folder}; name a broker with --kafka host:port.")
    created, found = asyncio.run(_ensure_topics(str(servers)))
    shown = table(f"Topics at {servers}", "topic", "partitions", "")
    for name, partitions in found.items():
        shown.add_row(name, str(partitions), "created now" if name in created else "")
    out.print(shown)


async def _hold(stack: Stack, names: tuple[str, ...]) -> None:
    async with stack:
        await stack.start_services(names)
        shown = table("The stack is up; Ctrl-C stops it", "process", "pid", "address")
        for process in stack.status():
            shown.add_row(process.name, str(process.pid), process.url)
        out.print(shown)
        await asyncio.Event().wait()


async def _ensure_topics(servers: str) -> tuple[list[str], dict[str, int]]:
    await wait_for_broker(servers, within=15)
    return await create_topics(servers, TOPICS), await topic_partitions(servers)


def _state(name: str, identity: Identity, port: int) -> str:
    if not is_running(identity):
        return "starting again"
    if name not in SERVICES:
        return "running"
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2, trust_env=False)
    except httpx.HTTPError:
        return "does not answer"
    return "ready" if answer.status_code == httpx.codes.OK else "not ready"
