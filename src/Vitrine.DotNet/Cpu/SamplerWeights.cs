namespace Vitrine.DotNet.Cpu;

/// <summary>
/// Gives the processor time that a thread took in an interval to the samples that the runtime's sampler took of it then. The sampler sees at equal distances where a thread is, not whether it runs: how
/// much it ran, the system says.
/// </summary>
/// <remarks>
/// A thread in managed code runs or is ready to run, so its time goes there first, up to the time that it was there; what is more than that must have been in native code, which the sampler does not tell
/// from waiting. Where more threads are ready than there are processors this gives managed code more than its part of a thread that does both.
/// </remarks>
static class SamplerWeights
{
    /// <summary>One run's part in an interval.</summary>
    /// <param name="Run">Its place among the thread's runs.</param>
    /// <param name="Samples">How many of its samples fall into the interval.</param>
    /// <param name="Nanoseconds">The processor time that they stand for.</param>
    public readonly record struct Part(int Run, double Samples, double Nanoseconds);

    /// <summary>Divides the time of one interval.</summary>
    /// <param name="runs">The thread's runs in the order of time.</param>
    /// <param name="first">The first run that may reach into the interval; moved on for the next one.</param>
    /// <param name="from">Begin of the interval, in the clock of the samples, nanoseconds.</param>
    /// <param name="to">Its end.</param>
    /// <param name="nanoseconds">Processor time of the thread in it.</param>
    /// <param name="parts">Gets the parts.</param>
    /// <returns>What no sample stands for: all of it when there is none.</returns>
    public static double Divide(ReadOnlySpan<SamplerRun> runs, ref int first, long from, long to, double nanoseconds, List<Part> parts)
    {
        parts.Clear();
        while (first < runs.Length && runs[first].Last < from) first++;
        double managed = 0, all = 0;
        for (var i = first; i < runs.Length && runs[i].First <= to; i++)
        {
            // The samples of a run are at equal distances.
            var run = runs[i];
            var samples = run.Count == 1 || run.Last == run.First ? run.Count : Math.Max(0, (double)(Math.Min(run.Last, to) - Math.Max(run.First, from)) / (run.Last - run.First) * run.Count);
            if (samples <= 0) continue;
            parts.Add(new(i, samples, 0));
            all += samples;
            if (run.IsManaged) managed += samples;
        }
        if (parts.Count == 0) return nanoseconds;
        var inManaged = managed == all ? nanoseconds : managed == 0 ? 0 : Math.Min(nanoseconds, managed / all * (to - from));
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            parts[i] = part with { Nanoseconds = runs[part.Run].IsManaged ? inManaged * part.Samples / managed : (nanoseconds - inManaged) * part.Samples / (all - managed) };
        }
        return 0;
    }
}
