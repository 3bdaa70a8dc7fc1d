"""What was found clean before: a file that has not changed, under tools and checks that have not either, is not asked again.

Only clean results are kept, as empty files named by a hash over all that the result depends on.
"""

import hashlib
import re

from tools import CACHE, HERE

_texts = {path.name: path.read_bytes() for path in HERE.glob("*.py")}
# A language takes minutes: it is not asked again because some other check has changed, nor the other way round.
LANGUAGES = b"".join(_texts[name] for name in ("files.py", "known.py", "languages.py", "tools.py"))
_files = b"".join(text for name, text in sorted(_texts.items()) if name != "languages.py")


def key(check, *parts, judge=_files):
    digest = hashlib.sha256()
    for part in (judge, check, *parts):
        data = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return CACHE / "clean" / re.sub(r"\W", "-", check) / digest.hexdigest()


def unknown(check, files, also=lambda name: b""):
    """The files that were not yet found clean; `also` gives what else the result for one depends on."""
    return {name: data for name, data in files.items() if not key(check, name.rpartition("/")[2], data, also(name)).exists()}


def keep(check, files, findings, also=lambda name: b""):
    """All of them are clean, or none is remembered: a report cannot always be split by file."""
    if findings:
        return
    for name, data in files.items():
        remember(key(check, name.rpartition("/")[2], data, also(name)))


def remember(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
