using System.Globalization;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Memory;

/// <summary>The memory statistics of quiet targets against their own runtime.ReadMemStats, field by field, in every version and flavour.</summary>
public sealed class MemStatsTruthTests
{
    // A quiet Go process is not quite still: the background scavenger gives memory back and sysmon wakes a P now and then. A comparison counts
    // when the target moved during none of three tries.
    const int Tries = 3;

    /// <summary>The target measures itself first and then waits without allocating: the caches of its Ps are flushed.</summary>
    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Read_AfterReadMemStats_EqualsItFieldByField(string version, GoFlavour flavour)
    {
        using TruthTarget target = Prepare(version, flavour);
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        Compare(() =>
        {
            IReadOnlyDictionary<string, string> truth = target.MemStats();
            return (truth, MemStatsReader.Read(go));
        });
    }

    /// <summary>The other way round: what the Ps hold back in their caches is computed, and the target finds the same when it flushes them.</summary>
    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Read_BeforeReadMemStats_ForetellsItFieldByField(string version, GoFlavour flavour)
    {
        using TruthTarget target = Prepare(version, flavour);
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        Compare(() =>
        {
            Look<MemStats>? look = null;
            IReadOnlyDictionary<string, string> truth = target.MemStatsAfter(() => look = MemStatsReader.Read(go));
            return (truth, look!);
        });
    }

