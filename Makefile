# Everything here runs on a machine with Go alone; what else a target can use, it
# says, and `make e2e` fetches. Nothing is written outside .build/ and the caches of
# Go and npm.

GO       ?= go
BUILD    := .build
TOOLS    := $(BUILD)/tools
LIVERY   := $(BUILD)/livery
FUZZTIME ?= 30s
RUNS     ?= 9
SH       := bash -euo pipefail
VCS      := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false) # a copy without git has no commit to name

.DEFAULT_GOAL := help
.PHONY: build demo test check bench bench-scale fuzz e2e release help

## build: the binary, in .build/livery
build:
	@CGO_ENABLED=0 $(GO) build -buildvcs=$(VCS) -trimpath -ldflags='-s -w' -o $(LIVERY) .

## demo: plan, apply and change a believable brand, with no account and no network
demo: build
	@bash .ci/demo $(LIVERY)

## test: every test that runs with Go alone
test:
	@$(SH) .ci/steps test

## check: format, vet, linter, layers, go.mod, examples, start-up
check: build
	@$(SH) .ci/steps check

## e2e: the parts of the tests that need outside tools, with nothing left out
e2e: build
	@$(SH) .ci/steps e2e

## fuzz: each fuzz target for FUZZTIME (30s)
fuzz:
	@FUZZTIME=$(FUZZTIME) $(SH) .ci/steps fuzz

## bench: livery beside Terraform and the floor, what a slow network and a slow place for the state cost, how soon a preview is seen and an editor told
bench:
	@$(GO) run ./testdata/bench -runs $(RUNS)
	@$(GO) test -run '^$$' -bench . ./schema/stack ./schema/preview ./reconcile ./reconcile/backend ./reconcile/previewserver ./reconcile/lsp

## bench-scale: a hundred and four hundred stacks in one run, beside the floor, a process each, and Terraform; takes a quarter of an hour
bench-scale:
	@$(GO) run ./testdata/bench -scale -runs 3

## release: archives, checksums, completions and man pages for all platforms, in .build/release
release:
	@$(SH) .ci/steps release

# The pictures of the README and of the page on editors, taken anew when what they show
# has changed.
examples/preview.png examples/editors/editor.png: build
	@$(SH) .ci/steps picture $@

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F': ' '{ printf "  make %-8s %s\n", $$1, $$2 }'
