"""The protocol's life cycle over raw JSON-RPC, against the real process."""

import asyncio
import json
import socket
import subprocess
import sys

import pytest
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from chant_ls.lsp.protocol import Protocol

LIVES = ("workspace/symbol", {"query": "no such spec"})
"""A question that a living server answers."""


def codes(answer):
    return answer["error"]["code"]


def test_a_request_before_initialize_is_refused_as_not_initialized(client):
    assert client.error("textDocument/hover", {})["code"] == -32002
    client.initialize()


def test_a_second_initialize_is_refused(client):
    client.initialize()
    assert client.error("initialize", {"capabilities": {}})["code"] == -32600


def test_requests_after_shutdown_are_refused_and_exit_gives_zero(client):
    client.initialize()
    client.request("shutdown")
    assert client.error("textDocument/hover", {})["code"] == -32600
    assert client.error("shutdown")["code"] == -32600
    client.notify("exit")
    assert client.process.wait(30) == 0


def test_exit_without_shutdown_gives_one(client):
    client.initialize()
    client.notify("exit")
    assert client.process.wait(30) == 1


def test_the_end_of_input_ends_the_server(client):
    client.initialize()
    client.process.stdin.close()
    assert client.process.wait(30) == 1


def test_malformed_json_is_answered_and_survived(pool):
    client = pool(capabilities={})
    client.seen.clear()
    client.raw(b"Content-Length: 9\r\n\r\n{not json")
    answer = client.until(lambda m: "error" in m)
    assert codes(answer) == -32700 and answer["id"] is None
    assert client.request(*LIVES) == []


@pytest.mark.parametrize("body", [b"[]", b"1", b'{"jsonrpc":"1.0","id":4}', b'{"jsonrpc":"2.0"}'])
def test_what_is_no_message_is_an_invalid_request(pool, body):
    client = pool(capabilities={})
    client.seen.clear()
    client.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert codes(client.until(lambda m: "error" in m)) == -32600
    assert client.request(*LIVES) == []


def test_deeply_nested_json_is_survived(pool):
    client = pool(capabilities={})
    client.seen.clear()
    body = b"[" * 200_000
    client.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert codes(client.until(lambda m: "error" in m)) == -32700
    assert client.request(*LIVES) == []


def test_header_names_are_read_in_any_case_and_order(client):
    body = json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
    ).encode()
    kind = b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
    client.raw(kind + b"content-length:%d\r\n\r\n%s" % (len(body), body))
    assert client.answer(1)["result"]["serverInfo"]["name"] == "chant-ls"


@pytest.mark.parametrize(
    "length", [b"-5", b"99999999999999999999999", b"999999999999", b"ten", b""]
)
def test_an_impossible_length_is_answered_and_survived(pool, length):
    client = pool(capabilities={})
    client.seen.clear()
    client.raw(b"Content-Length: %s\r\n\r\n" % length)
    assert codes(client.until(lambda m: "error" in m)) == -32700
    assert client.request(*LIVES) == []


def test_reading_goes_on_after_the_body_of_a_message_that_was_too_long(pool):
    client = pool(capabilities={})
    client.seen.clear()
    client.raw(b"Content-Length: -1\r\n\r\n" + b'{"jsonrpc":"2.0"}')
    assert codes(client.until(lambda m: "error" in m)) == -32700
    assert client.request(*LIVES) == []


@pytest.mark.parametrize(
    "params", [None, {}, [], {"textDocument": {}}, {"textDocument": 3, "position": "x"}, "text"]
)
def test_invalid_params_are_answered(pool, params):
    client = pool(capabilities={})
    client.seen.clear()
    assert client.error("textDocument/diagnostic", params)["code"] == -32602


def test_an_unknown_method_is_answered_with_its_name(pool):
    client = pool(capabilities={})
    client.seen.clear()
    error = client.error("textDocument/frobnicate", {"a": 1})
    assert error["code"] == -32601 and "textDocument/frobnicate" in error["message"]
    assert client.error("$/frobnicate")["code"] == -32601


