"""A partner's webhook in 30 lines: verified, kept once, in any order. `BELLBOARD_SECRET=whsec_… uvicorn …:app`."""

import os
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Request
from standardwebhooks import Webhook, WebhookVerificationError

app = FastAPI()
seen: set[str] = set()  # in your own: a unique index
newest: dict[str, dict[str, Any]] = {}


@app.post("/bellboard", status_code=204)
async def take(request: Request, webhook_id: Annotated[str, Header()]) -> None:
    """Answer 2xx within 20 s or it comes again, under the same id."""
    try:
        event = Webhook(os.environ["BELLBOARD_SECRET"]).verify(await request.body(), dict(request.headers))
    except WebhookVerificationError as failure:
        raise HTTPException(401) from failure
    if webhook_id in seen:
        return
    if event["type"] == "guest.erased.v1":
        gone = event["data"]["guest"]["guest_id"]
        for subject in [name for name, kept in newest.items() if gone in str(kept["data"])]:
            del newest[subject]
    elif int(event["sequence"]) >= int(newest.get(event["subject"], event)["sequence"]):
        newest[event["subject"]] = event  # an older version is history
    seen.add(webhook_id)
