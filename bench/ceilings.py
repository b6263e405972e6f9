"""The ceilings: what FastAPI does that only checks a complaint, and one that also stores it with an outbox row.

python -m bench.ceilings <PostgreSQL address> <port>
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field

TABLES = """
CREATE TABLE complaint (id uuid PRIMARY KEY, contact_key text UNIQUE, customer text, text text,
    created_at timestamptz DEFAULT now());
CREATE TABLE outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, subject uuid, type text, value jsonb);
"""

STORE = """
WITH stored AS (INSERT INTO complaint (id, contact_key, customer, text) VALUES ($1, $2, $3, $4))
INSERT INTO outbox (subject, type, value) VALUES ($1, 'complaint.received', $5)
"""


class Customer(BaseModel):
    """As much as the door of intake is given."""

    external_id: str = Field(max_length=100)
    phone: str = Field(max_length=40)
    marketing_consent: bool


class Complaint(BaseModel):
    """As much as the door of intake is given."""

    contact_key: str = Field(max_length=200)
    text: str = Field(min_length=1, max_length=20_000)
    category: str | None = Field(None, max_length=200)
    customer: Customer


class Receipt(BaseModel):
    """The answer."""

    complaint_id: UUID


def create_app(dsn: str) -> FastAPI:
    """The bare application; `dsn` is a PostgreSQL address as asyncpg takes it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=8, max_size=8) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/validate", status_code=201, response_model=Receipt)
    async def validate(complaint: Complaint) -> Any:
        return Receipt(complaint_id=uuid4())

    @app.post("/store", status_code=201, response_model=Receipt)
    async def store(complaint: Complaint, request: Request) -> Any:
        complaint_id = uuid4()
        async with request.app.state.pool.acquire() as connection:
            await connection.execute(
                STORE,
                complaint_id,
                complaint.contact_key,
                complaint.customer.external_id,
                complaint.text,
                complaint.model_dump_json(),
            )
        return Receipt(complaint_id=complaint_id)

    return app


async def create_tables(dsn: str) -> None:
    """Make the reference's tables."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLES)
    await connection.close()


if __name__ == "__main__":
    asyncio.run(create_tables(sys.argv[1]))
    uvicorn.run(
        create_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False
    )
