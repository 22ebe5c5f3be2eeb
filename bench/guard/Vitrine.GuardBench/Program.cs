using Vitrine.GuardBench.Decision;
using Vitrine.GuardBench.Gate;
using Vitrine.GuardBench.Hiding;
using Vitrine.GuardBench.Host;
using Vitrine.GuardBench.Redaction;

if (HostBench.RunOther(args)) return;

// Parts by name, in the order in which they are shown; without a name, all of them.
var quick = args.Contains("--quick");
var folder = args.FirstOrDefault(static one => one.StartsWith("--profiles=", StringComparison.Ordinal))?["--profiles=".Length..];
// Addresses that the script has started: --way=NAME=ADDRESS.
var ways = args.Where(static one => one.StartsWith("--way=", StringComparison.Ordinal)).Select(static one => one["--way=".Length..])
    .Select(static one => (one[..one.LastIndexOf('=')], new Uri(one[(one.LastIndexOf('=') + 1)..]))).ToArray();
var parts = args.Where(static one => !one.StartsWith('-')).ToHashSet(StringComparer.Ordinal);
(string Name, Action Run)[] all =
[
    ("decision", () => DecisionBench.Run(quick)),
    ("host", () => HostBench.Run(quick)),
    ("hiding", () => HidingBench.Run(quick)),
    ("redaction", () => RedactionBench.Run(quick, folder)),
    ("redaction-hostile", () => RedactionBench.RunHostile(quick)),
];
// Only by its name, because it needs servers.
if (parts.Contains("gate")) GateBench.Run(ways, quick);
foreach (var (name, run) in all)
    if (parts.Count == 0 || parts.Contains(name))
    {
        run();
        Console.WriteLine();
    }
