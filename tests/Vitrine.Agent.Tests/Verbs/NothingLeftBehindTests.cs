using System.Diagnostics;
using System.Globalization;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>
/// What a viewer brought into the kernel and into the target's code is gone after its end, however it ended. The truth is the kernel's own list of
/// programs, maps and links, and the target's code compared with its file, byte by byte.
/// </summary>
[Collection(nameof(Alone))]
public sealed class NothingLeftBehindTests
{
    const string Kill = "KILL";
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string[]> Ends => new()
    {
        { Kill, ["latency", "PID", "main.beat", "--budget", "100%"] },
        { "TERM", ["latency", "PID", "main.beat", "--budget", "100%"] },
        { "INT", ["latency", "PID", "main.beat", "--budget", "100%"] },
        { Kill, ["waits", "PID"] },
        { Kill, ["gc", "PID"] },
        { Kill, ["panics", "PID"] },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public void After_the_end_of_the_viewer_nothing_is_left(string signal, string[] arguments)
    {
        Prerequisite.Probes();
        using var sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "beats"));
        using var viewer = VitrineProgram.Start([.. arguments.Select(word => word == "PID" ? sample.Pid.ToString(CultureInfo.InvariantCulture) : word)]);
        HashSet<string> ids = [];
        Wait("the probes to be in place", () => (ids = KernelObjects(viewer.Id)).Any(static id => id.StartsWith("prog", StringComparison.Ordinal)) && ChangedCode(sample.Pid) > 0);

        using (var kill = Process.Start("kill", ["-s", signal, viewer.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        Assert.True(viewer.WaitForExit(Bound), $"the viewer did not end within {Bound.TotalSeconds} s of SIG{signal}");

        Wait("the target's code to be as in its file", () => ChangedCode(sample.Pid) == 0);
        Wait("the kernel to have forgotten the programs, maps and links", () => !ids.Any(IsKnown));
        Assert.Equal("called 10", sample.Ask("call 10"));
    }

    static void Wait(string what, Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Bound, $"waited {Bound.TotalSeconds} s for {what}");
            Thread.Sleep(20);
        }
    }

    /// <summary>Programs, maps and links that a process holds: "prog 17", "map 23", "link 4".</summary>
    internal static HashSet<string> KernelObjects(int pid)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles($"/proc/{pid}/fdinfo"))
        {
            string[] lines;
            try
            {
                lines = File.ReadAllLines(file);
            }
            catch (IOException)
            {
                // Closed in the meantime.
                continue;
            }
            foreach (var kind in (string[])["prog", "map", "link"])
            {
                if (lines.FirstOrDefault(line => line.StartsWith($"{kind}_id:", StringComparison.Ordinal)) is { } line)
                    found.Add($"{kind} {line.Split(':')[1].Trim()}");
            }
        }
        return found;
    }

    internal static bool IsKnown(string id)
    {
        var words = id.Split(' ');
        using var bpftool = Process.Start(new ProcessStartInfo("bpftool", [words[0], "show", "id", words[1]]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        bpftool.StandardOutput.ReadToEnd();
        bpftool.WaitForExit();
        return bpftool.ExitCode == 0;
    }

    /// <summary>How many bytes of the target's code differ from its file.</summary>
    static int ChangedCode(int pid)
    {
        var executable = new FileInfo($"/proc/{pid}/exe").ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var mapping = File.ReadLines($"/proc/{pid}/maps").First(line => line.Contains(" r-xp ", StringComparison.Ordinal) && line.EndsWith(executable, StringComparison.Ordinal));
        var words = mapping.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries);
        var start = Convert.ToInt64(words[0], 16);
        var length = (int)(Convert.ToInt64(words[1], 16) - start);
        var code = new byte[length];
        var file = new byte[length];
        using (var memory = File.OpenHandle($"/proc/{pid}/mem"))
            length = RandomAccess.Read(memory, code, start);
        using (var original = File.OpenHandle(executable))
            length = Math.Min(length, RandomAccess.Read(original, file, Convert.ToInt64(mapping.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], 16)));
        var changed = 0;
        for (var i = 0; i < length; i++)
            changed += code[i] == file[i] ? 0 : 1;
        return changed;
    }
}
