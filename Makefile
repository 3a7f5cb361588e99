# The short names of what a developer runs. What each does stands in tests/tools and benches.

.PHONY: help test races revoked timing asvs lint contract browser sdk example screenshots crash fuzz bench clean-tools

help: ## This list.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

test: ## All tests, with all the set-up that they need.
	@tests/tools/test.sh

races: ## Everything that counts once, a thousand times by fifty at a time; takes long.
	RACE_ROUNDS=$${RACE_ROUNDS:-1000} tests/tools/with-postgres.sh \
		cargo test --locked --release --test api rounds:: -- --test-threads 2

revoked: ## How long what one process has ended is good on another, ten thousand times.
	cargo build --locked --quiet --release --bin doorward
	tests/tools/with-postgres.sh python3 tests/tools/revoked.py --binary target/release/doorward \
		--rounds $${REVOKED_ROUNDS:-10000} --people 40

timing: ## Whether the time of an answer tells who has an account.
	@benches/timing.sh

asvs: ## Which requirements of OWASP ASVS have a test, by chapter and level.
	@tests/tools/asvs.py

lint: ## Formatting, clippy without a warning, licences and banned crates.
	@tests/tools/lint.sh

contract: ## Writes openapi/ and docs/CONFIGURATION.md anew from the code.
	cargo run --locked --quiet --bin doorward -- contract
	cargo run --locked --quiet --bin doorward -- config reference > docs/CONFIGURATION.md

browser: ## The hosted pages, walked in Chromium.
	@tests/browser/run.sh

sdk: ## The npm package: types, style, build, size, tests.
	@sdk/check.sh

example: ## The Next.js example, built and walked in Chromium.
	@tests/example/run.sh

screenshots: ## Writes docs/screenshots/ anew.
	@tests/browser/run.sh --screenshots

crash: ## 200 kills while writing, on each database.
	cargo build --locked --quiet --bin doorward
	tests/tools/with-postgres.sh python3 tests/tools/crash.py --rounds $${CRASH_ROUNDS:-200}

fuzz: ## The contract against the running service, with many examples.
	FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} tests/tools/with-postgres.sh sh -c \
		'tests/tools/schemathesis.sh --database sqlite && tests/tools/schemathesis.sh --database postgres'

bench: ## The load scenarios; about ten minutes on a quiet machine.
	@benches/bench.sh

clean-tools: ## Removes what the scripts have installed.
	rm -rf target/tools target/clients tests/tools/contract/generated tests/clients/*/generated \
		tests/*/node_modules tests/*/*/node_modules sdk/node_modules sdk/dist \
		examples/*/node_modules examples/nextjs/vendor benches/next/node_modules
