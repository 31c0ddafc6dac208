# The commands of everyday work; `make help` lists them. docs/development.md tells more.

SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Without the tag SQLite has no full-text index, and the build stops and says so.
TAGS  := -tags sqlite_fts5
TOOL  := go tool -modfile=tools/go.mod
# What the tests run against, beside Go and gcc.
DEBIAN := postgresql postfix dovecot-imapd dovecot-lmtpd mutt swaks libnet-ssleay-perl
# What excludes one of those, and runs unpacked.
DEBS   := cyrus-imapd sasl2-bin

FUZZTIME ?= 30s
SOAKTIME ?= 600
# Scenarios of the bench; `make bench BENCH=-help` lists them. Not among these: million, which at
# first writes a database of 10 GB.
BENCH    ?= p1 p50 a50 replies delivery delivery-ed25519 delivery-rsa latency memory postgres
MICRO    ?= .
# Mails that other reply parsers read too, and where they are installed and write.
MAILS    ?= tests/mails
READERS  ?= /tmp/helpgate-readers
COUNT    ?= 1
# More words for the command: flags of the demo, of go test.
ARGS     ?=

# A clone that belongs to another user is one that git refuses to describe; go build would fail.
export GOFLAGS := $(GOFLAGS) $(shell git rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

.PHONY: help
help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# SQLite counts the memory that it takes, under a lock, unless told not to: a tenth of an intake. And
# it flushes a file's times with its content unless told that there is fdatasync.
export CGO_CFLAGS ?= -g -O2 -DSQLITE_DEFAULT_MEMSTATUS=0 -DHAVE_FDATASYNC=1

.PHONY: build
build: ## Build bin/helpgate.
	go build $(TAGS) -trimpath -o bin/helpgate ./cmd/helpgate

.PHONY: run
run: build ## Build it and run the demo: a whole helpdesk on this machine.
	bin/helpgate demo $(ARGS)

.PHONY: test
test: ## Run every test. As root it installs the Debian packages they need, else it skips some.
	@short=; { tools/packages $(DEBIAN) && tools/debs $(DEBS); } || \
	  { short=-short; echo "Tests that need them are skipped." >&2; }; \
	set -- -race -shuffle=on -timeout 20m $$short $(TAGS) $(ARGS) ./...; echo "go test $$*"; \
	if $(TOOL) gotestsum --version >/dev/null; then \
	  $(TOOL) gotestsum --format pkgname -- "$$@"; \
	else \
	  go test "$$@"; \
	fi

.PHONY: check
check: ## Check format, vet, staticcheck, import arrows, generated files.
	@old=$$(gofmt -l . && $(TOOL) gofumpt -l .); [ -z "$$old" ] || \
	  { echo "Not formatted, try make format:"; sort -u <<<"$$old"; exit 1; }
	go vet $(TAGS) ./...
	$(TOOL) staticcheck $(TAGS) ./...
	go test $(TAGS) ./tests/arrows
	@before=$$(git diff | cksum); $(MAKE) -s generate; \
	[ "$$before" = "$$(git diff | cksum)" ] || \
	  { git diff --stat; echo "Generated files were old: look at them and commit."; exit 1; }

.PHONY: format
format: ## Format all Go files.
	$(TOOL) gofumpt -w .

.PHONY: generate
generate: ## Make the files that are made from code.
	go generate $(TAGS) ./...

.PHONY: bench
bench: ## Measure helpgate against Postfix: scenarios BENCH, flags ARGS. As root.
	@tools/packages postfix postgresql
	go run $(TAGS) ./tests/bench $(ARGS) $(BENCH)

.PHONY: microbench
microbench: ## Run the benchmarks of Go that match MICRO, COUNT times each.
	go test $(TAGS) -run '^$$' -bench '$(MICRO)' -benchmem -count $(COUNT) $(ARGS) ./...

.PHONY: readers
readers: build ## Measure reply parsers from npm beside helpgate on MAILS. Needs node and npm.
	@mkdir -p $(READERS); cp tests/bench/readers/{package.json,readers.mjs} $(READERS)
	@cd $(READERS) && npm install --silent --no-audit --no-fund --no-package-lock
	node $(READERS)/readers.mjs bin/helpgate $(MAILS) $(READERS)/out

.PHONY: soak
soak: ## Run in full what the tests run shorter, then repeat all in other orders for SOAKTIME s.
	SOAK=1 go test -race -count 1 -timeout 60m -v $(TAGS) $(ARGS) ./tests/...
	@end=$$(($$(date +%s) + $(SOAKTIME))); round=0; \
	while [ "$$(date +%s)" -lt "$$end" ]; do \
	  round=$$((round + 1)); echo "round $$round"; \
	  go test -race -shuffle=on -count 1 $(TAGS) $(ARGS) ./tests/...; \
	done

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME.
	@grep -roP --include='*_test.go' '^func \KFuzz\w+' . | sort | \
	while IFS=: read -r file name; do \
	  echo "$$name in $$(dirname "$$file")"; \
	  go test $(TAGS) -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $(ARGS) \
	    "$$(dirname "$$file")" </dev/null; \
	done
