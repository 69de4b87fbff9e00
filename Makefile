# `make run` and `make test` set up everything they need in .venv, once.

PYTHON ?= python3
# The build of torch for tests and benchmarks. Where pip knows PyPI alone this is the one with CUDA, some
# gigabytes; TORCH='torch==2.13.0+cpu' with pip set up for it, or a wheel's path, takes another.
TORCH ?= torch==2.13.0
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell git ls-files -co --exclude-standard CMakeLists.txt pyproject.toml cmake bridge examples ns3_scenarios py_agent 2>/dev/null)
CXX_FILES = $(shell git ls-files '*.cc' '*.h' '*.cpp')

.PHONY: run test sanitize lint format bench soak docs golden wheel-test clean
