// A process that knows what each of its places of allocation keeps in use. For each line "round" on standard input it lets go of everything, works with two threads until each place has what it should keep,
// collects, and writes one line of JSON: the number of the collection, and for each place the bytes that it keeps and those that it has allocated. "heap self FILE" follows itself as well, and writes its profile to
// FILE after each round. "heap MEGABYTES" says how much the places for small objects keep, 200 by default. It ends when standard input does.
using System.Globalization;
using System.Text.Json;
using Heap;
using Vitrine.DotNet;
using Vitrine.DotNet.Heap;
using Vitrine.Pprof.Wire;

var megabytes = arguments(0) is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 200;
var profile = Array.IndexOf(args, "self") is >= 0 and var at ? arguments(at + 1) : null;
using var tracking = profile is null ? null : HeapTracking.Start(SelfTarget.Instance);
var places = new Places(megabytes * 1_000_000L);

Console.WriteLine("ready");
while (Console.In.ReadLine() is not null)
{
    places.Forget();
    var threads = Enumerable.Range(0, 2).Select(seed => new Thread(() => places.Work(seed))).ToList();
    threads.ForEach(static one => one.Start());
    threads.ForEach(static one => one.Join());
    GC.Collect();
    if (tracking is not null)
        ProfileWriter.WriteFile(tracking.Collect(collectFirst: true).Result, profile!);
    Console.WriteLine(JsonSerializer.Serialize(new { collection = GC.GetGCMemoryInfo(GCKind.Any).Index, kept = places.KeptBytes, allocated = places.AllocatedBytes }));
}

string? arguments(int index) => index < args.Length ? args[index] : null;
