# gijbulk. `make help` lists the targets.
SHELL   := /bin/bash
GO      ?= go
# The go command writes the version, the commit and its date into the program where git can
# read the checkout. Without git: make build VERSION=1.2.3
LDFLAGS := -s -w $(if $(VERSION),-X main.version=$(VERSION))
VCS     := $(shell git rev-parse -q --verify HEAD >/dev/null 2>&1 && echo true || echo false)
PKGS    := ./...
# A count: at the end of a duration go test may fail by itself (go.dev/issue/75804, mended in Go 1.27).
FUZZTIME ?= 3000x
BENCH ?= .
# Modules of their own: the product depends on nothing of what they need.
MODULES := samples/jobs/verify cmd/gijdist

.PHONY: help build dist reproduce packages release docs test browser jobs check fmt vet static vuln layers fuzz chaos simulate seeds bench demo samples clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 11

build: ## bin/gijbulk, a static binary
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=$(VCS) -ldflags '$(LDFLAGS)' -o bin/gijbulk ./cmd/gijbulk

dist: ## dist/: archives for Linux, macOS and Windows (amd64, arm64), deb, rpm, OCI image, SBOM and SHA256SUMS; URL= and MAINTAINER= of the release
	$(GO) build -C cmd/gijdist -o ../../bin/gijdist . && bin/gijdist -go '$(GO)' -o dist -url '$(URL)' $(if $(MAINTAINER),-maintainer '$(MAINTAINER)')

reproduce: dist ## pack the commit once more in another folder, and compare the sums
	@elsewhere=$$(mktemp -d) && trap 'rm -rf "$$elsewhere"' EXIT && git clone -q . "$$elsewhere/clone" && \
	  $(MAKE) -C "$$elsewhere/clone" dist && \
	  diff dist/SHA256SUMS "$$elsewhere/clone/dist/SHA256SUMS" && echo "the same sums twice"

packages: dist ## install what dist/ has into clean systems, run it there, upgrade and remove it; root and Debian's tools are needed, and what is missing is said
	@.ci/debian; cd cmd/gijdist && $(GO) test -tags=packages -count=1 -v -timeout 45m -run '^TestDist' .

release: ## check and test everything, tag the commit VERSION=1.2.3, and pack it twice with the same sums; URL= and MAINTAINER= as for dist
	@.ci/release '$(VERSION)'
	$(MAKE) check
	git tag -a 'v$(VERSION)' -m 'gijbulk $(VERSION)'
	$(MAKE) reproduce

docs: ## write cmd/gijbulk/docs anew: the command reference and the man pages
	$(GO) test -count=1 -run '^TestDocs$$' ./cmd/gijbulk -update

demo: build ## import samples/ into an embedded sandbox and show the reports
	@rm -rf gijbulk-reports/demo
	./bin/gijbulk import samples/integrations.csv samples/integrations.yaml samples/repositories.yaml samples/excel.csv --sandbox=seed=7,drop-after=5%,503=5%,latency=20ms --settle 1s --timeout 5s --report html --report-dir gijbulk-reports/demo
	@echo; echo "The reports are in gijbulk-reports/demo:"; ls gijbulk-reports/demo

test: ## race tests, stories, browser tests, the state in PostgreSQL, the job samples and a short run of every fuzz target
	@.ci/postgres; race=$$(.ci/race) && browser=$$(.ci/chromium) && $(GO) test $$race $$browser -count=1 -parallel 4 -timeout 45m $(PKGS)
	@$(MAKE) --no-print-directory jobs
	@$(MAKE) --no-print-directory fuzz

fuzz: ## every fuzz target, FUZZTIME inputs each (3000x) or as long (30s)
	@for package in $$($(GO) list $(PKGS)); do \
	  for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
	    echo "fuzz $$package $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package > .fuzz.log 2>&1 || { cat .fuzz.log; rm -f .fuzz.log; exit 1; }; \
	  done; \
	done; rm -f .fuzz.log

browser: ## look at the reports of real runs in Chromium, and keep pictures of them in bin/browser
	@rm -rf bin/browser && mkdir -p bin/browser
	@browser=$$(.ci/chromium) && { [ -z "$$browser" ] || $(GO) test $$browser -count=1 -run '^TestReportsInABrowser$$' -artifacts -outputdir $(CURDIR)/bin/browser ./cmd/gijbulk; }