def test_notifications_are_never_answered(pool):
    client = pool(capabilities={})
    client.seen.clear()
    client.notify("textDocument/frobnicate", {})
    client.notify("textDocument/didOpen", {"wrong": True})
    client.notify("textDocument/didChange", None)
    client.notify("$/cancelRequest", {"id": 999})
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": 3}]})
    assert client.request(*LIVES) == []
    assert [m for m in client.seen if "method" not in m and m["id"] is None] == []


def test_a_request_that_is_cancelled_in_the_queue_is_never_begun():
    begun, sent = [], []
    server = LanguageServer("t", "1", protocol_cls=Protocol, converter_factory=default_converter)
    server.feature("chant/slow")(lambda params: begun.append(params))
    server.feature("initialize")(lambda params: begun.append(params))
    protocol = server.protocol
    protocol._send_data = sent.append
    frames = [
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"id": 2, "method": "chant/slow", "params": {}},
        {"id": 3, "method": "chant/slow", "params": {}},
        {"method": "$/cancelRequest", "params": {"id": 2}},
    ]
    actions = [protocol.deliver(json.dumps({"jsonrpc": "2.0", **f}).encode()) for f in frames]
    for act in actions:
        act()
    assert [m["id"] for m in sent] == [1, 2, 3]
    assert sent[1]["error"]["code"] == -32800 and len(begun) == 2


async def test_a_request_under_way_is_cancelled_and_answered_once():
    sent, begun = [], asyncio.Event()
    server = LanguageServer("t", "1", protocol_cls=Protocol, converter_factory=default_converter)

    async def slow(params):
        begun.set()
        await asyncio.Event().wait()

    server.feature("initialize")(lambda params: None)
    server.feature("chant/slow")(slow)
    protocol = server.protocol
    protocol._send_data = sent.append
    for body in (
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"id": 2, "method": "chant/slow", "params": {}},
    ):
        protocol.receive({"jsonrpc": "2.0", **body})
    await asyncio.wait_for(begun.wait(), 30)
    for _ in range(2):
        protocol.receive({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 2}})
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [m.get("error", {}).get("code") for m in sent] == [None, -32800]


def test_text_ids_are_kept(client):
    client.send(id="seven", method="initialize", params={"capabilities": {}})
    assert "result" in client.answer("seven")


def test_the_version_is_told_and_other_arguments_are_refused():
    command = [sys.executable, "-m", "chant_ls.lsp.main"]
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    assert told.returncode == 0 and told.stdout.strip()
    wrong = subprocess.run([*command, "--wrong"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    address = subprocess.run(
        [*command, "--tcp", "nowhere"], capture_output=True, text=True, check=False
    )
    assert address.returncode != 0 and "HOST:PORT" in address.stderr


def test_tcp_serves_one_client_on_loopback(connect):
    server = connect("--tcp", "127.0.0.1:0")
    while not server.stderr:
        assert server.process.poll() is None
    host, _, port = server.stderr[0].decode().split()[-1].rpartition(":")
    assert host == "127.0.0.1"
    with socket.create_connection((host, int(port)), timeout=30) as peer:
        body = json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}
        ).encode()
        peer.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        assert b'"serverInfo"' in peer.recv(65536)
    assert server.process.wait(30) == 1


def test_the_server_leaves_when_its_parent_is_gone(connect):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    client = connect()
    client.initialize(processId=parent.pid)
    parent.communicate(b"\n")
    assert client.process.wait(30) == 1


def test_a_print_in_the_server_does_not_reach_the_wire():
    code = (
        "import os, sys; from chant_ls.lsp.transport import take_stdio; r, w = take_stdio();"
        "print('stray'); os.system('echo child'); w.write(b'wire'); w.flush();"
        "sys.stdout.flush(); os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == b"wire"
    assert b"stray" in done.stderr and b"child" in done.stderr
