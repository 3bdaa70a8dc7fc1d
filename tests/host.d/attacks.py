"""Why: a limit is worth what it stops. One of these is tried in a container that serves, and says what stopped it.

usage: python - root|raw|fork|memory <attacks.py
"""

import os
import signal
import socket
import sys


def root():
    os.setuid(0)


def raw():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def fork():
    children = []
    try:
        # More than any limit, and few enough for a machine without one.
        while len(children) < 2000:
            child = os.fork()
            if not child:
                signal.pause()
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)


def memory():
    eaten = []
    while len(eaten) < 128:
        eaten.append(bytearray(b"x" * (16 << 20)))


try:
    {"root": root, "raw": raw, "fork": fork, "memory": memory}[sys.argv[1]]()
    print("nothing stopped it")
except OSError as error:
    print(error)
