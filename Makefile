# The common jobs. CMake does the work: CMakePresets.json has the builds, scripts/ the steps.
.PHONY: all demo test check-metalium asan clang fuzz fuzz-repeat bench calibrate docs format format-check lint install clean
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60

all:
	scripts/install_packages.sh build
	cmake --preset release -DBUILD_TESTING=OFF >/dev/null
	cmake --build --preset release -j --target ttile

demo:
	@scripts/demo.sh

test:
	@scripts/prepare_tests.sh
	@scripts/build.sh release
	@scripts/test.sh release

check-metalium:
	@scripts/prepare_tests.sh
	@scripts/build.sh release ttile test_emit_kernels
	@scripts/check_metalium.sh

asan:
	@scripts/prepare_tests.sh
	@scripts/build.sh asan
	@scripts/test.sh asan

clang:
	@scripts/install_packages.sh check
	@scripts/prepare_tests.sh
	@scripts/build.sh clang
	@scripts/test.sh clang

fuzz:
	@scripts/install_packages.sh build check
	@scripts/build.sh fuzz
	@scripts/fuzz.sh $(FUZZ_SECONDS)

# The same inputs every time.
fuzz-repeat:
	@scripts/install_packages.sh build check
	@scripts/build.sh fuzz
	@scripts/fuzz.sh --repeat

bench:
	@scripts/prepare_tests.sh
	@scripts/build.sh release
	build/venv/bin/python bench/run.py

calibrate:
	@scripts/build.sh release ttile
	python3 bench/calibrate.py --all

docs:
	@scripts/build.sh release ttile
	@scripts/docs.sh

format:
	clang-format -i $$(scripts/sources.sh)

format-check:
	clang-format --dry-run --Werror $$(scripts/sources.sh)

lint:
	@scripts/install_packages.sh check
	@scripts/lint.sh

install:
	@scripts/build.sh release
	cmake --install build --prefix $(PREFIX)

clean:
	rm -rf build build-debug build-asan build-clang build-fuzz
