using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Targets;

/// <summary>A core dump through the same readers as a live process: what both say has to be the same.</summary>
[FullRunOnly("core dumps of two programs; CoreDumpTests stays")]
public sealed class CoreTargetTests
{
    [Theory]
    [InlineData("1.24", GoFlavour.Stripped)]
    [InlineData("1.27", GoFlavour.Pie)]
    public void FromCore_OfAParkedTarget_ShowsTheGoroutinesOfTheLiveOne(string version, GoFlavour flavour)
    {
        if (!File.Exists("/usr/bin/gcore")) Prerequisite.Missing("gcore is missing: apt-get install gdb");
        using var target = TruthTarget.Start(GoFixture.Build(version, flavour));
        target.Park("all");
        List<string> live;
        using (var attached = GoTarget.Attach(LinuxProcess.Open(target.Pid)))
            live = Describe(attached.ReadGoroutines());

        var folder = Directory.CreateTempSubdirectory("vitrine-core-").FullName;
        try
        {
            using (var gcore = Process.Start(new ProcessStartInfo("gcore", ["-o", Path.Combine(folder, "core"), target.Pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
            {
                var output = gcore.StandardOutput.ReadToEndAsync();
                var errors = gcore.StandardError.ReadToEndAsync();
                Assert.True(gcore.WaitForExit(TimeSpan.FromMinutes(1)), "gcore did not end");
                Assert.True(gcore.ExitCode == 0, output.Result + errors.Result);
            }

            using var core = GoTarget.FromCore(Path.Combine(folder, $"core.{target.Pid}"), target.Fixture.Path);
            var dumped = Describe(core.ReadGoroutines());
            Assert.True(live.Count > 40, $"{live.Count} parked goroutines");
            Assert.Equal(live, dumped);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The parked goroutines of the program; the runtime's own and those that time moves on are left out.</summary>
    static List<string> Describe(GoroutineDump dump) => [.. Enumerable.Range(0, dump.Count).Select(i => dump[i])
        .Where(g => !g.IsSystem && g is { StackStatus: StackStatus.Complete, State: GoroutineState.Waiting } && g.WaitReason != "sleep")
        .OrderBy(g => g.Id)
        .Select(g => $"{g.Id} {g.StateText} {g.WaitReason} {string.Join(" < ", g.Frames)}")];
}
