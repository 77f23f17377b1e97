"""The composition root of reporting: `python -m services.reporting.app`."""

from fastapi import FastAPI

from services.reporting import api
from services.reporting.adapters.traces import OtelTraces
from services.reporting.composition.asking import asking
from services.reporting.composition.doors import routers
from services.reporting.composition.hearing import consumers
from services.reporting.composition.stores import stores
from services.reporting.composition.telling import telling
from services.reporting.composition.working import jobs
from services.reporting.ports import TraceSink
from services.reporting.settings import Settings
from services.reporting.store import prepare
from services.reporting.usecases.scheduling import KIND
from shared.chassis.service import Chassis, run


def build(settings: Settings) -> FastAPI:
    """The reporting service as an ASGI app."""
    return assemble(Chassis(settings), settings, OtelTraces.to(settings.otlp_endpoint))


def assemble(chassis: Chassis, settings: Settings, sink: TraceSink) -> FastAPI:
    """The reporting service over a given chassis and a place for its business traces."""
    have = stores(chassis)
    tell, ask = telling(chassis, settings, have, sink), asking(chassis, settings, have)
    chassis.timers.handlers[KIND] = ask.scheduling.fire
    app = chassis.app(
        title="reporting",
        routers=routers(chassis, ask),
        links=api.LINKS,
        consumers=consumers(chassis, have, tell),
        jobs=jobs(settings, tell, ask),
        prepare=[lambda: prepare(chassis.mongo)],
    )
    for name, part in (vars(tell) | vars(ask)).items():
        setattr(app.state, name, part)
    return app


def main() -> None:
    """Serve reporting as the environment says."""
    settings = Settings()
    run(build(settings), settings)


if __name__ == "__main__":
    main()
