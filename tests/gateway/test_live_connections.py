"""Connections to a vendor: one where calls follow each other, as many as it takes where they come at once."""

from __future__ import annotations

import asyncio

import httpx2
from live_world import MODEL, ScriptedVendor, chat_answer, live_app, serving, upstream

CALLS = 30


def test_calls_at_once_do_not_wait_for_each_other_and_later_ones_use_their_connections_again(store, key):
    peers = []
    at_once = asyncio.Event()

    class Vendor(ScriptedVendor):
        async def _serve(self, request):
            peers.append(request.client)
            if len(peers) == CALLS:
                at_once.set()
            await asyncio.wait_for(at_once.wait(), 60)
            return await super()._serve(request)

    vendor = Vendor(lambda _: chat_answer())
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hello."}]}

    async def call_often(url):
        async with httpx2.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=60, trust_env=False) as us:
            answers = await asyncio.gather(*[us.post(url, json=body) for _ in range(CALLS)])
            return [*answers, *[await us.post(url, json=body) for _ in range(3)]]

    with serving(vendor.app) as real, serving(live_app(store, {"openai": upstream("openai", f"{real}/v1")})) as ours:
        answers = asyncio.run(call_often(f"{ours}/openai/v1/chat/completions"))
    assert {answer.status_code for answer in answers} == {200}
    assert len(set(peers)) == CALLS
    assert [row.status for row in store.ledger()] == ["ok"] * (CALLS + 3)
