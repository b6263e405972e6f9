"""How any service is put together and run: HTTP, database, relay, consumer, timers, health, metrics, drain."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.bus.consumer import Consumer, Reactions
from shared.bus.database import Database
from shared.bus.event_log import EventLog, LogError
from shared.bus.outbox import Relay
from shared.bus.pacing import Pace
from shared.bus.unit_of_work import UnitOfWork
from shared.events.base import Event, topic_of

from .api_pages import add_api_pages
from .database import is_current
from .errors import REFUSALS, add_error_handlers
from .feed import Feed, feed_routes
from .policy import Policy
from .policy_api import policy_routes
from .policy_keeper import PolicyKeeper
from .sampling import Sampler
from .settings import Settings
from .strict_json import StrictJsonRoute
from .timers import TimerHandler, TimerLoop
from .web import Gate

log = structlog.get_logger()

P = TypeVar("P", bound=Policy)

LOOP_MUST_TURN_WITHIN = 600.0
DATABASE_MUST_ANSWER_WITHIN = 15.0

BackgroundTask = Callable[[], Awaitable[None]]
Sample = Callable[[Database], Awaitable[None]]


class NotMigratedError(Exception):
    """The service's tables are not at the newest revision."""


class Service:
    """A running service. `app` serves its own paths; the rest is started and stopped by the app's lifespan."""

    def __init__(self, name: str, settings: Settings, event_log: EventLog) -> None:
        assert settings.database_url is not None, f"{name} needs a database"
        self.name = name
        self.settings = settings
        self.database = Database(settings.database_url, application=f"redress {name}")
        self.event_log = event_log
        self.relay = Relay(self.database, event_log, name)
        self.unit_of_work = UnitOfWork(self.database, self.relay.wake)
        self.consumer: Consumer | None = None
        self.timers: TimerLoop | None = None
        self.sampler = Sampler(self)
        self.draining = False
        self._feed = Feed(self.database)
        self._topics = [topic_of(name)]
        self._policies: PolicyKeeper[Any] | None = None
        self._background: list[BackgroundTask] = []
        self._served = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._died: str | None = None
        self.app = self._new_app()

    def decides_by(
        self, policy: P, decide_by: Callable[[P], None], check: Callable[[P], object] = lambda _policy: None
    ) -> PolicyKeeper[P]:
        """Decide by this policy until another one is put over the API.

        decide_by: lets what the service serves, hears and fires decide by a policy. It is called at once, and again
        between two transactions whenever another policy comes into force; check: raises PolicyError where it cannot.
        """
        keeper = PolicyKeeper(self.database, policy, decide_by, check)
        self._policies = keeper
        self.app.state.policy_keeper = keeper
        self.app.include_router(policy_routes(self.name))
        return keeper

    def serves(self, *routers: APIRouter, **state: Any) -> None:
        """Add endpoints; `state` becomes app.state, where their dependencies find it.

        Paths are tried in the order in which they were added: those that are asked for most come first.
        """
        # include_router would keep them apart and search router after router for every request.
        routes = [route for router in routers for route in router.routes]
        self.app.router.routes[self._served : self._served] = routes
        self._served += len(routes)
        for key, value in state.items():
            setattr(self.app.state, key, value)

    def tells_at_once(self, *events: type[Event]) -> None:
        """Which of this service's events go out as soon as they are committed: somebody waits for them."""
        self.relay.urgent = frozenset(events)

    def hears(self, publishers: Iterable[str], reactions: Reactions, pace: Pace = Pace.CALM) -> None:
        """React to these publishers' events; said again, only the reactions are new."""
        if self.consumer is not None:
            self.consumer.reacts_with(reactions)
            return
        names = sorted(publishers)
        self._topics += [topic_of(name) for name in names]
        self.consumer = Consumer(
            self.unit_of_work,
            self.event_log,
            group=f"redress.{self.name}",
            member_id=self.settings.member_id,
            hears=names,
            reactions=reactions,
        )
        self.consumer.pace = pace

    def fires(self, handlers: Mapping[str, TimerHandler]) -> None:
        """Fire timers of these kinds; said again, with other handlers."""
        if self.timers is not None:
            self.timers.handled_by(handlers)
            return
        self.timers = TimerLoop(self.unit_of_work, handlers)

    def runs(self, task: BackgroundTask) -> None:
        """Run this beside everything else until the service stops."""
        self._background.append(task)

    def samples(self, sample: Sample) -> None:
        """Set the service's own gauges from its database when metrics are read."""
        self.sampler.own = sample

    async def start(self) -> None:
        """Begin to work. Raises NotMigratedError, PolicyError, or what the database raises."""
        if not await is_current(self.database, self.name):
            raise NotMigratedError(
                f"the database of {self.name} is not up to date; run: redress migrate {self.name}"
            )
        if self._policies is not None:
            await self._policies.refresh()
            self._spawn(self._policies.keep_fresh(), "policy")
        await self.sampler.look()
        self._spawn(self._use_log(), "log")
        self._spawn(self.sampler.run(), "sampler")
        if self.timers is not None:
            self._spawn(self.timers.run(), "timers")
        for task in self._background:
            self._spawn(task(), "background")
        log.info("service.started", service=self.name)

    def begin_drain(self) -> None:
        """Be no longer ready, and end the long polls."""
        self.draining = True
        self._feed.close()

    async def stop(self) -> None:
        """Finish what is open and release everything."""
        self.begin_drain()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        await self.database.close()
        log.info("service.stopped", service=self.name)

    def why_not_ready(self) -> str | None:
        """Why requests should go elsewhere; None if they may come. The log is no part of it."""
        if self.draining:
            return "draining"
        if self.sampler.database_silent_for() > DATABASE_MUST_ANSWER_WITHIN:
            return "the database does not answer"
        if self.consumer is not None and self.consumer.stopped_because:
            return self.consumer.stopped_because
        return None

    def why_not_alive(self) -> str | None:
        """Why this process should be started anew; None if it is well. Nothing outside the process counts."""
        now = asyncio.get_running_loop().time()
        if self._died:
            return f"its {self._died} has died"
        if self.consumer is not None:
            if self.consumer.is_stuck:
                return "the consumer makes no progress although there is something to read"
            if self.consumer.turned_at and now - self.consumer.turned_at > LOOP_MUST_TURN_WITHIN:
                return "the consumer's loop does not turn"
        if (
            self.timers is not None
            and self.timers.turned_at
            and now - self.timers.turned_at > LOOP_MUST_TURN_WITHIN
        ):
            return "the timers' loop does not turn"
        return None

    async def _use_log(self) -> None:
        """Relay and consume as soon as the log can be reached; everything else works meanwhile."""
        while True:
            try:
                await self.event_log.start()
                await self.event_log.ensure_topics(self._topics)
                break
            except (LogError, OSError) as error:
                log.warning("service.log_unreachable", service=self.name, reason=str(error))
                await asyncio.sleep(1.0)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.relay.run())
            if self.consumer is not None:
                tasks.create_task(self.consumer.run())

    def _spawn(self, work: Awaitable[None], name: str) -> None:
        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception:
                self._died = name
                log.exception("service.task_died", service=self.name, task=name)

        self._tasks.append(asyncio.create_task(guarded(), name=f"{self.name} {name}"))

    def _new_app(self) -> FastAPI:
        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            await self.start()
            try:
                yield
            finally:
                await self.stop()

        app = FastAPI(
            title=f"Redress {self.name}",
            openapi_url=f"/{self.name}/openapi.json",
            docs_url=None,
            redoc_url=None,
            lifespan=lifespan,
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        app.state.unit_of_work = self.unit_of_work
        app.state.feed = self._feed
        add_error_handlers(app)
        add_api_pages(app, self.name, asks_for_token=bool(self.settings.api_token))
        app.include_router(feed_routes(self.name))
        return app


def service_router(name: str, **options: Any) -> APIRouter:
    """A router for /<name>/v1 that reads bodies strictly."""
    return APIRouter(prefix=f"/{name}/v1", route_class=StrictJsonRoute, responses=REFUSALS, **options)


class Together:
    """One ASGI application for one or all services: the first part of a path says whose it is."""

    def __init__(
        self, services: Sequence[Service], settings: Settings, *, closes: EventLog | None = None
    ) -> None:
        """`closes`: the log to close after the services have stopped."""
        self._services = services
        self._closes = closes
        self._apps: dict[str, ASGIApp] = {
            service.name: Gate(service.app, service=service.name, token=settings.api_token)
            for service in services
        }
        self._common = Gate(self._common_app(), service="common", token=settings.api_token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or the lifespan."""
        if scope["type"] == "http":
            first = scope["path"].split("/", 2)[1] if scope["path"].startswith("/") else ""
            await self._apps.get(first, self._common)(scope, receive, send)
            return
        await self._common(scope, receive, send)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The services, started one after the other and stopped in reverse."""
        async with AsyncExitStack() as stack:
            if self._closes is not None:
                stack.push_async_callback(self._closes.close)
            for service in self._services:
                await stack.enter_async_context(service.app.router.lifespan_context(service.app))
            yield

    def _common_app(self) -> FastAPI:
        app = FastAPI(
            title="Redress",
            lifespan=lambda _app: self.running(),
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
        )
        add_error_handlers(app)

        @app.get("/health/live")
        async def live() -> JSONResponse:
            """200 while this process is well."""
            return _health({service.name: service.why_not_alive() for service in self._services})

        @app.get("/health/ready")
        async def ready() -> JSONResponse:
            """200 while requests may come."""
            return _health({service.name: service.why_not_ready() for service in self._services})

        @app.get("/metrics")
        async def metrics() -> PlainTextResponse:
            """Everything that Prometheus should know."""
            for service in self._services:
                await service.sampler.look()
            return PlainTextResponse(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        return app


def _health(reasons: Mapping[str, str | None]) -> JSONResponse:
    problems = {name: reason for name, reason in reasons.items() if reason}
    body: dict[str, Any] = {"status": "failing" if problems else "ok"}
    if problems:
        body["because"] = problems
    return JSONResponse(body, status_code=503 if problems else 200)
