using System.Diagnostics;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.PprofBench;

/// <summary>The codec as a server uses it: in a process that runs already. Prints the median of the second half of the rounds.</summary>
static class Loop
{
    public static void Run(int count, byte[] file)
    {
        var times = new List<long>();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var profile = ProfileReader.Read(file);
            var sum = Merge.Of(profile, profile, profile, profile, profile, profile, profile, profile, profile, profile);
            ProfileWriter.Write(sum, Stream.Null);
            times.Add(Stopwatch.GetElapsedTime(start).Ticks * 100);
        }
        var warm = times.Skip(count / 2).Order().ToList();
        Console.WriteLine(warm[warm.Count / 2]);
    }
}
