using System.Collections.Frozen;

namespace Vitrine.Guard.Policy;

/// <summary>The roles that come with Vitrine. docs/guard/policy.md shows the same table; a test compares the two.</summary>
/// <remarks>
/// Names are written out where a role may see less than everything: a list that says "everything but" would open each new instrument to it by itself. Raw looks (<c>pprof:raw:*</c>) are in no shipped role.
/// </remarks>
static class ShippedRoles
{
    /// <summary>Callers of this machine: local programs where no identity is configured, and the owner at the Unix socket. No token and no certificate has this role by its name alone.</summary>
    public const string Owner = "owner";

    // What recordings and goroutine dumps show is code; these two show data: a trace every request that ran, the command line whatever was put into it.
    static readonly string[] s_codeOnly =
    [
        "allocs", "async", "block", "cpu", "exceptions", "gc", "goroutine", "heap", "http", "index", "latency", "memstats", "mutex", "offcpu", "runtime", "sched", "sockets", "starvation", "symbol", "threadcreate", "threads",
    ];

    static readonly string[] s_performance = ["allocs", "block", "cpu", "exceptions", "gc", "goroutine", "heap", "index", "mutex", "offcpu", "threadcreate"];

    /// <summary>The table.</summary>
    public static FrozenDictionary<string, string[]> Table { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [Owner] = ["metrics:read:*", "pprof:read:*", "switch:read:*", "switch:write:*", "vars:read:*"],
        ["sre"] = ["metrics:read:*", "pprof:read:*", "switch:read:*", "switch:write:*", "vars:read:*"],
        ["devops"] = ["metrics:read:*", .. Read(s_codeOnly), "switch:read:*", "vars:read:*"],
        ["perf"] = ["metrics:read:*", .. Read(s_performance)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    static IEnumerable<string> Read(string[] names) => names.Select(static name => $"pprof:read:{name}");
}
