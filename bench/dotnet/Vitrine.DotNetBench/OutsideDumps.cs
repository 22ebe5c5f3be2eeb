using System.Diagnostics;
using Vitrine.DotNet.Outside;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.DotNetBench;

/// <summary>A dump of another process's threads, from a process that runs already.</summary>
static class OutsideDumps
{
    public static void Run(int threads, int rounds, Goals goals)
    {
        var goal = $"dump of {threads} threads from outside: at most 150 ms";
        using var host = new Host();
        host.Ask($"park {threads}");
        try
        {
            var target = DotNetTarget.Attach(LinuxProcess.Open(host.Pid));
            List<double> milliseconds = [];
            var seen = 0;
            for (var round = 0; round < rounds; round++)
            {
                var begun = Stopwatch.GetTimestamp();
                var dump = ThreadDumper.Dump(target);
                milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                seen = dump.Threads.Count;
            }
            var first = milliseconds[0];
            milliseconds.Sort();
            Console.WriteLine($"The same from outside (`ThreadDumper`, what `vitrine dump` does): {milliseconds[rounds / 2]:F0} ms (quartiles {milliseconds[rounds / 4]:F0} to {milliseconds[rounds * 3 / 4]:F0}), median of {rounds}; the first {first:F0} ms; {seen} threads seen.");
            goals.Add(goal, $"{milliseconds[rounds / 2]:F0} ms", milliseconds[rounds / 2] <= 150);
        }
        catch (InstrumentUnavailableException e)
        {
            Console.WriteLine($"From outside: not measured: {e.Message}");
            goals.NotMeasured(goal, e.Message);
        }
    }
}
