import os

# What the application reads, wherever the tests run. Addresses of stores are not among it: the tests
# that need one are skipped where it is not given.
VARIABLES = {
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "warning",
    "SERVICE_NAME": "agent",
    "PORT": "9000",
    # Any file with something in it.
    "OPENAI_API_KEY_FILE": __file__,
}

for name, value in VARIABLES.items():
    os.environ.setdefault(name, value)
