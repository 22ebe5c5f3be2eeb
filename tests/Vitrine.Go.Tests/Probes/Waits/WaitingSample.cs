using System.Globalization;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Waits;

/// <summary>The program samples/go/waiting, and what it knows of its own waits.</summary>
internal sealed class WaitingSample : IDisposable
{
    private readonly SampleProcess _process;
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrine-waits-").FullName;

    public WaitingSample(string version, GoFlavour flavour, params string[] arguments) =>
        _process = SampleProcess.Start(GoFixture.Build(version, flavour, "waiting"), arguments);

    public int Pid => _process.Pid;

    /// <summary>One object of the script, as the program's own clock saw it.</summary>
    public sealed record Clock(string Name, ulong Address, long Calls, double TotalNs, double MaxNs);

    /// <summary>Runs the whole script.</summary>
    public IReadOnlyDictionary<string, Clock> Run()
    {
        Assert.Equal("done", _process.Ask($"run {_folder}"));
        return File.ReadLines(Path.Combine(_folder, "clocks")).Where(line => line.Length > 0).Select(Parse).ToDictionary(clock => clock.Name, StringComparer.Ordinal);
    }

    /// <summary>"block" or "mutex", as runtime/pprof of the target wrote it after the last run.</summary>
    public Profile OwnProfile(string name) => ProfileReader.Read(File.ReadAllBytes(Path.Combine(_folder, name + ".pb.gz")));

    /// <summary>Makes a goroutine wait for good, at main.holdBefore or main.holdDuring; returns when it has parked.</summary>
    public void Hold(string when) => Assert.Equal("done", _process.Ask($"hold {when}"));

    public void Churn() => Assert.Equal("done", _process.Ask("churn"));

    /// <summary>Ends the load; says how many rounds it made.</summary>
    public long Calm() => long.Parse(_process.Ask("calm").Split(' ')[1], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Clock Parse(string line)
    {
        string[] words = line.Split(' ');
        return new Clock(words[0], Convert.ToUInt64(words[1], 16), Number(words[2]), Number(words[3]), Number(words[4]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
