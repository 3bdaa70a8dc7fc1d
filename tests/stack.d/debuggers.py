"""The debugger port of each service answers in its own protocol, and the service goes on answering."""

import json
import socket

from repository import http


def dap(port):
    """debugpy: the first request of every editor, in the Debug Adapter Protocol."""
    body = json.dumps({"seq": 1, "type": "request", "command": "initialize", "arguments": {"adapterID": "test"}})
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.settimeout(10)
        connection.sendall(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        stream = connection.makefile("rb")
        while True:
            length = 0
            while (line := stream.readline().strip()) or not length:
                if not line:
                    return "the connection was closed"
                length = int(line.split(b":")[1])
            answer = json.loads(stream.read(length))
            if answer.get("command") == "initialize":
                ok = answer.get("success") and answer["body"].get("supportsConfigurationDoneRequest")
                return "" if ok else str(answer)


def inspector(port):
    """Node.js: the program that can be attached to."""
    status, version = http(f"http://127.0.0.1:{port}/json/version")
    _, targets = http(f"http://127.0.0.1:{port}/json/list")
    if status != 200 or not json.loads(version)["Browser"].startswith("node.js/"):
        return f"{status} {version}"
    return "" if any("webSocketDebuggerUrl" in target for target in json.loads(targets)) else "nothing to attach to"


def delve(port):
    """Go: Delve's JSON-RPC. The program must run, not wait for an editor."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.settimeout(10)
        stream = connection.makefile("rwb")
        for number, (method, want) in enumerate([("GetVersion", "DelveVersion"), ("State", "Running")]):
            question = {"id": number, "method": f"RPCServer.{method}", "params": [{"NonBlocking": True}]}
            stream.write(json.dumps(question).encode() + b"\n")
            stream.flush()
            answer = json.loads(stream.readline() or b"{}")
            result = answer.get("result") or {}
            if not result.get("State", result).get(want):
                return str(answer) or "no answer"
    return ""


# By the port inside the container.
PROTOCOLS = {5678: dap, 9229: inspector, 2345: delve}


def check(repo, report):
    wanted = sum(1 for variable in repo.env if variable.endswith("_DEBUG_PORT"))
    found = 0
    for name, service in repo.config().items():
        if name not in repo.services:
            continue
        for port in service.get("ports", []):
            found += 1
            protocol = PROTOCOLS.get(port["target"])
            if not report.expect(protocol, f"{name}: port {port['target']} is a debugger's"):
                continue
            try:
                why = protocol(int(port["published"]))
            except (OSError, ValueError, KeyError) as error:
                why = f"{type(error).__name__}: {error}"
            report.expect(not why, f"{name}: {protocol.__doc__.partition(':')[0]} answers on {port['target']}", why)
            report.expect(port.get("host_ip") == "127.0.0.1", f"{name}: the debugger is for this machine only")
    report.expect(found == wanted, "each *_DEBUG_PORT of .env.example is published", f"{found} of {wanted}")
