"""All outside code: Debian 12 system packages, one repository each. tools/bazel installs them."""

load(
    "//tools/build:overlays.bzl",
    "ABSL",
    "BENCHMARK",
    "BOOST",
    "GOOGLETEST",
    "LIBEDIT",
    "LIBURING",
    "NLOHMANN_JSON",
    "RAPIDCHECK",
    "SQLITE3",
    "TCMALLOC",
)

def _system_package_impl(ctx):
    if not ctx.path(ctx.attr.probe).exists:
        fail("%s is missing: apt-get install %s" % (ctx.attr.probe, ctx.attr.debian))
    for path, text in ctx.attr.system_files.items():
        ctx.file(path, text, executable = False)
    ctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % ctx.name)
    if ctx.attr.system_script:
        done = ctx.execute(["/bin/bash", "-euc", ctx.attr.system_script])
        if done.return_code:
            fail("%s: %s%s" % (ctx.name, done.stdout, done.stderr))

_system_package = repository_rule(
    implementation = _system_package_impl,
    attrs = {
        "probe": attr.string(mandatory = True, doc = "A file that the package provides."),
        "debian": attr.string(mandatory = True, doc = "The package's name, for the error message."),
        "system_files": attr.string_dict(doc = "BUILD files to write: path to text."),
        "system_script": attr.string(doc = "Run in the repository's folder, after the files are written."),
    },
    local = True,
)

def orrery_deps():
    """Declares every outside repository; call it from WORKSPACE."""
    _system_package(name = "com_google_absl", **ABSL)
    _system_package(name = "com_google_googletest", **GOOGLETEST)
    _system_package(name = "com_github_google_benchmark", **BENCHMARK)
    _system_package(name = "rapidcheck", **RAPIDCHECK)
    _system_package(name = "boost", **BOOST)
    _system_package(name = "libedit", **LIBEDIT)
    _system_package(name = "liburing", **LIBURING)
    _system_package(name = "nlohmann_json", **NLOHMANN_JSON)
    _system_package(name = "sqlite3", **SQLITE3)
    _system_package(name = "tcmalloc", **TCMALLOC)

    # Debian's bazel-bootstrap 4.2.3 (whose native.bazel_version is "") loads these three
    # while it resolves toolchains, and would download them. A stock Bazel brings its own.
    if not native.bazel_version:
        for name in ["rules_cc", "rules_java", "remote_coverage_tools"]:
            native.local_repository(name = name, path = "tools/build/stubs/" + name)
