using System.Globalization;
using Vitrine.DotNetBench;

if (args.Contains(HostProcess.Argument)) return HostProcess.Run();
var quick = args.Contains("--quick");
var trace = args.FirstOrDefault(static one => one.StartsWith("--dotnet-trace=", StringComparison.Ordinal))?["--dotnet-trace=".Length..] ?? "no path of dotnet-trace was given";
var goals = new Goals();

using (var hosts = new HostCost(trace))
{
    hosts.Run(quick ? 1 : 3, quick ? 1 : 25, TimeSpan.FromSeconds(quick ? 1 : 270), TimeSpan.FromSeconds(quick ? 0.2 : 0.7));
    hosts.AddTo(goals);
}
Console.WriteLine();
var (nanoseconds, bytes) = Snapshots.Run(quick);
goals.Add("snapshot: at most 3 µs", Measure.Time(nanoseconds), nanoseconds <= 3000);
goals.Add("snapshot: 0 B", string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} B"), bytes == 0);
Console.WriteLine();
PublisherCost.Run(quick ? 1 : 9, TimeSpan.FromSeconds(quick ? 0.1 : 0.5));
Console.WriteLine();
CustomProfiles.Single(quick);
Console.WriteLine();
CustomProfiles.Run(quick ? 1 : 5, TimeSpan.FromSeconds(quick ? 0.1 : 0.3));
Console.WriteLine();
AsyncDumps.Run(1_000, quick ? 5 : 41);
Console.WriteLine();
var chains = AsyncDumps.Run(3_000, quick ? 5 : 41);
goals.Add("3,000 tasks, each a chain of three methods: at most 20 ms", Measure.Time(chains * 1e6), chains <= 20);
Console.WriteLine();
HeapCost.Run(quick ? 1 : 5, TimeSpan.FromSeconds(quick ? 0.3 : 1));
Console.WriteLine();
RuntimeEventCosts.Run(quick ? 1 : 5, TimeSpan.FromSeconds(quick ? 0.2 : 0.5));
Console.WriteLine();
var threads = RuntimeEventCosts.Dump(200, quick ? 5 : 21);
goals.Add("dump of 200 threads from inside: at most 150 ms", Measure.Time(threads * 1e6), threads <= 150);
OutsideDumps.Run(200, quick ? 5 : 21, goals);
Console.WriteLine();
goals.Write();
return 0;
