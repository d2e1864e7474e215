# Every target works on a bare Debian machine with Go, git and make. What tests
# need besides (redis-server, pre-commit) is installed where that is allowed.

GO ?= go
TOOLS := $(CURDIR)/.tools
STATICCHECK := $(TOOLS)/staticcheck
KUSTOMIZE := $(TOOLS)/kustomize
GOVULNCHECK := $(TOOLS)/govulncheck
export PATH := $(TOOLS):$(PATH)
export CGO_ENABLED := 0
BUILD := -trimpath -ldflags '-s -w'
FUZZTIME ?= 20s

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: quickstart
quickstart: build ## build, generate the example, build every overlay, lint it, lint a broken example
	@sh docs/quickstart.sh bin/quorumwright

.PHONY: build
# A copy starts an eighth faster than what the linker has written, page by page.
build: ## build bin/quorumwright, static
	$(GO) build $(BUILD) -o bin/quorumwright.linked ./cmd/quorumwright
	@cp bin/quorumwright.linked bin/quorumwright.new && mv bin/quorumwright.new bin/quorumwright && rm bin/quorumwright.linked

.PHONY: install
install: ## install quorumwright into GOBIN
	$(GO) install $(BUILD) ./cmd/quorumwright

.PHONY: test
# Proofs measure failovers, so they run when nothing else does.
test: parts ## run all tests
	$(GO) test $$($(GO) list ./... | grep -v /internal/prove)
	$(GO) test ./internal/prove

.PHONY: lint
lint: $(STATICCHECK) ## format, vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

# Tests that take long and expect nothing that is written down.
LONG := ^Test(PreCommit|Hostile|Hungry|NoSecret)

.PHONY: golden
golden: parts ## rewrite every expectation and generated page; read the diff before you commit it
	UPDATE_GOLDEN=1 $(GO) test -skip '$(LONG)' $$(git grep -l UPDATE_GOLDEN -- '*_test.go' | xargs -n1 dirname | sort -u | sed 's,^,./,')

.PHONY: drift
drift: golden ## fail if an expectation or a generated page is not up to date
	@git diff --exit-code --stat && test -z "$$(git status --porcelain)" || { echo "make golden changes these files; commit them"; git status --porcelain; exit 1; }

.PHONY: check
check: lint test ## what has to pass before a commit

.PHONY: bench
bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: peers
peers: build ## measure bin/quorumwright beside the peers on PATH: kubeconform, kube-score, kube-linter, conftest, cue, kustomize, helm
	$(GO) run ./internal/peers/measure/main.go $(PEERS)

SOAK ?= 50
SOAK_SEED ?= 1
.PHONY: soak
soak: parts ## break the generated Redis SOAK (50) times at random from SOAK_SEED, at most half an hour
	SOAK=$(SOAK) SOAK_SEED=$(SOAK_SEED) $(GO) test -count=1 -v -timeout 30m -run '^TestSoak$$' ./internal/prove

PASSWORDS ?= 1000
.PHONY: passwords
passwords: parts ## start the generated Redis with PASSWORDS (1000) random passwords; takes an hour on two cores
	PASSWORDS=$(PASSWORDS) $(GO) test -count=1 -v -timeout 4h -run '^TestPasswords$$' ./internal/prove

.PHONY: fuzz
# Left alone, Go spends up to a minute on making one interesting input smaller.
fuzz: ## run every fuzz target for FUZZTIME (20s)
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 2s $$pkg; \
	  done; done

VERSION ?= $(shell git describe --tags --exact-match 2>/dev/null || echo v0.0.0-devel)
.PHONY: release
release: ## build dist/ for every platform, with checksums and a bill of materials
	@sh .ci/release $(VERSION) dist

.PHONY: reproducible
reproducible: ## build in two folders and compare the bytes
	@sh .ci/reproducible

# The database is fetched from the address in VULNDB, or read from a folder:
# VULNDB=file:///path.
VULNDB ?= https://vuln.go.dev
.PHONY: vulncheck
vulncheck: $(GOVULNCHECK) ## check the modules, and look for known vulnerabilities in what is linked
	$(GO) mod verify
	@$(GOVULNCHECK) -db $(VULNDB) ./...; code=$$?; case $$code in 0|3) ;; *) \
	  echo "vulncheck: the database $(VULNDB) was not read, so nothing is known; VULNDB=file:///FOLDER names a copy of it" >&2 ;; esac; exit $$code

# The real parts that tests drive. git and Go are there already.
.PHONY: parts
parts: $(KUSTOMIZE)
	@missing=; \
	command -v redis-server >/dev/null 2>&1 || missing="$$missing redis-server"; \
	command -v pre-commit >/dev/null 2>&1 || missing="$$missing pre-commit"; \
	for tool in curl wget; do command -v $$tool >/dev/null 2>&1 || missing="$$missing $$tool"; done; \
	if [ -n "$$missing" ]; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing$$missing"; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

$(STATICCHECK):
	GOBIN=$(TOOLS) $(GO) install honnef.co/go/tools/cmd/staticcheck@v0.8.2

$(KUSTOMIZE):
	GOBIN=$(TOOLS) $(GO) install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2

$(GOVULNCHECK):
	GOBIN=$(TOOLS) $(GO) install golang.org/x/vuln/cmd/govulncheck@v1.9.0 || \
	  { echo "vulncheck: govulncheck is not to be had from the module proxy, so nothing is known; put the program into .tools" >&2; exit 1; }