    /// <summary>With GOGC off and a memory limit, NextGC depends on every byte that is mapped: it is foretold with the caches full.</summary>
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Read_MemoryLimit_ForetellsNextGC(string version)
    {
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped), new TruthOptions { GoGc = "off", GoMemLimit = "300MiB" });
        target.Ask("alloc 4000");
        target.Ask("settle");
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        Compare(() =>
        {
            Look<MemStats>? look = null;
            IReadOnlyDictionary<string, string> truth = target.MemStatsAfter(() => look = MemStatsReader.Read(go));
            Assert.InRange(double.Parse(truth["NextGC"], CultureInfo.InvariantCulture), 100 << 20, 300 << 20);
            return (truth, look!);
        });
    }

    /// <summary>A target that allocates, collects and ends goroutines all the time: what only grows lies between its own accounts.</summary>
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Read_ChurningTarget_LiesBetweenItsOwnAccounts(string version)
    {
        // A span may be given back between the reading of a P's cache and of the totals, and then counts twice or not at all.
        const double Slack = 1 << 20;
        using TruthTarget target = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped));
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        target.Ask("churn 10000");

        bool moved = false;
        for (int round = 0; round < 30 || (!moved && round < 400); round++)
        {
            IReadOnlyDictionary<string, string> before = target.MemStats();
            Look<MemStats> look = MemStatsReader.Read(go);
            IReadOnlyDictionary<string, string> after = target.MemStats();
            IReadOnlyDictionary<string, string> seen = Flatten(look.Result);
            foreach (string field in new[] { "TotalAlloc", "Mallocs", "Frees", "NumGC", "NumForcedGC", "LastGC", "PauseTotalNs", "Sys" })
            {
                double value = double.Parse(seen[field], CultureInfo.InvariantCulture);
                Assert.InRange(value, double.Parse(before[field], CultureInfo.InvariantCulture) - Slack, double.Parse(after[field], CultureInfo.InvariantCulture) + Slack);
            }
            bool torn = look.Consistency.Torn > 0;
            Assert.Equal(torn, look.Notes.Any(note => note.Contains("not one instant", StringComparison.Ordinal)));
            moved |= torn || look.Consistency.Retried > 0;
        }
        target.Ask("churn 0");
        Assert.True(moved, "the target never moved while it was read: the test tests nothing");
    }

    static TruthTarget Prepare(string version, GoFlavour flavour)
    {
        TruthTarget target = TruthTarget.Start(GoFixture.Build(version, flavour));
        target.Ask("alloc 3000");
        target.Ask("goroutines 200");
        target.Ask("gc 2");
        target.Ask("release");
        target.Ask("alloc 500");
        target.Ask("settle");
        return target;
    }

    static void Compare(Func<(IReadOnlyDictionary<string, string> Truth, Look<MemStats> Look)> measure)
    {
        string differences = "";
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            (IReadOnlyDictionary<string, string> truth, Look<MemStats> look) = measure();
            IReadOnlyDictionary<string, string> seen = Flatten(look.Result);
            Assert.Equal(truth.Keys.Order(StringComparer.Ordinal), seen.Keys.Order(StringComparer.Ordinal));
            bool openStructs = look.Notes.Any(note => note.StartsWith("MSpanInuse may be", StringComparison.Ordinal));
            differences = string.Join("\n", truth.Where(field => !Same(field.Value, seen[field.Key]) && !(openStructs && field.Key == "MSpanInuse"))
                .Select(field => $"{field.Key}: the target says {field.Value}, seen was {seen[field.Key]}")
                .Concat(look.Notes.Where(_ => !openStructs).Select(note => $"note: {note}")));
            differences = differences.Length > 4000 ? differences[..4000] + "…" : differences;
            if (differences.Length == 0)
                return;
        }
        Assert.Fail(differences);
    }

    static bool Same(string truth, string seen) =>
        truth == seen
        || (double.TryParse(truth, CultureInfo.InvariantCulture, out double left)
            && double.TryParse(seen, CultureInfo.InvariantCulture, out double right) && left.Equals(right));

    static Dictionary<string, string> Flatten(MemStats stats)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add<T>(string name, Known<T> value) where T : IFormattable => fields[name] = value.TryGet(out T? known) ? known.ToString(null, CultureInfo.InvariantCulture) : value.ToString();
        void AddFlag(string name, Known<bool> value) => fields[name] = value.TryGet(out bool known) ? known ? "1" : "0" : value.ToString();
        void AddRing(string name, Known<IReadOnlyList<ulong>> ring)
        {
            for (int i = 0; i < 256; i++)
                fields[$"{name}.{i}"] = ring.TryGet(out IReadOnlyList<ulong>? values) ? values[i].ToString(CultureInfo.InvariantCulture) : ring.ToString();
        }

        Add("Alloc", stats.Alloc);
        Add("TotalAlloc", stats.TotalAlloc);
        Add("Sys", stats.Sys);
        Add("Lookups", stats.Lookups);
        Add("Mallocs", stats.Mallocs);
        Add("Frees", stats.Frees);
        Add("HeapAlloc", stats.HeapAlloc);
        Add("HeapSys", stats.HeapSys);
        Add("HeapIdle", stats.HeapIdle);
        Add("HeapInuse", stats.HeapInuse);
        Add("HeapReleased", stats.HeapReleased);
        Add("HeapObjects", stats.HeapObjects);
        Add("StackInuse", stats.StackInuse);
        Add("StackSys", stats.StackSys);
        Add("MSpanInuse", stats.MSpanInuse);
        Add("MSpanSys", stats.MSpanSys);
        Add("MCacheInuse", stats.MCacheInuse);
        Add("MCacheSys", stats.MCacheSys);
        Add("BuckHashSys", stats.BuckHashSys);
        Add("GCSys", stats.GCSys);
        Add("OtherSys", stats.OtherSys);
        Add("NextGC", stats.NextGC);
        Add("LastGC", stats.LastGC);
        Add("PauseTotalNs", stats.PauseTotalNs);
        AddRing("PauseNs", stats.PauseNs);
        AddRing("PauseEnd", stats.PauseEnd);
        Add("NumGC", stats.NumGC);
        Add("NumForcedGC", stats.NumForcedGC);
        Add("GCCPUFraction", stats.GCCPUFraction);
        AddFlag("EnableGC", stats.EnableGC);
        AddFlag("DebugGC", stats.DebugGC);
        for (int i = 0; i < 61; i++)
        {
            MemStatsSizeClass? size = stats.BySize.TryGet(out IReadOnlyList<MemStatsSizeClass>? classes) ? classes[i] : null;
            fields[$"BySize.Size.{i}"] = size?.Size.ToString(CultureInfo.InvariantCulture) ?? stats.BySize.ToString();
            fields[$"BySize.Mallocs.{i}"] = size?.Mallocs.ToString(CultureInfo.InvariantCulture) ?? stats.BySize.ToString();
            fields[$"BySize.Frees.{i}"] = size?.Frees.ToString(CultureInfo.InvariantCulture) ?? stats.BySize.ToString();
        }
        Add("NumGoroutine", stats.NumGoroutine);
        Add("GOMAXPROCS", stats.GOMAXPROCS);
        return fields;
    }
}
