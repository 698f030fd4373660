"""BUILD files of the outside repositories; see deps.bzl."""

# A system package as a cc_library: headers are in /usr/include, a builtin include
# directory of every compiler, so only link options are declared.
def _lib(name, linkopts = [], deps = []):
    return "cc_library(name = %r, linkopts = %r, deps = %r, visibility = [\"//visibility:public\"])\n" % (name, linkopts, deps)

# ---- Abseil ----

# dpkg -L libabsl-dev: every library but the two test helpers. Shared, because Debian's .a
# files are not position-independent and could not go into a .so or a Node addon.
_ABSL_LIBS = [lib for line in """
bad_any_cast_impl bad_optional_access bad_variant_access base city civil_time cord
cord_internal cordz_functions cordz_handle cordz_info cordz_sample_token debugging_internal
demangle_internal examine_stack exponential_biased failure_signal_handler
flags_commandlineflag flags_commandlineflag_internal flags_config flags_internal
flags_marshalling flags_parse flags_private_handle_accessor flags_program_name
flags_reflection flags_usage flags_usage_internal graphcycles_internal hash
hashtablez_sampler int128 leak_check log_severity low_level_hash malloc_internal
periodic_sampler random_distributions random_internal_platform random_internal_pool_urbg
random_internal_randen random_internal_randen_hwaes random_internal_randen_hwaes_impl
random_internal_randen_slow random_internal_seed_material random_seed_gen_exception
random_seed_sequences raw_hash_set raw_logging_internal spinlock_wait stacktrace status
statusor str_format_internal strerror strings strings_internal symbolize synchronization
throw_delegate time time_zone
""".split("\n") for lib in line.split(" ") if lib]

# The upstream labels this project uses; each is the whole of Abseil.
_ABSL_TARGETS = {
    "absl/algorithm": ["container"],
    "absl/base": ["core_headers", "endian"],
    "absl/cleanup": ["cleanup"],
    "absl/container": ["btree", "fixed_array", "flat_hash_map", "flat_hash_set", "inlined_vector", "node_hash_map"],
    "absl/debugging": ["failure_signal_handler", "stacktrace", "symbolize"],
    "absl/flags": ["flag", "parse", "usage"],
    "absl/functional": ["bind_front", "function_ref"],
    "absl/hash": ["hash"],
    "absl/memory": ["memory"],
    "absl/numeric": ["bits", "int128"],
    "absl/random": ["random", "distributions"],
    "absl/status": ["status", "statusor"],
    "absl/strings": ["strings", "str_format", "cord"],
    "absl/synchronization": ["synchronization"],
    "absl/time": ["time"],
    "absl/types": ["optional", "span", "variant"],
}

def _absl_packages():
    return {
        package + "/BUILD": "".join([_lib(name, deps = ["//:all"]) for name in names])
        for package, names in _ABSL_TARGETS.items()
    }

def _with_build(files, text):
    out = dict(files)
    out["BUILD"] = text
    return out

ABSL = {
    "probe": "/usr/include/absl/base/options.h",
    "debian": "libabsl-dev",
    "system_files": _with_build(_absl_packages(), _lib(
        "all",
        ["-Wl,--push-state,--as-needed"] + ["-labsl_" + lib for lib in _ABSL_LIBS] + ["-Wl,--pop-state", "-lpthread", "-lrt"],
    )),
}

# ---- GoogleTest ----

GOOGLETEST = {
    "probe": "/usr/include/gmock/gmock.h",
    "debian": "libgtest-dev libgmock-dev",
    "system_files": {
        "BUILD": _lib("gtest", ["-l:libgmock.a", "-l:libgtest.a", "-lpthread"]) +
                 _lib("gtest_main", ["-l:libgmock_main.a"], [":gtest"]),
    },
}

# ---- Google benchmark ----

BENCHMARK = {
    "probe": "/usr/include/benchmark/benchmark.h",
    "debian": "libbenchmark-dev",
    # Debian ships no libbenchmark.a, only the shared library.
    "system_files": {
        "BUILD": _lib("benchmark", ["-lbenchmark", "-lpthread"]) +
                 _lib("benchmark_main", ["-l:libbenchmark_main.a"], [":benchmark"]),
    },
}

# ---- rapidcheck ----

RAPIDCHECK = {
    "probe": "/usr/include/rapidcheck/gtest.h",
    "debian": "librapidcheck-dev",
    "system_files": {
        "BUILD": _lib("rapidcheck", ["-l:librapidcheck.a"]) +
                 _lib("rapidcheck_gtest", deps = [":rapidcheck", "@com_google_googletest//:gtest"]),
    },
}

# ---- liburing ----

LIBURING = {
    "probe": "/usr/include/liburing.h",
    "debian": "liburing-dev",
    "system_files": {"BUILD": _lib("liburing", ["-l:liburing.a"])},
}

# ---- Boost.Context: the stack switch under the simulators' fibers ----

BOOST = {
    "probe": "/usr/include/boost/context/detail/fcontext.hpp",
    "debian": "libboost-context-dev",
    "system_files": {"BUILD": _lib("context", ["-l:libboost_context.a"])},
}

# ---- tcmalloc: the optimised simulators, which allocate much, run a seventh faster on it ----

TCMALLOC = {
    "probe": "/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4",
    "debian": "libtcmalloc-minimal4",
    "system_files": {"BUILD": _lib("tcmalloc", ["-l:libtcmalloc_minimal.so.4"])},
}

# ---- libedit: line editing in the shell ----

LIBEDIT = {
    "probe": "/usr/include/editline/readline.h",
    "debian": "libedit-dev",
    "system_files": {"BUILD": _lib("libedit", ["-ledit"])},
}

# ---- JSON for Modern C++: headers only ----

NLOHMANN_JSON = {
    "probe": "/usr/include/nlohmann/json.hpp",
    "debian": "nlohmann-json3-dev",
    "system_files": {"BUILD": _lib("json")},
}

# ---- SQLite, the differential oracle ----

# The engine will define sqlite3_* itself, so the oracle's every global symbol is renamed
# sqlite3_x -> oracle_sqlite3_x, and sqlite3_oracle.h renames the calls to match. Include
# that header in one .cc file only.
SQLITE3 = {
    "probe": "/usr/lib/x86_64-linux-gnu/libsqlite3.a",
    "debian": "libsqlite3-dev",
    "system_files": {"BUILD": """
cc_library(
    name = "oracle",
    srcs = ["liboracle_sqlite3.a"],
    hdrs = ["sqlite3_oracle.h"],
    includes = ["."],
    linkopts = ["-ldl", "-lm", "-lpthread"],
    visibility = ["//visibility:public"],
)
"""},
    "system_script": """
ar=/usr/lib/x86_64-linux-gnu/libsqlite3.a
nm -g --defined-only $ar | awk 'NF==3 {print $3, "oracle_" $3}' | sort -u > syms
objcopy --redefine-syms=syms $ar liboracle_sqlite3.a
{ awk '{print "#define", $1, $2}' syms; echo '#include <sqlite3.h>'; } > sqlite3_oracle.h
""",
}
