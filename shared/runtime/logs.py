"""Logs: one JSON line per decision on standard error, with a dotted event name and ids, never a complaint's text."""

import logging
import sys
from pathlib import Path

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def configure_logs(level: str = "INFO", *, service: str | None = None, file: Path | None = None) -> None:
    """Send all logs, ours and the libraries', to standard error, or to the end of `file`, as JSON lines."""
    stream = file.open("a", encoding="utf-8", buffering=1) if file else sys.stderr
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.contextvars.clear_contextvars()
    if service:
        structlog.contextvars.bind_contextvars(service=service)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=max(number, logging.WARNING), stream=stream, format="%(message)s", force=True)
    for name in ("asyncio", "alembic", "uvicorn.error"):
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    # What becomes of the broker is told by the relay and the consumer, once each.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
