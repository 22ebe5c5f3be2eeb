using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Btf;
using Vitrine.Linux.Binaries;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Btf;

/// <summary>The one-liner of docs/verbs/btf.md: bpftrace, which knows nothing of Go, names a field of a goroutine.</summary>
[Collection(nameof(Alone))]
public sealed partial class BpftraceTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("1.19")]
    [InlineData("1.27")]
    public void Bpftrace_WithTheBtfOfABinary_CountsTheCallsOfTheMainGoroutine(string version)
    {
        Prerequisite.Probes();
        var fixture = GoFixture.Build(version, GoFlavour.Plain, "beats");
        var file = Path.Combine(Path.GetTempPath(), $"vitrine-test-{Guid.NewGuid():N}.btf");
        using (var binary = GoBinary.Open(ElfFile.Open(fixture.Path)))
            File.WriteAllBytes(file, GoBtf.BuildAll(binary));
        try
        {
            using var sample = SampleProcess.Start(fixture);
            var start = new ProcessStartInfo("bpftrace",
                ["-p", sample.Pid.ToString(CultureInfo.InvariantCulture), "-e", $"BEGIN {{ printf(\"begun\\n\"); }} uprobe:{fixture.Path}:main.beat {{ @calls[((struct go_runtime_g *)reg(\"r14\"))->goid] = count(); }}"])
            { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["BPFTRACE_BTF"] = file;
            using var bpftrace = Start(start);
            var errors = bpftrace.StandardError.ReadToEndAsync();
            try
            {
                // "begun" is printed when everything is attached.
                Assert.True(Task.Run(() => WaitFor(bpftrace, "begun")).Wait(Limit), "bpftrace does not begin");
                sample.Ask("call 4321");

                // bpftrace prints its maps when the process has ended.
                var output = bpftrace.StandardOutput.ReadToEndAsync();
                sample.Kill();
                Assert.True(bpftrace.WaitForExit(Limit), "bpftrace does not end");
                Assert.True(bpftrace.ExitCode == 0, errors.Result);
                var only = Assert.Single(Counts().Matches(output.Result));
                Assert.Equal("1", only.Groups["goid"].Value);
                // bpftrace probes the first instruction, which the kernel steps through: a signal in the middle (Go preempts by signals) makes it hit again.
                Assert.InRange(int.Parse(only.Groups["count"].Value, CultureInfo.InvariantCulture), 4321, 4400);
            }
            finally
            {
                if (!bpftrace.HasExited)
                    bpftrace.Kill();
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Prerequisite.Missing("bpftrace is missing: apt-get install bpftrace");
            throw;
        }
    }

    static void WaitFor(Process process, string word)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(word, StringComparison.Ordinal))
                return;
        }
        Assert.Fail("bpftrace ended before it began");
    }

    [GeneratedRegex(@"@calls\[(?<goid>[0-9]+)\]: (?<count>[0-9]+)")]
    private static partial Regex Counts();
}
