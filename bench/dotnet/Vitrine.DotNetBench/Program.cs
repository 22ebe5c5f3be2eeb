using Vitrine.DotNetBench;

var quick = args.Contains("--quick");

Snapshots.Run(quick);
Console.WriteLine();
PublisherCost.Run(quick ? 1 : 21, TimeSpan.FromSeconds(quick ? 0.1 : 1));
Console.WriteLine();
CustomProfiles.Single(quick);
Console.WriteLine();
CustomProfiles.Run(quick ? 1 : 7, TimeSpan.FromSeconds(quick ? 0.1 : 0.5));
Console.WriteLine();
AsyncDumps.Run(1_000, quick ? 5 : 41);
Console.WriteLine();
AsyncDumps.Run(3_000, quick ? 5 : 41);
Console.WriteLine();
HeapCost.Run(quick ? 1 : 15, TimeSpan.FromSeconds(quick ? 0.5 : 2));
Console.WriteLine();
RuntimeEventCosts.Run(quick ? 1 : 9, TimeSpan.FromSeconds(quick ? 0.3 : 2));
Console.WriteLine();
RuntimeEventCosts.Dump(200, quick ? 5 : 21);
Console.WriteLine();
CpuCost.Run(quick ? 1 : 15, TimeSpan.FromSeconds(quick ? 0.3 : 3));
