"""The JSON-RPC life cycle as the standard has it, in place of pygls' own."""

import asyncio
import inspect
import json
import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol import types
from pygls import exceptions as rpc
from pygls.protocol import LanguageServerProtocol

from chant_ls.lsp.messages import Message, error_of, malformed, short
from chant_ls.lsp.transport import BadFrame, Wire, framed

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer

log = logging.getLogger(__name__)

REQUEST_FAILED = types.LSPErrorCodes.RequestFailed.value
_KEPT = frozenset({types.SET_TRACE})
"""What pygls' own handlers may still do; texts, folders and commands are ours."""


class Encoded(NamedTuple):
    """A result that is JSON already, made beside the loop."""

    json: str


class Protocol(LanguageServerProtocol):
    """pygls' registry, converter and outgoing requests, under our own life cycle.

    Every request is answered exactly once, every notification never. `ended` gets the exit code.
    """

    def __init__(self, server: "LanguageServer", converter: "Converter") -> None:
        super().__init__(server, converter)
        own = self.fm.builtin_features
        for method in [name for name in own if name not in _KEPT]:
            del own[method]
        self._initialized = False
        self._cancelled: set[str | int] = set()
        self.ended: asyncio.Future[int] | None = None

    def connect(self, wire: Wire, ended: "asyncio.Future[int]") -> None:
        self.set_writer(wire)
        self.ended = ended

    # -- in the reading thread

    def deliver(self, frame: bytes | BadFrame | None) -> Callable[[], None] | None:
        """What to do in the loop about a frame. A cancellation is noted at once, so that a request
        that still waits in the queue is never begun."""
        if frame is None:
            return partial(self._end, 1)
        try:
            data = json.loads(frame) if isinstance(frame, bytes) else None
        except (ValueError, RecursionError):
            data = None
        if data is None:
            return partial(self._fail, None, rpc.JsonRpcParseError())
        self._note_cancel(data)
        return partial(self.receive, data)

    def _note_cancel(self, data: Any) -> None:
        if isinstance(data, dict) and data.get("method") == types.CANCEL_REQUEST:
            params = data.get("params")
            id = params.get("id") if isinstance(params, dict) else None
            if isinstance(id, str | int):
                self._cancelled.add(id)

    # -- in the loop

    def receive(self, data: Any) -> None:
        """Act on one message. Never raises."""
        problem = malformed(data)
        if problem:
            id = data.get("id") if isinstance(data, dict) else None
            self._fail(id, rpc.JsonRpcInvalidRequest(problem))
        elif "method" not in data:
            self._take_answer(data)
        elif "id" in data:
            self._take_request(data)
        else:
            self._take_notification(data)

    def _take_request(self, data: Message) -> None:
        id, method = data["id"], data["method"]
        if refusal := self._refused(id, method):
            self._fail(id, refusal)
        elif method == types.SHUTDOWN:
            self._shut_down(id)
        else:
            self._begin(id, method, data)

    def _begin(self, id: str | int, method: str, data: Message) -> None:
        try:
            params = self._params(data)
        except (Exception, RecursionError) as error:  # noqa: BLE001 - cattrs raises anything
            self._fail(id, rpc.JsonRpcInvalidParams.of(short(error)))
            return
        self._initialized = self._initialized or method == types.INITIALIZE
        self._run(method, params, partial(self._send_handler_result, msg_id=id), id)

    def _refused(self, id: str | int, method: str) -> rpc.JsonRpcException | None:
        if id in self._cancelled:
            self._cancelled.discard(id)
            return rpc.JsonRpcRequestCancelled()
        if self._shutdown:
            return rpc.JsonRpcInvalidRequest("the server is shutting down")
        if method == types.INITIALIZE and self._initialized:
            return rpc.JsonRpcInvalidRequest("initialize was sent before")
        if method != types.INITIALIZE and not self._initialized:
            return rpc.JsonRpcServerNotInitialized("send initialize first")
        if method != types.SHUTDOWN and method not in self.fm.features:
            return rpc.JsonRpcMethodNotFound(f"{method} is not known here")
        return None

    def _take_notification(self, data: Message) -> None:
        method = data["method"]
        if method == types.EXIT:
            self._end(0 if self._shutdown else 1)
            return
        known = method in self.fm.features or method in self.fm.builtin_features
        if self._shutdown or not self._initialized or not (known or method == types.CANCEL_REQUEST):
            return
        try:
            params = self._params(data)
        except (Exception, RecursionError) as error:  # noqa: BLE001 - cattrs raises anything
            log.warning("%s ignored: %s", method, short(error))
            return
        if method == types.CANCEL_REQUEST:
            self._handle_cancel_notification(params.id)
        else:
            self._run(method, params, self._check_handler_result)

    def _run(self, method: str, params: Any, done: Callable[[Any], None], id: Any = None) -> None:
        """Most handlers answer at once; one that returns an awaitable answers later, and can be
        cancelled until then."""
        future: Future[Any] = Future()
        try:
            result = self._get_handler(method)(params)
            if inspect.isawaitable(result):
                task = asyncio.ensure_future(result)
                if id is not None:
                    self._request_futures[id] = task  # type: ignore[assignment] # pygls keeps both kinds there
                task.add_done_callback(done)
                return
            future.set_result(result)
        except Exception as error:  # noqa: BLE001 - a crashing handler loses only its own answer
            future.set_exception(error)
        done(future)

    def _take_answer(self, data: Message) -> None:
        """The client's answer to a request of ours."""
        future = self._request_futures.pop(data["id"], None)
        kind = self._result_types.pop(data["id"], None)
        if future is None or future.done():
            return
        if error := data.get("error"):
            code, text = error_of(error)
            future.set_exception(rpc.JsonRpcException(text, code))
            return
        try:
            answer = self._converter.structure(data, kind) if kind else None
            future.set_result(answer.result if answer else data.get("result"))
        except (Exception, RecursionError) as error:  # noqa: BLE001 - cattrs raises anything
            future.set_exception(rpc.JsonRpcException(short(error)))

    def _params(self, data: Message) -> Any:
        kind = self.get_message_type(data["method"])
        if kind is None:
            return data.get("params")
        return self._converter.structure(data, kind).params

    def _handle_cancel_notification(self, msg_id: str | int) -> None:
        self._cancelled.discard(msg_id)
        if future := self._request_futures.get(msg_id):
            future.cancel()

    def _shut_down(self, id: str | int) -> None:
        for future in list(self._request_futures.values()):
            future.cancel()
        self._shutdown = True
        self._answer(id, None)

    def leave(self) -> None:
        """The client is gone without a word."""
        self._end(1)

    def _end(self, code: int) -> None:
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(0 if self._shutdown else code)

    # -- out

    def _send_handler_result(self, future: "Future[Any]", *, msg_id: str | int) -> None:
        self._request_futures.pop(msg_id, None)
        if future.cancelled():
            self._fail(msg_id, rpc.JsonRpcRequestCancelled())
            return
        error = future.exception()
        if error is None:
            self._answer(msg_id, future.result())
        elif isinstance(error, rpc.JsonRpcException):
            self._fail(msg_id, error)
        else:
            log.error("request %r failed", msg_id, exc_info=error)
            self._fail(msg_id, rpc.JsonRpcException(f"chant-ls has a bug: {short(error)}"))

    def _check_handler_result(self, future: "Future[Any]") -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("a notification could not be handled", exc_info=error)

    def _answer(self, id: str | int, result: Any) -> None:
        if not isinstance(result, Encoded):
            self._send_data({"jsonrpc": self.VERSION, "id": id, "result": result})
        elif self.writer is not None:
            body = f'{{"jsonrpc": "2.0", "id": {json.dumps(id)}, "result": {result.json}}}'
            self.writer.write(framed(body.encode()))

    def _fail(self, id: str | int | None, error: rpc.JsonRpcException) -> None:
        body = {"code": error.code, "message": error.message}
        if error.data is not None:
            body["data"] = error.data
        self._send_data({"jsonrpc": self.VERSION, "id": id, "error": body})

    def notify(self, method: str, params: Any | None = None) -> None:
        message = {"jsonrpc": self.VERSION, "method": method}
        self._send_data(message if params is None else {**message, "params": params})
