using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>The same process, once alive and once as the core dump that gdb's gcore takes of it.</summary>
public sealed class CoreDumpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly GoroutineDumpOptions WithArguments = new() { WithArguments = true };

    [Theory]
    [InlineData(GoFlavour.Stripped), InlineData(GoFlavour.Pie)]
    public void FromCore_QuietTarget_ShowsWhatTheLiveProcessShowed(GoFlavour flavour)
    {
        string gcore = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "gcore")).FirstOrDefault(File.Exists) ?? "";
        if (gcore.Length == 0)
            Prerequisite.Missing("gcore is missing: apt-get install gdb");
        GoFixture fixture = GoFixture.Build(GoToolchain.Newest, flavour);
        using TruthTarget truth = TruthTarget.Start(fixture, new TruthOptions { GoGc = "off" });
        truth.Park("all");
        string folder = Directory.CreateTempSubdirectory("vitrine-core-").FullName;
        try
        {
            string prefix = Path.Combine(folder, "core");
            using (Process process = Process.Start(new ProcessStartInfo(gcore, ["-o", prefix, truth.Pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true })!)
            {
                _ = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                _ = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                Assert.True(process.WaitForExit(Limit), "gcore did not end");
            }

            using GoTarget live = GoTarget.Attach(LinuxProcess.Open(truth.Pid));
            using GoTarget core = GoTarget.FromCore($"{prefix}.{truth.Pid}", fixture.Path);
            GoroutineDump alive = live.ReadGoroutines(WithArguments);
            GoroutineDump frozen = core.ReadGoroutines(WithArguments);
            Assert.Equal(alive.Consistency.Total, frozen.Consistency.Total);
            Assert.Equal(0, frozen.Consistency.Torn);
            Assert.Equal(Text(alive), Text(frozen));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Text(GoroutineDump dump)
    {
        StringWriter text = new();
        GoText.Write(dump, text);
        return text.ToString();
    }
}
