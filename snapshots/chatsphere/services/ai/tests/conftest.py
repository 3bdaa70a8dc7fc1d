import os

# What the application reads, wherever the tests run. Addresses of stores are not among it: the tests
# that need one are skipped where it is not given.
VARIABLES = {
    "ENVIRONMENT": "test",
    "LOG_LEVEL": "warning",
    "SERVICE_NAME": "ai",
    "PORT": "9000",
}

for name, value in VARIABLES.items():
    os.environ.setdefault(name, value)
