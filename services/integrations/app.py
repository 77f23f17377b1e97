"""The composition root of integrations: its parts become one process."""

from fastapi import FastAPI

from services.integrations import api
from services.integrations.composition.doors import routers
from services.integrations.composition.hearing import consumers
from services.integrations.composition.keeping import kept
from services.integrations.composition.parts import Parts, parts
from services.integrations.composition.working import jobs
from services.integrations.pages import routes as guest_pages
from services.integrations.settings import Settings
from services.integrations.store.aging import Aging
from shared.chassis.service import run

__all__ = ["Parts", "assemble", "build", "parts"]


def assemble(have: Parts) -> FastAPI:
    """The server around the parts."""
    have.talk.watch(have.beside)
    return have.chassis.app(
        title="integrations",
        routers=routers(have),
        links=api.LINKS,
        uploads=f"{guest_pages.PATHS}|{api.FORMS}",
        consumers=consumers(have),
        jobs=jobs(have),
        prepare=[have.prepare],
        retention=kept(Aging(have.chassis.mongo)),
    )


def build(settings: Settings) -> FastAPI:
    """The service."""
    return assemble(parts(settings))


if __name__ == "__main__":
    own = Settings()
    run(build(own), own)