jobs: ## hold samples/jobs and samples/monitoring against what Kubernetes, systemd, GitHub, GitLab, Prometheus and gijbulk take, and test what packs
	@tools=$$(.ci/promtool); for module in $(MODULES); do (cd $$module && PATH="$$PATH:$$tools" $(GO) test -count=1 ./...) || exit 1; done
	@.ci/units

check: fmt vet static vuln layers test seeds ## all that CI demands

fmt:
	@unformatted=$$(gofmt -l cmd importer reports samples schema); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	@for module in . $(MODULES); do \
	  (cd $$module; cp go.mod .go.mod.before; cp go.sum .go.sum.before; $(GO) mod tidy; \
	    cmp -s go.mod .go.mod.before && cmp -s go.sum .go.sum.before; same=$$?; mv .go.mod.before go.mod; mv .go.sum.before go.sum; \
	    [ $$same = 0 ] || { echo "$$module: go.mod or go.sum is not tidy: run go mod tidy"; exit 1; }) || exit 1; \
	done

# One architecture of each system: no file here is for one architecture alone, so vet finds
# the same on both. The first time each takes one to two minutes on two cores, for the
# libraries are compiled for it; then seconds.
vet:
	$(GO) vet -tags=browser $(PKGS)
	@for module in $(MODULES); do (cd $$module && $(GO) vet -tags=packages ./...) || exit 1; done
	@for os in $(filter-out $(shell $(GO) env GOOS),linux darwin windows); do \
	  echo "GOOS=$$os $(GO) vet $(PKGS)"; GOOS=$$os CGO_ENABLED=0 $(GO) vet $(PKGS) || exit 1; \
	done

static:
	$(GO) tool staticcheck -tags=browser $(PKGS)
	@staticcheck=$$($(GO) tool -n staticcheck) && for module in $(MODULES); do (cd $$module && "$$staticcheck" -tags=packages ./...) || exit 1; done

# govulncheck needs its database on the network; where that is out of reach it says so.
vuln:
	@out=$$(timeout 300 $(GO) tool govulncheck $(PKGS) 2>&1); code=$$?; \
	if [ $$code = 0 ]; then echo "govulncheck: nothing found"; \
	elif grep -qE 'dial tcp|no such host|connection refused|i/o timeout|Forbidden|proxyconnect|403|lookup ' <<< "$$out"; then echo "govulncheck: its database cannot be reached from here; not checked"; \
	else echo "$$out"; exit $$code; fi

layers:
	$(GO) test -count=1 -run 'TestLayers|TestOnlyTheEncoderRevealsSecrets' ./cmd/gijbulk

chaos: ## kill an import of 1,000 records 50 times, three processes that share a fleet 20 times, and a sync, its connection and its database at each step, and count what the servers hold
	@.ci/postgres; race=$$(.ci/race) && GIJBULK_CHAOS_KILLS=50 $(GO) test $$race -count=1 -v -timeout 2h -run '^Test((Claim)?Chaos|EveryStep)$$' ./cmd/gijbulk

simulate: ## whole runs under virtual time with faults, deaths and other administrators: SEEDS=N from FROM=S, else for ten minutes; CLASSES=a,b, else all
	@mkdir -p bin && $(GO) test -c -o bin/simulate ./cmd/gijbulk
	@cd cmd/gijbulk && GIJBULK_SIMULATE=1 SEEDS='$(SEEDS)' FROM='$(FROM)' CLASSES='$(CLASSES)' ../../bin/simulate -test.run '^TestSimulation$$' -test.timeout 0 -test.v > ../../bin/simulate.log 2>&1; \
	  code=$$?; grep -vxE '(PASS|FAIL|ok .*|=== .*|--- (PASS|FAIL): .*)' ../../bin/simulate.log | grep -v '^seeds='; grep '^seeds=' ../../bin/simulate.log; exit $$code

seeds: ## the simulation of as many seeds as CI runs, without the race detector
	@$(MAKE) --no-print-directory simulate SEEDS=5000 FROM=1

bench: ## speed and memory, as ratios to a baseline in the same run: BENCH=REGEX as for go test, else all and the table of cmd/gijbench/README.md
	$(GO) run ./cmd/gijbench -bench '$(BENCH)' -readme cmd/gijbench/README.md

samples: ## write samples/large.csv, 100,000 records
	$(GO) run ./samples/generate -records 100000 -o samples/large.csv

clean: ## remove what was built
	rm -rf bin dist gijbulk-reports samples/large.csv
