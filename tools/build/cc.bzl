"""The project's C++ rules: one place for warnings and for the test main.

Native rules, so there is no @rules_cc to fetch. Language level, debug information and floating
point are the same for everything and stand in .bazelrc.
"""

_WARN = [
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Wswitch",
    "-Wno-missing-field-initializers",  # {.page_count = 5} names what differs from the defaults
    "-Werror",
]

def orrery_cc_library(name, copts = [], **kwargs):
    native.cc_library(name = name, copts = _WARN + copts, **kwargs)

def orrery_cc_binary(name, copts = [], **kwargs):
    native.cc_binary(name = name, copts = _WARN + copts, **kwargs)

def orrery_cc_simulator(name, **kwargs):
    """A program that is to make as many runs as it can: optimised, it has a quicker allocator."""
    orrery_cc_binary(
        name = name,
        malloc = select({
            "//tools/build:optimised": "@tcmalloc",
            "//conditions:default": "@bazel_tools//tools/cpp:malloc",
        }),
        **kwargs
    )

def orrery_cc_test(name, size = "small", copts = [], deps = [], main = True, **kwargs):
    """A GoogleTest; main = False when the source brings its own main()."""
    native.cc_test(
        name = name,
        size = size,
        copts = _WARN + copts,
        deps = deps + (["@com_google_googletest//:gtest_main"] if main else []),
        **kwargs
    )

def orrery_cc_benchmark(name, copts = [], deps = [], **kwargs):
    """A Google Benchmark program: tools/bazel run --config=bench //tools/bench:<name>."""
    native.cc_binary(
        name = name,
        testonly = True,
        copts = _WARN + copts,
        deps = deps + ["@com_github_google_benchmark//:benchmark_main"],
        **kwargs
    )

def orrery_cc_fuzz(name, srcs, copts = [], deps = [], corpus = [], **kwargs):
    """One LLVMFuzzerTestOneInput, used twice.

    <name>: the libFuzzer binary under --config=fuzz; otherwise it replays the files it is given.
    <name>_corpus_test: the checked-in corpus replayed, in every configuration.
    """
    native.cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = srcs,
        copts = _WARN + copts,
        deps = deps,
        alwayslink = True,
    )
    native.cc_binary(
        name = name,
        testonly = True,
        deps = [":" + name + "_lib"] + select({
            "//tools/build:fuzz": [],
            "//conditions:default": ["//tools/build:fuzz_replay_main"],
        }),
        linkopts = select({
            "//tools/build:fuzz": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        **kwargs
    )
    native.cc_test(
        name = name + "_corpus_test",
        size = "small",
        args = ["$(location %s)" % c for c in corpus],
        data = corpus,
        deps = [":" + name + "_lib", "//tools/build:fuzz_replay_main"],
    )
