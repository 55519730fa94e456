"""JSON-RPC messages as data: whether they are any, and what an error says."""

from typing import Any

Message = dict[str, Any]


def malformed(data: Any) -> str:
    if not isinstance(data, dict):
        return "a message is one object"
    if data.get("jsonrpc") != "2.0":
        return "jsonrpc must be 2.0"
    if "method" in data and not isinstance(data["method"], str):
        return "method must be text"
    if "id" in data and (isinstance(data["id"], bool) or not isinstance(data["id"], str | int)):
        return "id must be text or a whole number"
    if "method" not in data and "id" not in data:
        return "neither a request nor an answer"
    return ""


def error_of(error: Any) -> tuple[int, str]:
    told = error if isinstance(error, dict) else {}
    code = told.get("code")
    return code if isinstance(code, int) else -32603, str(told.get("message", error))


def short(error: BaseException) -> str:
    """One line of what went wrong; cattrs groups its errors in trees."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
