# The commands of daily work. `make help` lists them.

.PHONY: help build debug test unit e2e rehearsal check demo demo-down lab-down packages format

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 14

packages: ## install what building and testing need (Debian, Ubuntu; root)
	@Tests/Lab/packages

build: packages ## the release binary: one file, .build/release/runbook
	@Tests/Lab/build-release

debug: packages ## the debug build
	swift build

test: check unit e2e ## everything: format, build, unit tests, the lab; what CI runs

unit: packages ## the Swift tests, the lab's suites among them
	@Tests/Lab/unit

e2e: build ## whole runs of the built program on throw-away servers
	@Tests/Lab/e2e

rehearsal: build ## a homelab backed up, destroyed, rebuilt from its backups and compared, ten kills among it
	@Tests/Lab/rehearsal

check: packages ## format, sizes, words that may not occur
	@Tests/Lab/check

format: ## format all Swift files
	swift format --in-place --recursive --parallel Package.swift Sources Tests

demo: build ## a throw-away server provisioned, killed half-way, resumed; then look around
	@Tests/Lab/demo

demo-down: ## remove what `make demo` left
	@Tests/Lab/demo down

lab-down: ## remove every throw-away server of this checkout
	@Tests/Lab/lab down --all
