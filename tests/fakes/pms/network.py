"""The network between us and simulated vendors: it carries calls, counts them, and misbehaves when asked to."""

import dataclasses

import httpx
from starlette.types import ASGIApp

from tests.fakes.pms.book import Faults

SIGNING_IN = ("/connect/token", "/oauth/v1/tokens")


@dataclasses.dataclass(frozen=True)
class Call:
    """One call that reached a vendor."""

    method: str
    path: str
    body: bytes


class Network(httpx.AsyncBaseTransport):
    """`refuse`: nothing gets through. `lost`: it is done and the answer is lost. Numbers are answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._to = httpx.ASGITransport(app)
        self.faults = Faults()
        self.calls: list[Call] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one call."""
        fault = self.faults.take(f"{request.url} {request.method}")
        if fault == "refuse":
            raise httpx.ConnectError("refused", request=request)
        if fault == "slow":
            raise httpx.ReadTimeout("too slow", request=request)
        if fault is not None and fault.isdigit():
            return httpx.Response(int(fault), headers={"Retry-After": "7"}, text="busy", request=request)
        body = await request.aread()
        self.calls.append(Call(request.method, request.url.path, body))
        answer = await self._to.handle_async_request(request)
        if fault == "lost":
            await answer.aread()
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return answer

    @property
    def sign_ins(self) -> int:
        """How often somebody signed in."""
        return sum(call.path.endswith(SIGNING_IN) for call in self.calls)

    @property
    def asked(self) -> int:
        """How many other calls got through."""
        return len(self.calls) - self.sign_ins
