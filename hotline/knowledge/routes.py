"""The internal address of the search: `POST /knowledge/search`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from hotline.errors import BadInput
from hotline.records import JSON, KnowledgeAnswer, KnowledgeHit

MOST_RESULTS = 20
Search = Callable[[str, int], Awaitable[KnowledgeAnswer]]


def knowledge_routes(search: Search) -> Sequence[web.RouteDef]:
    """The routes that speak for `search`."""

    async def handle(request: web.Request) -> web.Response:
        query, limit = _asked(await _body(request))
        return web.json_response(answer_as_json(await search(query, limit)))

    return [web.post("/knowledge/search", handle)]


def answer_as_json(answer: KnowledgeAnswer) -> JSON:
    """The wire format of an answer."""
    return {"decision": answer.decision, "results": [_hit(hit) for hit in answer.hits]}


def _hit(hit: KnowledgeHit) -> JSON:
    article = hit.article
    return {
        "article": article.id, "question": article.question, "score": round(hit.score, 4),
        "facts": list(article.facts), "answer": article.answer, "source": article.source, "as_of": article.as_of,
        "verify": article.verify, "domain": article.domain,
    }


async def _body(request: web.Request) -> JSON:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadInput("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadInput("the body is not a JSON object")
    return body


def _asked(body: dict[str, Any]) -> tuple[str, int]:
    query, limit = body.get("query"), body.get("limit", 3)
    if not isinstance(query, str) or not query.strip():
        raise BadInput("query must be a text", "query")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_RESULTS:
        raise BadInput(f"limit must be a number from 1 to {MOST_RESULTS}", "limit")
    return query, limit
