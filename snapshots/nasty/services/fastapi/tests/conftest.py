import os

# What the application reads, wherever the tests run. Addresses of stores are not among it: the tests
# that need one are skipped where it is not given.
VARIABLES = {
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "warning",
    "SERVICE_NAME": "fastapi",
    "PORT": "8000",
    "BASE_PATH": "",
    "LINES": "1",
    "TAB": "1",
    "EMOJI": "1",
    "TEMPLATE": "1",
    "BACKSLASH": "1",
    "BRACKETS": "1",
    "YES": "1",
    "NUMBER": "1",
    "REAL": "1",
    "FLAG": "1",
    # Any file with something in it.
    "A_FILE": __file__,
    "LLM_API_KEY_FILE": __file__,
    "SESSION_KEY_FILE": __file__,
}

for name, value in VARIABLES.items():
    os.environ.setdefault(name, value)
