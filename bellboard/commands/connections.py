"""`bellboard connections`: the inbound addresses of connected hotels, which no answer over HTTP ever holds."""

import asyncio
from typing import Annotated

import typer

from bellboard.commands.servers import Folder, MongoUrl, mongo_of
from bellboard.screen import out
from deploy.local.faults import StackFault
from deploy.local.stack import DEFAULT_FOLDER
from services.integrations.app import parts
from services.integrations.domain.connections import Connection
from services.integrations.settings import Settings
from shared.chassis.mongo import DatabaseError
from shared.contracts.values import Scope

app = typer.Typer(help="Hotels and their PMSs.", no_args_is_help=True)


@app.command()
def addresses(
    chain: Annotated[str, typer.Option(help="The chain whose hotels these are.")] = "grand",
    mongo: MongoUrl = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Where each hotel's PMS is to push to. Who knows an address may push: show it to nobody else."""
    settings = Settings(mongo_url=mongo_of(mongo, folder))
    try:
        found = asyncio.run(_connections(settings, chain))
    except DatabaseError as failure:
        raise StackFault(f"The database does not answer ({type(failure).__name__}).") from failure
    for one in found:
        # A line each, however narrow the screen: an address that is broken in two is copied wrong.
        path = f"/v1/pms/{one.property_id}/{one.token}/{one.pms.replace('_', '-')}/events"
        out.print(f"{one.property_id:<16} {one.pms:<16} {path}", soft_wrap=True, highlight=False, markup=False)


async def _connections(settings: Settings, chain: str) -> list[Connection]:
    have = parts(settings)
    try:
        return await have.connections.all(Scope(chain=chain))
    finally:
        await have.chassis.mongo.close()
