# Every target works on a bare Debian machine with Go, git and make. What tests
# need besides (redis-server, pre-commit) is installed where that is allowed.

GO ?= go
TOOLS := $(CURDIR)/.tools
STATICCHECK := $(TOOLS)/staticcheck
KUSTOMIZE := $(TOOLS)/kustomize
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
build: ## build bin/quorumwright, static
	$(GO) build $(BUILD) -o bin/quorumwright ./cmd/quorumwright

.PHONY: install
install: ## install quorumwright into GOBIN
	$(GO) install $(BUILD) ./cmd/quorumwright

.PHONY: test
test: parts ## run all tests
	$(GO) test ./...

.PHONY: lint
lint: $(STATICCHECK) ## format, vet, staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...

.PHONY: golden
golden: parts ## rewrite every expectation and generated page; read the diff before you commit it
	UPDATE_GOLDEN=1 $(GO) test $$(git grep -l UPDATE_GOLDEN -- '*_test.go' | xargs -n1 dirname | sort -u | sed 's,^,./,')

.PHONY: drift
drift: golden ## fail if an expectation or a generated page is not up to date
	@git diff --exit-code --stat && test -z "$$(git status --porcelain)" || { echo "make golden changes these files; commit them"; git status --porcelain; exit 1; }

.PHONY: check
check: lint test ## what has to pass before a commit

.PHONY: bench
bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (20s)
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
	  done; done

# The real parts that tests drive. git and Go are there already.
.PHONY: parts
parts: $(KUSTOMIZE)
	@missing=; \
	command -v redis-server >/dev/null 2>&1 || missing="$$missing redis-server"; \
	command -v pre-commit >/dev/null 2>&1 || missing="$$missing pre-commit"; \
	if [ -n "$$missing" ]; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	  echo "installing$$missing"; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

$(STATICCHECK):
	GOBIN=$(TOOLS) $(GO) install honnef.co/go/tools/cmd/staticcheck@v0.8.2

$(KUSTOMIZE):
	GOBIN=$(TOOLS) $(GO) install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
