"""A bare FastAPI handler that makes the writes of an accepted command in one transaction, and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import uvicorn
from fastapi import FastAPI, Header
from pymongo import AsyncMongoClient
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

_URL, _DATABASE, _PORT = (os.environ.get(f"BENCH_{name}", "") for name in ("MONGO_URL", "DATABASE", "PORT"))
WRITES = ("records", "events", "idempotency")


def build() -> FastAPI:
    """The app. It reads a document of each sort from `templates` when it starts and writes copies of them."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(_URL, w="majority", journal=True)
    database = client[_DATABASE]
    templates: dict[str, dict[str, Any]] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        templates.update({row["_id"]: row["document"] async for row in database["templates"].find()})
        yield
        await client.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/records/{record_id}/accept")
    async def accept(record_id: str, body: dict[str, Any], idempotency_key: str = Header()) -> dict[str, Any]:
        event = templates["events"] | {"_id": str(uuid4()), "agg": record_id}
        kept = templates["idempotency"] | {"_id": idempotency_key, "subject": record_id}
        async with client.start_session() as session:
            await session.start_transaction(ReadConcern("snapshot"), WriteConcern("majority", j=True))
            wanted = {"_id": record_id, "version": 1}
            await database["records"].update_one(wanted, {"$set": templates["records"]}, session=session)
            await database["events"].insert_one(event, session=session)
            await database["idempotency"].insert_one(kept, session=session)
            await session.commit_transaction()
        return {"id": record_id, "version": 2}

    return app


if __name__ == "__main__":
    uvicorn.run(build(), host="127.0.0.1", port=int(_PORT), access_log=False, server_header=False)
