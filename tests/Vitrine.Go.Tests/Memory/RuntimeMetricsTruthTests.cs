using Vitrine.Go.Memory;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Memory;

/// <summary>Metrics of the runtime against its own metrics.Read.</summary>
public sealed class RuntimeMetricsTruthTests
{
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Read_OfTheProcessorsTime_IsWhatTheRuntimeSays(string version)
    {
        using var target = CollectorTarget.Start(GoFixture.Build(version, GoFlavour.Stripped, "collector"));
        using GoTarget go = GoTarget.Attach(LinuxProcess.Open(target.Pid));
        target.Do("live 20");
        target.Do("heap 3");
        target.Do("force 2");

        // The runtime brings its account up to date at the end of a collection; one may come by itself.
        for (var tries = 0; ; tries++)
        {
            Assert.True(tries < 20, "the account moved in every single try");
            var before = Classes(target.Report().Metrics);
            var seen = RuntimeMetricsReader.Read(go).Result.Metrics.Where(static one => IsClass(one.Name)).ToDictionary(static one => one.Name, static one => one.Value.IsKnown ? one.Value.Value : throw new InvalidOperationException($"{one.Name}: {one.Value.Reason}"), StringComparer.Ordinal);
            var after = Classes(target.Report().Metrics);
            if (!before.SequenceEqual(after)) continue;
            Assert.Equal(before, Classes(seen));
            if (GoVersionOf(version) >= 21)
            {
                Assert.Equal(11, seen.Count);
                Assert.True(seen["/cpu/classes/total:cpu-seconds"] > 0 && seen["/cpu/classes/gc/total:cpu-seconds"] > 0);
            }
            return;
        }
    }

    static int GoVersionOf(string version) => int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);

    static bool IsClass(string name) => name.StartsWith("/cpu/classes/", StringComparison.Ordinal);

    static List<KeyValuePair<string, double>> Classes(IReadOnlyDictionary<string, double> metrics) => [.. metrics.Where(static one => IsClass(one.Key)).OrderBy(static one => one.Key, StringComparer.Ordinal)];
}
