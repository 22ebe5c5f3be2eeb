using Vitrine.GuardBench.Decision;
using Vitrine.GuardBench.Host;
using Vitrine.GuardBench.Redaction;

if (HostBench.RunOther(args)) return;

// Parts by name, in the order in which they are shown; without a name, all of them.
var quick = args.Contains("--quick");
var folder = args.FirstOrDefault(static one => one.StartsWith("--profiles=", StringComparison.Ordinal))?["--profiles=".Length..];
var parts = args.Where(static one => !one.StartsWith('-')).ToHashSet(StringComparer.Ordinal);
(string Name, Action Run)[] all =
[
    ("decision", () => DecisionBench.Run(quick)),
    ("host", () => HostBench.Run(quick)),
    ("redaction", () => RedactionBench.Run(quick, folder)),
    ("redaction-hostile", () => RedactionBench.RunHostile(quick)),
];
foreach (var (name, run) in all)
    if (parts.Count == 0 || parts.Contains(name))
    {
        run();
        Console.WriteLine();
    }
